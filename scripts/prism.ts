import { createLogger } from "@stoplight/prism-core";
import { getHttpOperationsFromSpec } from "@stoplight/prism-http";
import { createServer } from "@stoplight/prism-http-server";

export interface PrismServer {
  url: string;
  close(): Promise<void>;
}

/**
 * Starts Prism in this process, on a free port of 127.0.0.1, with every check on.
 *
 * @param document - `generated/openapi.json`, or a variant of it.
 */
export async function startPrism(document: object): Promise<PrismServer> {
  const server = createServer(await getHttpOperationsFromSpec(document), {
    cors: true,
    config: {
      isProxy: false,
      checkSecurity: true,
      validateRequest: true,
      validateResponse: true,
      // Without this, an example that breaks its own schema is served all the same.
      errors: true,
      upstreamProxy: undefined,
      mock: { dynamic: false },
    },
    components: { logger: createLogger("prism", { enabled: false }) },
  });
  const url = await server.listen(0, "127.0.0.1");
  return { url, close: () => server.close() };
}

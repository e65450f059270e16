import { readFile } from "node:fs/promises";
import { createLogger } from "@stoplight/prism-core";
import { getHttpOperationsFromSpec } from "@stoplight/prism-http";
import { createServer } from "@stoplight/prism-http-server";

export interface PrismServer {
  url: string;
  close(): Promise<void>;
}

/** Reads the published document: what Prism, docs and other generators get. */
export async function readDocument(): Promise<OpenApiDocument> {
  return JSON.parse(await readFile(new URL("../generated/openapi.json", import.meta.url), "utf8"));
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

/** The parts of the document that scripts and tests look at. */
export interface OpenApiDocument {
  info: { version: string };
  paths: Record<string, Record<string, { operationId: string; responses: Record<string, { $ref: string }> }>>;
  components: {
    schemas: Record<string, { required?: string[]; properties?: Record<string, OpenApiProperty> }>;
    responses: Record<string, { content: { "application/json": { examples: Record<string, { $ref: string }> } } }>;
    examples: Record<string, { summary: string; value: unknown }>;
  };
  "x-test-assets": { asset_id: string; summary: string; answers: { status: number; example: string }[] }[];
}

interface OpenApiProperty {
  type?: string | string[];
  description?: string;
}

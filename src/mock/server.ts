import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { testAssets, type TestAsset, type TestAssetName } from "../../generated/document.ts";
import { ConfigError } from "../core/errors.ts";
import { checkCallback, checkInteger } from "../core/options.ts";
import { createHandler, type ReadyResponse } from "./handler.ts";
import type { MockRequest } from "./journal.ts";
import { loadPrism } from "./prism.ts";
import type { RequestHead } from "./routes.ts";

/** Options of the mock server. */
export interface MockServerOptions {
  /** Host name or address to listen on. @default "127.0.0.1" */
  host?: string | undefined;
  /** Port to listen on; 0 means any free one. @default 0 */
  port?: number | undefined;
  /** Whether pages of any origin may send requests. @default true */
  cors?: boolean | undefined;
  /** Called with each request. The response begins when it returns or resolves; if it throws, the connection ends. */
  onRequest?: ((request: MockRequest) => unknown) | undefined;
}

/** A mock of the asset API, which runs in this process. */
export interface MockServer {
  /** URL to pass as `baseUrl`. */
  readonly url: string;
  /** The test assets by name, each with a summary of what it shows: `testAssets.drops.asset_id`. */
  readonly testAssets: Readonly<Record<TestAssetName, TestAsset>>;
  /** The last 1000 requests, in the order of their responses. */
  readonly requests: readonly MockRequest[];
  /** Clears `requests`, and begins the sequence of each test asset again. `POST /__mock/reset` does the same. */
  reset(): void;
  /** Stops the server and ends all its connections. May be called twice. */
  close(): Promise<void>;
}

/**
 * Starts a mock of the asset API and of its content host, which serves the examples of the OpenAPI document.
 *
 * Any key is accepted, except keys that start with `cy_invalid`. Any id is a ready image, except those of `testAssets`.
 *
 * @throws {@link ConfigError} when an option is wrong, when nothing can listen on the host and port, or when
 * `@stoplight/prism-http` cannot be loaded.
 * @see generated/openapi.json, `x-test-assets`
 * @example
 * const mock = await startMockServer();
 * const chenyu = createClient({ apiKey: "any", baseUrl: mock.url });
 */
export async function startMockServer(options: MockServerOptions = {}): Promise<MockServer> {
  const { host = "127.0.0.1", port = 0, cors = true, onRequest } = Object(options) as MockServerOptions; // checked below
  if (typeof host !== "string" || host === "") throw new ConfigError("host", "pass a name or an address to listen on.");
  checkInteger("port", port, 0, 65_535);
  if (typeof cors !== "boolean") throw new ConfigError("cors", "pass true or false.");
  checkCallback("onRequest", onRequest);
  const handler = createHandler(await loadPrism(), { cors, onRequest });
  let url = "";

  const server = createServer(async (request, response) => {
    try {
      await send(response, await handler.handle(headOf(request, url)));
    } catch {
      request.socket.destroy(); // the client has gone, or `onRequest` threw
    }
  });
  await listen(server, port, host);
  url = urlOf(server);

  return {
    url,
    testAssets,
    requests: handler.requests,
    reset: () => handler.reset(),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (error) {
    const { code } = Object(error);
    if (code === "EADDRINUSE") {
      throw new ConfigError("port", `${port} on ${host} is taken. Pass another one, or 0 for any free one.`);
    }
    if (code === "EACCES") {
      throw new ConfigError("port", `${port} needs more rights. Pass one above 1023, or 0 for any free one.`);
    }
    const fault = `nothing can listen on ${JSON.stringify(host)} (${code})`;
    throw new ConfigError("host", `${fault}. Pass a name or an address of this machine.`);
  }
}

/** An address that means all of the machine's is shown as the loopback address. */
function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo; // not a pipe
  const host = address.replace(/^0\.0\.0\.0$/, "127.0.0.1").replace(/^::$/, "::1");
  return family === "IPv6" ? `http://[${host}]:${port}` : `http://${host}:${port}`;
}

/** @param serverUrl - The origin of a request without a valid `Host`. */
function headOf({ method = "", url = "", headers }: IncomingMessage, serverUrl: string): RequestHead {
  const { host = "" } = headers;
  const isHost = /^[\w.:[\]-]+$/.test(host) && URL.canParse(`http://${host}`);
  return { method, url, headers, origin: isHost ? `http://${host}` : serverUrl };
}

async function send(response: ServerResponse, { status, headers, body, drops }: ReadyResponse): Promise<void> {
  response.writeHead(status, headers);
  if (body === undefined || typeof body === "string") {
    response.end(body);
    return;
  }
  await pipeline(body, response, { end: !drops });
  if (drops) response.req.socket.destroySoon();
}

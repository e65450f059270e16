import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { testAssets, type TestAsset, type TestAssetName } from "../../generated/document.ts";
import { ConfigError } from "../core/errors.ts";
import { checkCallback, checkInteger } from "../core/options.ts";
import { answerApi, type LookUpCounts } from "./api.ts";
import { answerContent } from "./content-host.ts";
import { loadPrism } from "./prism.ts";
import { textResponse, type MockResponse } from "./response.ts";
import { parseTarget, type RequestTarget } from "./routes.ts";
import { testAssetsById } from "./test-assets.ts";

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

/** A request that the mock has answered. */
export interface MockRequest {
  method: string;
  /** Without the query, because that of a signed URL is a secret. */
  path: string;
  /** HTTP status of the response. */
  status: number;
  /** The test asset that was requested, if it was one. */
  testAsset: TestAsset | undefined;
  /** Time until the response could begin, in milliseconds. */
  durationMs: number;
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

const maxRequests = 1000;

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
  const prism = await loadPrism();
  const requests: MockRequest[] = [];
  const lookUpCounts: LookUpCounts = new Map();
  let url = "";

  function reset(): void {
    requests.length = 0;
    lookUpCounts.clear();
  }

  async function answer(request: IncomingMessage, target: RequestTarget): Promise<MockResponse> {
    const { method, headers } = request;
    if (target.isReset) return { status: 204, headers: {} };
    if (cors && method === "OPTIONS" && "access-control-request-method" in headers) return answerPreflight(headers);
    if (target.contentId !== undefined) return answerContent(prism, request, target.contentId, target.query);
    return answerApi(prism, lookUpCounts, request, target);
  }

  const server = createServer(async (request, response) => {
    const startedAt = performance.now();
    const { method = "" } = request;
    const target = parseTarget(request, url);
    try {
      const answered = await answer(request, target).catch((error: unknown) => textResponse(500, String(error)));
      const { status, headers, body, send } = answered;
      const path = target.path.replace(/%3f.*/i, ""); // an encoded query is a secret, too
      const testAsset = testAssetsById.get(target.contentId ?? target.lookUpId ?? "");
      const record = { method, path, status, testAsset, durationMs: performance.now() - startedAt };
      requests.push(record);
      if (target.isReset) reset();
      if (requests.length > maxRequests) requests.shift();
      await onRequest?.(record);
      const text = typeof body === "string" ? body : JSON.stringify(body);
      const length = text !== undefined && { "Content-Length": Buffer.byteLength(text) };
      response.writeHead(status, { ...(cors && corsHeaders), ...length, ...headers });
      await (send === undefined ? response.end(text) : send(response));
    } catch {
      request.socket.destroy(); // the client has gone, or `onRequest` threw
    }
  });
  await listen(server, port, host);
  url = urlOf(server);

  return {
    url,
    testAssets,
    requests,
    reset,
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

const corsHeaders = { "Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "*" };

/** @see https://fetch.spec.whatwg.org/#http-cors-protocol */
function answerPreflight(headers: IncomingHttpHeaders): MockResponse {
  const allowed = {
    "Access-Control-Allow-Methods": headers["access-control-request-method"],
    "Access-Control-Allow-Headers": headers["access-control-request-headers"] ?? "*",
  };
  return { status: 204, headers: allowed };
}

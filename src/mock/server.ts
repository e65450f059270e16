import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { testAssets, type TestAsset, type TestAssetName } from "../../generated/document.ts";
import { ConfigError } from "../core/errors.ts";
import { createApi, refuse, type Answer } from "./api.ts";
import { loadPrism } from "./prism.ts";
import { originOf, readTarget, type Target } from "./routes.ts";
import { findTestAsset } from "./test-assets.ts";
import { checkInteger } from "../core/options.ts";

/** What the mock server may be told. */
export interface MockServerOptions {
  /** Where to listen. @default "127.0.0.1" */
  host?: string | undefined;
  /** The port; 0 is any free one. @default 0 */
  port?: number | undefined;
  /** Lets the pages of any origin ask. @default true */
  cors?: boolean | undefined;
  /** Called with each request, and awaited, before its answer begins. What it throws ends the connection. */
  onRequest?: ((request: MockRequest) => unknown) | undefined;
}

/** A request that the mock answers. */
export interface MockRequest {
  method: string;
  /** Without the query: that of a signed URL is a secret. */
  path: string;
  /** The status that it was answered with. */
  status: number;
  /** What the document says of the asked id, if it names it. */
  testAsset: TestAsset | undefined;
  /** How long it took until the answer could begin, in milliseconds. */
  durationMs: number;
}

/** A mock of the asset API that runs in this process. */
export interface MockServer {
  /** What to pass as `baseUrl`. */
  readonly url: string;
  /** The assets that the document names, each with what it shows: `testAssets.drops.asset_id`. */
  readonly testAssets: Readonly<Record<TestAssetName, TestAsset>>;
  /** The last 1000 requests, in the order of their answers. */
  readonly requests: readonly MockRequest[];
  /** Forgets the requests, and begins every test asset's sequence again; as `POST /__mock/reset` does. */
  reset(): void;
  /** Ends the server with all its connections. */
  close(): Promise<void>;
}

/** @internal Asked with POST, does what `reset()` does. */
export const resetPath = "/__mock/reset";
const maxRequests = 1000;

/**
 * Starts a mock of the asset API and of its content host, from the document's examples.
 *
 * Any key will do but one that starts with `cy_invalid`. Any id is a ready image but those of `testAssets`.
 *
 * @throws {@link ConfigError} when an option is wrong, the port is taken or `@stoplight/prism-http` is not installed.
 * @see openapi/openapi.yaml, `x-test-assets`
 * @example
 * const mock = await startMockServer();
 * const chenyu = createClient({ apiKey: "any", baseUrl: mock.url });
 */
export async function startMockServer(options: MockServerOptions = {}): Promise<MockServer> {
  const { host, port, cors, onRequest } = resolveOptions(options);
  const api = createApi(await loadPrism());
  const requests: MockRequest[] = [];
  const reset = (): void => {
    requests.length = 0;
    api.reset();
  };
  let url = "";

  async function answerTo(request: IncomingMessage, { path, query, lookUpId, contentId }: Target): Promise<Answer> {
    if (isReset(request, path)) {
      reset();
      return { status: 204, headers: {} };
    }
    if (cors && request.method === "OPTIONS" && "access-control-request-method" in request.headers) {
      return preflight(request);
    }
    if (contentId !== undefined) return api.sendContent(request, contentId, new URLSearchParams(query));
    return api.answer(request, path, lookUpId, originOf(request) ?? url);
  }

  const server = createServer(async (request, response) => {
    const startedAt = performance.now();
    const { method = "" } = request;
    const target = readTarget(request.url);
    const { path, contentId, lookUpId } = target;
    try {
      const answer = await answerTo(request, target).catch((error: unknown) => refuse(500, String(error)));
      const { status, headers, body, send } = answer;
      const testAsset = findTestAsset(contentId ?? lookUpId);
      const durationMs = performance.now() - startedAt;
      const record = { method, path: path.replace(/%3f.*/i, ""), status, testAsset, durationMs };
      if (!isReset(request, path)) requests.push(record);
      if (requests.length > maxRequests) requests.shift();
      await onRequest(record);
      const length = body === undefined ? {} : { "Content-Length": Buffer.byteLength(body) };
      response.writeHead(status, { ...(cors && openToAll), ...length, ...headers });
      await (send === undefined ? response.end(body) : send(response));
    } catch {
      request.socket.destroy(); // who asked has gone, or `onRequest` threw
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

function isReset({ method }: IncomingMessage, path: string): boolean {
  return method === "POST" && path === resetPath;
}

function resolveOptions(options: MockServerOptions) {
  const { host = "127.0.0.1", port = 0, cors = true, onRequest = () => {} } = Object(options) as MockServerOptions;
  if (typeof host !== "string" || host === "") throw new ConfigError("host", "pass a name or an address to listen on.");
  checkInteger("port", port, 0, 65_535);
  if (typeof cors !== "boolean") throw new ConfigError("cors", "pass true or false.");
  if (typeof onRequest !== "function") throw new ConfigError("onRequest", "pass a function.");
  return { host, port, cors, onRequest };
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "EADDRINUSE") {
      throw new ConfigError("port", `${port} on ${host} is taken. Pass another one, or 0 for any free one.`);
    }
    if (code === "EACCES") {
      throw new ConfigError("port", `${port} needs more rights. Pass one above 1023, or 0 for any free one.`);
    }
    const problem = `nothing can listen on ${JSON.stringify(host)} (${code})`;
    throw new ConfigError("host", `${problem}. Pass a name or an address of this machine.`);
  }
}

/** An address that stands for all of the machine's is shown as the one that reaches this machine. */
function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  const host = address.replace(/^0\.0\.0\.0$/, "127.0.0.1").replace(/^::$/, "::1");
  return family === "IPv6" ? `http://[${host}]:${port}` : `http://${host}:${port}`;
}

const openToAll = { "Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "*" };

/** @see https://fetch.spec.whatwg.org/#http-cors-protocol */
function preflight({ headers }: IncomingMessage): Answer {
  const allowed = {
    "Access-Control-Allow-Methods": headers["access-control-request-method"],
    "Access-Control-Allow-Headers": headers["access-control-request-headers"] ?? "*",
  };
  return { status: 204, headers: allowed };
}

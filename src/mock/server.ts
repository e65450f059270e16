import { testAssets, type TestAsset, type TestAssetName } from "../../generated/document.ts";
import { ConfigError } from "../core/errors.ts";
import { checkCallback, checkInteger } from "../core/options.ts";
import { createFetch, type MockFetch } from "./fetch.ts";
import { createHandler } from "./handler.ts";
import type { MockRequest } from "./journal.ts";
import { openPort } from "./listen.ts";
import { loadPrism } from "./prism.ts";

/** Options of the mock server. */
export interface MockServerOptions {
  /** Host name or address to listen on. @default "127.0.0.1" */
  host?: string | undefined;
  /** Port to listen on; 0 means any free one. @default 0 */
  port?: number | undefined;
  /** Whether to open a port. With `false`, only `fetch` of the mock reaches it. @default true */
  listen?: boolean | undefined;
  /**
   * Where clients reach the mock, such as behind a proxy: addresses in answers begin with it. @default what each request's
   * `Host` says
   */
  publicUrl?: string | undefined;
  /** Whether `X-Forwarded-Host` and `X-Forwarded-Proto` go before `Host`. @default false */
  trustProxy?: boolean | undefined;
  /** Whether pages of any origin may send requests. @default true */
  cors?: boolean | undefined;
  /** Called with each request. The response begins when it returns or resolves; if it throws, the connection ends. */
  onRequest?: ((request: MockRequest) => unknown) | undefined;
}

/** A mock of the asset API, which runs in this process. */
export interface MockServer {
  /** URL to pass as `baseUrl`. */
  readonly url: string;
  /** Answers as the server does, without the network: for the option `fetch` of `createClient`. Follows no redirects. */
  readonly fetch: MockFetch;
  /** The test assets by name, each with a summary of what it shows: `testAssets.drops.asset_id`. */
  readonly testAssets: Readonly<Record<TestAssetName, TestAsset>>;
  /** The last 1000 requests of each API key, 10,000 in all, in the order of their responses. */
  readonly requests: readonly MockRequest[];
  /**
   * Clears `requests`, and begins the sequence of each test asset again: for all API keys. `POST /__mock/reset` does the
   * same, and with an `Authorization` header it concerns the requests and sequences of that key alone.
   */
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
  const { listen = true, cors = true, trustProxy = false, onRequest, ...place } = Object(options) as MockServerOptions; // checked below
  const { host = "127.0.0.1", port = 0 } = place;
  if (typeof listen !== "boolean") throw new ConfigError("listen", "pass true or false.");
  if (!listen && (place.host ?? place.port) !== undefined) {
    throw new ConfigError("listen", "without a port, there is no host and no port. Leave them out, or listen out.");
  }
  if (typeof host !== "string" || host === "") throw new ConfigError("host", "pass a name or an address to listen on.");
  checkInteger("port", port, 0, 65_535);
  if (typeof cors !== "boolean") throw new ConfigError("cors", "pass true or false.");
  if (typeof trustProxy !== "boolean") throw new ConfigError("trustProxy", "pass true or false.");
  const publicUrl = place.publicUrl === undefined ? undefined : readPublicUrl(place.publicUrl);
  checkCallback("onRequest", onRequest);
  const handler = createHandler(await loadPrism(), { cors, publicUrl, onRequest });
  const listener = listen ? await openPort(handler, { port, host, trustProxy }) : undefined;
  let isClosed = false;

  return {
    url: listener?.url ?? urlWithoutPort,
    fetch: createFetch(handler, () => isClosed),
    testAssets,
    requests: handler.requests,
    reset: () => handler.reset(),
    close: async () => {
      isClosed = true;
      await listener?.close();
    },
  };
}

/** Its host means this machine, so a client accepts `http:`. Nothing listens there. */
const urlWithoutPort = "http://mock.localhost";

/** Checks the option `publicUrl`. @returns It without a slash at its end. */
function readPublicUrl(value: unknown): string {
  const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
  const { protocol = "", origin, pathname = "", username, password, search, hash } = url ?? {};
  if (/^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === "") {
    return origin + pathname.replace(/\/+$/, "");
  }
  throw new ConfigError(
    "publicUrl",
    "pass an https: or http: URL of origin and path alone, like https://dev.example/mock.",
  );
}

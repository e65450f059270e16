import type { TestAsset, TestAssetName } from "../../generated/document.ts";
import { createAssetStore } from "./asset-store.ts";
import { createFetch, type MockFetch } from "./fetch.ts";
import { createHandler } from "./handler.ts";
import type { MockRequest } from "./journal.ts";
import { openPort } from "./listen.ts";
import { checkMockOptions, type MockServerOptions } from "./options.ts";
import { resolveOwnAsset } from "./own-asset.ts";
import { loadPrism } from "./prism.ts";

/** A mock of the asset API, which runs in this process. */
export interface MockServer<Id extends string = never> {
  /** URL to pass as `baseUrl`. */
  readonly url: string;
  /** Answers as the server does, without the network: for the option `fetch` of `createClient`. Follows no redirects. */
  readonly fetch: MockFetch;
  /** The test assets by name, each with a summary of what it shows, and your own by id: `testAssets.drops.asset_id`. */
  readonly testAssets: Readonly<Record<TestAssetName, TestAsset>> & Readonly<Record<Id, TestAsset>>;
  /** What draws latencies and errors: pass it as `seed` to repeat them. */
  readonly seed: number;
  /** The last 1000 requests of each API key, 10,000 in all, in the order of their responses. */
  readonly requests: readonly MockRequest[];
  /**
   * Goes back to the start, for all API keys: clears `requests`, begins sequences again, and removes the assets that were
   * put. `POST /__mock/reset` does the same, and with an `Authorization` header it concerns that key alone.
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
 * @throws {@link ConfigError} when an option or an asset is wrong, when nothing can listen on the host and port, or when
 * `@stoplight/prism-http` cannot be loaded.
 * @see generated/openapi.json, `x-test-assets`
 * @example
 * const mock = await startMockServer();
 * const chenyu = createClient({ apiKey: "any", baseUrl: mock.url });
 */
export async function startMockServer<const Id extends string = never>(
  options: MockServerOptions<Id> = {},
): Promise<MockServer<Id>> {
  const { place, trustProxy, assets, seed, ...checked } = checkMockOptions(options);
  const prism = await loadPrism();
  const own = await Promise.all(assets.map(([id, given]) => resolveOwnAsset(prism, id, given, "options")));
  const store = createAssetStore(own);
  const closing = new AbortController();
  const { signal } = closing;
  const handler = createHandler(prism, { ...checked, store, seed, signal });
  const listener = place && (await openPort(handler, { ...place, trustProxy }));

  return {
    url: listener?.url ?? urlWithoutPort,
    fetch: createFetch(handler, signal),
    get testAssets() {
      return store.list(undefined) as MockServer<Id>["testAssets"]; // it has each id of the options
    },
    seed,
    requests: handler.requests,
    reset: () => handler.reset(),
    async close() {
      closing.abort(new Error("the mock is closed"));
      await listener?.close();
    },
  };
}

/** Its host means this machine, so a client accepts `http:`. Nothing listens there. */
const urlWithoutPort = "http://mock.localhost";

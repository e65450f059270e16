import createOpenapiClient, { type Client } from "openapi-fetch";
import { version } from "../generated/document.ts";
import type { paths } from "../generated/schema.ts";
import { fillPath, type AssetRef } from "./asset-ref.ts";
import { createAssets, type Assets } from "./assets.ts";
import { checkFetch, checkHeaders, isBrowser, resolveApiKey, resolveBaseUrl, resolveSettings } from "./options.ts";
import type { ClientOptions } from "./options.ts";
import { createTransport } from "./transport.ts";

/** A client of the asset API. */
export interface ChenyuClient {
  readonly assets: Assets;
  /** The openapi-fetch client beneath: typed by path, with key, clocks and retries, its answers still in their envelope. */
  readonly raw: Client<paths>;
}

/**
 * Makes a client. Nothing is sent yet.
 *
 * In a browser, leave the key out and let `baseUrl` be a proxy of your own that adds it.
 *
 * @throws {@link ConfigError} when an option is missing or wrong.
 * @see https://enterprise.chenyu.cn/userguide/authentication
 * @example
 * const chenyu = createClient(); // reads CHENYU_API_KEY
 */
export function createClient(options: ClientOptions = {}): ChenyuClient {
  const baseUrl = resolveBaseUrl(options);
  const settings = resolveSettings(options);
  const send = createTransport({ baseUrl, apiKey: resolveApiKey(options), fetch: checkFetch(options.fetch) });
  const headers = checkHeaders(options.headers);
  // In a browser, each header beyond the standard's safe ones costs a request before the request.
  if (!isBrowser() && !headers.has("user-agent")) headers.set("user-agent", `chenyu-assets/${version}`);
  const raw = createOpenapiClient<paths>({
    baseUrl,
    Request: UnlinkedRequest,
    headers,
    // `fetch` resolves `..` in a path, so an id is checked here, for every caller.
    pathSerializer: (path, { asset_id }) => fillPath(path, asset_id as AssetRef),
    fetch: (request) => send(request, resolveSettings({ signal: request.signal }, settings)),
  });
  return { assets: createAssets(raw, send, settings), raw };
}

/** A request that keeps the signal as it is: a `Request` would leave a listener on it, until it is collected. */
class UnlinkedRequest extends Request {
  readonly #signal: AbortSignal | null | undefined;

  /** Middleware of openapi-fetch may give a plain `Request` in its place. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Request;
  }

  constructor(input: RequestInfo | URL, { signal, ...init }: RequestInit = {}) {
    super(input, init);
    this.#signal = signal;
  }

  override get signal(): AbortSignal {
    return this.#signal ?? super.signal;
  }
}

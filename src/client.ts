import createOpenapiClient, { type Client } from "openapi-fetch";
import type { paths } from "../generated/schema.ts";
import { fillPath, type AssetRef } from "./asset-ref.ts";
import { createAssets, type Assets } from "./assets.ts";
import { checkHeaders, checkTimeoutMs, resolveApiKey, resolveBaseUrl, type ClientOptions } from "./options.ts";
import { createTransport } from "./transport.ts";

/** A client of the asset API. */
export interface ChenyuClient {
  readonly assets: Assets;
  /** The openapi-fetch client beneath: typed by path, with key and clock, its answers still in their envelope. */
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
  const send = createTransport({
    baseUrl,
    apiKey: resolveApiKey(options),
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
    timeoutMs: checkTimeoutMs(options.timeoutMs),
  });
  const raw = createOpenapiClient<paths>({
    baseUrl,
    headers: checkHeaders(options.headers),
    // `fetch` resolves `..` in a path, so an id is checked here, for every caller.
    pathSerializer: (path, { asset_id }) => fillPath(path, asset_id as AssetRef),
    fetch: (request) => send(request, { signal: request.signal }),
  });
  return { assets: createAssets(raw, send), raw };
}

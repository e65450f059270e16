import createOpenapiClient, { type Client } from "openapi-fetch";
import { version } from "../../generated/document.ts";
import type { paths } from "../../generated/schema.ts";
import { fillPath, type AssetRef } from "../core/asset-ref.ts";
import { createAssets, type Assets } from "./assets.ts";
import {
  checkFetch,
  checkHeaders,
  isBrowser,
  resolveApiKey,
  resolveBaseUrl,
  resolveSettings,
} from "../core/options.ts";
import type { ClientOptions, RequestOptions, Settings } from "../core/options.ts";
import { createTransport, sendThrough, type Send } from "./transport.ts";

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
  const settings = resolveSettings(options);
  const baseUrl = resolveBaseUrl(options);
  const fetch = checkFetch(options.fetch);
  const send = createTransport({ baseUrl, apiKey: resolveApiKey(options), fetch });
  const headers = checkHeaders(options.headers);
  // In a browser, each header beyond the standard's safe ones costs a request before the request.
  if (!isBrowser() && !headers.has("user-agent")) headers.set("user-agent", `chenyu-assets/${version}`);
  const client = createOpenapiClient<paths>({
    baseUrl,
    headers,
    // `fetch` resolves `..` in a path, so an id is checked here, for every caller.
    pathSerializer: (path, { asset_id }) => fillPath(path, asset_id as AssetRef),
  });
  const assets = createAssets(client, send, settings, { fetch, baseUrl, userAgent: headers.get("user-agent") });
  return { assets, raw: createRaw(client, send, settings) };
}

/**
 * Gives the client with our transport beneath each call. The signal goes around the `Request`, which would leave a
 * listener on it until it is collected, and which middleware may replace.
 */
function createRaw(client: Client<paths>, send: Send, settings: Settings): Client<paths> {
  const raw: Record<string, unknown> = { ...client };
  for (const [name, call] of Object.entries(client) as [string, (...parameters: unknown[]) => Promise<unknown>][]) {
    if (name === "use" || name === "eject") continue;
    const initAt = name === "request" ? 2 : 1;
    raw[name] = async (...parameters: unknown[]) => {
      const { signal, ...init } = (parameters[initAt] ?? {}) as RequestOptions;
      const callSettings = resolveSettings({ signal }, settings);
      return sendThrough(send, callSettings, (fetch) => call(...parameters.slice(0, initAt), { ...init, fetch }));
    };
  }
  return raw as unknown as Client<paths>;
}

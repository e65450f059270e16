import createOpenapiClient, { type Client } from "openapi-fetch";
import { version } from "../../generated/document.ts";
import type { paths } from "../../generated/schema.ts";
import { fillPath, type AssetRef } from "../core/asset-ref.ts";
import { resolveFetch } from "../core/fetch.ts";
import { resolveHosts } from "../core/hosts.ts";
import { checkHeaders, resolveApiKey, resolveSettings } from "../core/options.ts";
import type { ClientOptions, RequestOptions, Settings } from "../core/options.ts";
import { isBrowser } from "../core/runtime.ts";
import { createAssets, type Assets } from "./assets.ts";
import { sendThrough, createTransport, type Send } from "./transport.ts";

type PlainText<T> = T extends string ? string : T extends object ? { [K in keyof T]: PlainText<T[K]> } : T;

/**
 * The paths of the document, for `raw`. Their open enumerations are plain text, because openapi-fetch 0.17 makes an object
 * of `string & {}`.
 */
export interface RawPaths extends PlainText<paths> {}

/** A client of the asset API. */
export interface ChenyuClient {
  readonly assets: Assets;
  /** The openapi-fetch client beneath: typed by path, with key, deadlines and retries. Its answers keep their envelope. */
  readonly raw: Client<RawPaths>;
}

/**
 * Makes a client. No request is sent yet.
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
  const hosts = resolveHosts(options);
  const { baseUrl } = hosts;
  const fetch = resolveFetch(options);
  const send = createTransport({ baseUrl, apiKey: resolveApiKey(options), fetch });
  const headers = checkHeaders(options.headers);
  // In a browser, each header beyond the standard's safe ones costs a preflight request.
  if (!isBrowser() && !headers.has("user-agent")) headers.set("user-agent", `chenyu-assets/${version}`);
  const client = createOpenapiClient<paths>({
    baseUrl,
    headers,
    // `fetch` resolves `..` in a path, so every caller's id is checked here.
    pathSerializer: (path, { asset_id }) => fillPath(path, asset_id as AssetRef), // checked at run time
  });
  const assets = createAssets(client, send, settings, { ...hosts, fetch, userAgent: headers.get("user-agent") });
  return { assets, raw: createRaw(client, send, settings) };
}

/**
 * Puts the transport beneath each call of the client. The signal does not go into the `Request`: a request keeps a
 * listener on it until it is garbage-collected, and middleware may replace the request.
 */
function createRaw(client: Client<paths>, send: Send, settings: Settings): Client<RawPaths> {
  const raw: Record<string, unknown> = { ...client };
  for (const [name, call] of Object.entries(client) as [string, (...parameters: unknown[]) => Promise<unknown>][]) {
    if (name === "use" || name === "eject") continue;
    const initAt = name === "request" ? 2 : 1; // request(method, path, init); all others (path, init)
    raw[name] = async (...parameters: unknown[]) => {
      const { signal, ...init } = (parameters[initAt] ?? {}) as RequestOptions; // resolveSettings checks the signal
      const callSettings = resolveSettings({ signal }, settings);
      return sendThrough(send, callSettings, (fetch) => call(...parameters.slice(0, initAt), { ...init, fetch }));
    };
  }
  return raw as unknown as Client<RawPaths>; // the same methods, wrapped
}

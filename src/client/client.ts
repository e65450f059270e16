import createOpenapiClient, { type Client } from "openapi-fetch";
import { version } from "../../generated/document.ts";
import type { paths } from "../../generated/schema.ts";
import { fillPath, type AssetRef } from "../core/asset-ref.ts";
import { ConfigError } from "../core/errors.ts";
import { resolveFetch } from "../core/fetch.ts";
import { resolveHosts } from "../core/hosts.ts";
import { checkHeaders, resolveApiKey, resolveSettings, type ClientOptions, type Settings } from "../core/options.ts";
import { isBrowser } from "../core/runtime.ts";
import { createAssets, type Assets } from "./assets.ts";
import type { RawClient } from "./raw.ts";
import { createTransport, sendThrough, type Send } from "./transport.ts";

/** A client of the asset API. */
export interface ChenyuClient {
  readonly assets: Assets;
  /** The openapi-fetch client beneath: typed by path, with key, deadlines and retries. Its answers keep their envelope. */
  readonly raw: RawClient;
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
 * Puts the transport beneath each call of the client. The signal does not go into the `Request`: a request keeps a listener
 * on it until it is garbage-collected, and middleware may replace the request.
 */
function createRaw(client: Client<paths>, send: Send, clientSettings: Settings): RawClient {
  const raw: Record<string, unknown> = { ...client };
  for (const name in client) {
    if (name === "use" || name === "eject") continue;
    raw[name] = async (...parameters: unknown[]) => {
      const { readRawCall } = await import("./raw.ts");
      const { fault, method, path, init, signal, callFetch } = readRawCall(name, parameters);
      if (fault !== undefined) throw new ConfigError(...fault);
      const settings = { ...resolveSettings({ signal: signal ?? undefined }, clientSettings), callFetch };
      const request = client.request as AnyRequest;
      return sendThrough(send, settings, (fetch) => request(method, path, { ...init, fetch }));
    };
  }
  return raw as unknown as RawClient; // the same methods, wrapped
}

/** Its own types allow the document's operations alone. */
type AnyRequest = (method: unknown, path: unknown, init: object) => Promise<unknown>;

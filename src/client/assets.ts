import type { Client } from "openapi-fetch";
import { getAssetPath } from "../../generated/document.ts";
import type { Asset, paths } from "../../generated/schema.ts";
import { fillPath, parseAssetId, type AssetRef } from "../core/asset-ref.ts";
import type { ContentHost } from "../download/read.ts";
import type { DownloadOptions } from "../download/options.ts";
import type { Download } from "../download/download.ts";
import { unwrapAsset } from "./envelope.ts";
import { checkHeaders, resolveSettings, type RequestOptions, type Settings } from "../core/options.ts";
import { WholeResponse } from "./response.ts";
import { withoutQueries } from "../core/redact.ts";
import { sendThrough, type Send } from "./transport.ts";
import { resolveWaitSettings, waitUntilReady, type WaitOptions } from "./wait.ts";

/** The operations on assets. */
export interface Assets {
  /**
   * Looks an asset up: its state, its addresses, its size. The file itself is not fetched.
   *
   * Safe to repeat. Nothing is cached, so two calls may differ while the asset is under review.
   *
   * @param asset - The `asset_id`, the `asset_uri` (`asset://…`) that workflows use, or an asset.
   * @throws {@link ConfigError} when the reference or an option is wrong; no request was sent.
   * @throws {@link ApiError} when the API says no; `kind` tells which no.
   * @throws {@link NetworkError} when no whole response came.
   * @throws {@link TimeoutError} when it did not come within `timeoutMs`.
   * @throws {@link ResponseError} when what came is not the API's answer.
   * @throws The `reason` of `signal` when it aborts.
   * @see openapi/openapi.yaml, operation `getAsset`
   * @example
   * const asset = await chenyu.assets.get("asset_38d2ff7769fb3b7267039941547e6a78");
   */
  get(asset: AssetRef, options?: RequestOptions): Promise<Asset>;

  /**
   * Looks an asset up, again and again, until its status is `confirmed`: the one documented value. Any other is waited out.
   *
   * A look-up that fails in a way that may pass does not end the wait, unless four in a row do. A `Retry-After` is waited
   * for, whatever `maxRetryAfterMs` is. The wait ends at once when its time would be up before the next look-up.
   *
   * @param asset - As for `get`. It is looked up even if it says that it is ready.
   * @throws {@link ConfigError} when the reference or an option is wrong; no request was sent.
   * @throws {@link NotReadyError} when it is not ready within `waitTimeoutMs`; `asset` is what was seen last.
   * @throws {@link ApiError} when the API says no: it has expired, it failed review, …
   * @throws {@link ApiError}, {@link NetworkError} or {@link TimeoutError} when four look-ups in a row failed.
   * @throws {@link ResponseError} when what came is not the API's answer.
   * @throws The `reason` of `signal` when it aborts.
   * @see openapi/openapi.yaml, `status` of the schema `Asset`
   * @example
   * const asset = await chenyu.assets.waitUntilReady("asset_38d2ff7769fb3b7267039941547e6a78");
   */
  waitUntilReady(asset: AssetRef, options?: WaitOptions): Promise<Asset>;

  /**
   * Looks an asset up and makes a stream of its content, which is requested when it is first read.
   *
   * A connection that ends too early is followed by one for the rest, by a fresh signed URL where the old one has expired;
   * never are the bytes of two versions of a file put together. The content host gets no key.
   *
   * @param asset - As for `get`.
   * @returns The asset, its size, and its bytes: as a stream, or all at once by `bytes()`, `blob()` or `text()`.
   * @throws {@link ConfigError}, {@link ApiError}, {@link NetworkError}, {@link TimeoutError} or {@link ResponseError} as
   * `get` does. Reading throws these too, for the look-ups that give fresh URLs, and:
   * @throws {@link NotReadyError} when the asset has no address yet.
   * @throws {@link DownloadError} when the content host refuses, the file changes or its size is another; see `kind`.
   * @throws {@link NetworkError} when the connection failed once more than `maxRetries` times without a byte between, or
   * the content host gives nothing to know the version by.
   * @throws {@link TimeoutError} when nothing came for `idleTimeoutMs`, as often.
   * @throws The `reason` of `signal` when it aborts.
   * @see openapi/openapi.yaml, `signed_url` of the schema `Asset`
   * @example
   * const { stream } = await chenyu.assets.download("asset_38d2ff7769fb3b7267039941547e6a78");
   */
  download(asset: AssetRef, options?: DownloadOptions): Promise<Download>;
}

/** Makes the resource on top of the openapi-fetch client. */
export function createAssets(
  client: Client<paths>,
  send: Send,
  clientSettings: Settings,
  contentHost: ContentHost,
): Assets {
  async function lookUp(id: string, headers: Headers, settings: Settings): Promise<WholeResponse> {
    const params = { path: { asset_id: id } };
    let sent: WholeResponse | undefined;
    const { data, error, response } = await sendThrough(
      async (request, callSettings) => (sent = await send(request, callSettings)),
      settings,
      (fetch) => client.GET(getAssetPath, { params, headers, parseAs: "text", fetch }),
    );
    if (response instanceof WholeResponse) return response;
    // A middleware of `raw` has put its own in the place of ours.
    const text = data ?? (typeof error === "string" ? error : JSON.stringify(error));
    const requestLine = `GET ${fillPath(getAssetPath, id)}`;
    const exchange = sent ?? { url: response.url, requestLine, attempts: 0, redact: withoutQueries };
    return new WholeResponse(response, text, exchange);
  }

  return {
    async get(asset, options = {}) {
      const settings = resolveSettings(options, clientSettings);
      return unwrapAsset(await lookUp(parseAssetId(asset), checkHeaders(options.headers), settings));
    },

    async waitUntilReady(asset, options = {}) {
      const settings = resolveWaitSettings(options, clientSettings);
      const [id, headers] = [parseAssetId(asset), checkHeaders(options.headers)];
      return waitUntilReady(id, settings, (callSettings) => lookUp(id, headers, callSettings));
    },

    async download(asset, options = {}) {
      // Loaded here, so that a page that only looks assets up does without.
      const { resolveDownloadSettings, startDownload } = await import("../download/download.ts");
      const settings = resolveDownloadSettings(options, clientSettings);
      const [id, headers] = [parseAssetId(asset), checkHeaders(options.headers)];
      return startDownload(id, settings, contentHost, (callSettings) => lookUp(id, headers, callSettings));
    },
  };
}

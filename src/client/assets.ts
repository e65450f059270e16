import type { Client } from "openapi-fetch";
import { getAssetPath } from "../../generated/document.ts";
import type { paths } from "../../generated/schema.ts";
import { parseAssetId, type AssetRef } from "../core/asset-ref.ts";
import type { Asset } from "../core/asset.ts";
import { ResponseError } from "../core/errors.ts";
import type { LookUp, LookUpResult } from "../core/look-up.ts";
import { checkHeaders, checkOptions, resolveSettings, type RequestOptions, type Settings } from "../core/options.ts";
import { withoutQueries } from "../core/redact.ts";
import type { WaitOptions } from "../core/wait-options.ts";
import type { Download } from "../download/download.ts";
import type { DownloadOptions } from "../download/options.ts";
import type { ContentHost } from "../download/source.ts";
import { findAsset } from "./envelope.ts";
import { WholeResponse } from "./response.ts";
import { sendThrough, type Send } from "./transport.ts";

/** The operations on assets. */
export interface Assets {
  /**
   * Looks an asset up: its state, its addresses, its size. The file itself is not fetched.
   *
   * Safe to repeat. Nothing is cached, so two calls may differ while the asset is under review.
   *
   * @param asset - The `asset_id`, the `asset_uri` (`asset://…`) that workflows use, or an asset.
   * @throws {@link ConfigError} when the reference or an option is wrong; no request was sent.
   * @throws {@link ApiError} when the API reports a failure; see `kind`.
   * @throws {@link NetworkError} when no whole response came.
   * @throws {@link TimeoutError} when none came within `timeoutMs`, or the call took longer than `totalTimeoutMs`.
   * @throws {@link ResponseError} when the response is not the API's.
   * @throws The `reason` of `signal` when it aborts.
   * @see generated/openapi.json, operation `getAsset`
   * @example
   * const asset = await chenyu.assets.get("asset_38d2ff7769fb3b7267039941547e6a78");
   */
  get(asset: AssetRef, options?: RequestOptions): Promise<Asset>;

  /**
   * Looks an asset up again and again, until its status is `confirmed`: the one documented value. `isReady` and `isFailed`
   * replace that by what you know.
   *
   * The wait goes on after a temporary failure of a look-up, but not after four in a row. It follows `Retry-After`, also
   * beyond `maxRetryAfterMs`. It ends early when the next look-up would come too late.
   *
   * @param asset - As for `get`. It is looked up even if it says that it is ready.
   * @throws {@link ConfigError} when the reference or an option is wrong; no request was sent.
   * @throws {@link NotReadyError} when it is not ready within `waitTimeoutMs`, or never will be, as `isFailed` says; `asset`
   * is what was seen last.
   * @throws {@link ApiError} when the API reports a failure: the asset has expired, it failed review, …
   * @throws {@link ApiError}, {@link NetworkError} or {@link TimeoutError} when four look-ups in a row failed.
   * @throws {@link ResponseError} when the response is not the API's.
   * @throws The `reason` of `signal` when it aborts.
   * @see generated/openapi.json, `status` of the schema `Asset`
   * @example
   * const asset = await chenyu.assets.waitUntilReady("asset_38d2ff7769fb3b7267039941547e6a78");
   */
  waitUntilReady(asset: AssetRef, options?: WaitOptions): Promise<Asset>;

  /**
   * Looks an asset up and returns its content as a stream. The content is requested on the first read.
   *
   * With `wait`, it looks the asset up as `waitUntilReady` does, and downloads what it found then.
   *
   * A connection that ends too early is replaced by one for the rest, and an expired signed URL by a fresh one. The
   * bytes of two versions of a file are never mixed. The content host does not get the key.
   *
   * @param asset - As for `get`.
   * @returns The asset, its size, and its bytes: as a stream, or all at once by `bytes()`, `blob()` or `text()`.
   * @throws {@link ConfigError}, {@link ApiError}, {@link NetworkError}, {@link TimeoutError} or {@link ResponseError} as
   * `get` does. Reading throws these too, for the look-ups that give fresh URLs.
   * @throws {@link ResponseError} when the API answers with another asset.
   * @throws {@link NotReadyError} when the asset has no address yet; with `wait`, also as `waitUntilReady` does.
   * @throws {@link DownloadError} when the content host refuses, the file changes or has another size; see `kind`.
   * @throws {@link NetworkError} when the connection failed more than `maxRetries` times without a byte between. If the
   * content host does not prove which version of the file it sends, what is read whole begins anew each time, and a
   * stream that has given out bytes ends at once.
   * @throws {@link TimeoutError} when nothing came for `idleTimeoutMs`, as many times.
   * @throws The `reason` of `signal` when it aborts.
   * @see generated/openapi.json, `signed_url` of the schema `Asset`
   * @example
   * const { stream } = await chenyu.assets.download("asset_38d2ff7769fb3b7267039941547e6a78");
   */
  download(asset: AssetRef, options?: DownloadOptions): Promise<Download>;
}

/** Makes the resource on top of the openapi-fetch client. @internal */
export function createAssets(
  client: Client<paths>,
  send: Send,
  clientSettings: Settings,
  contentHost: ContentHost,
): Assets {
  function createLookUp(id: string, options: RequestOptions): LookUp {
    const init = {
      params: { path: { asset_id: id } },
      headers: checkHeaders(options.headers),
      parseAs: "text",
    } as const;
    return async (settings) => {
      let sent: WholeResponse | undefined;
      const { data, error, response } = await sendThrough(send, settings, (fetch) =>
        client.GET(getAssetPath, { ...init, fetch: async (request) => (sent = await fetch(request)) }),
      );
      if (response instanceof WholeResponse) return readResult(response);
      // A middleware of `raw` has replaced the response. openapi-fetch parses the body of an error, whatever `parseAs` is.
      const text = data ?? (typeof error === "string" ? error : JSON.stringify(error));
      const request = sent ?? { url: response.url, requestLine: id, attempts: 0, redact: withoutQueries };
      return readResult(new WholeResponse(response, text, request));
    };
  }

  return {
    async get(asset, options = {}) {
      const settings = resolveSettings(options, clientSettings);
      return (await createLookUp(parseAssetId(asset), options)(settings)).asset;
    },

    async waitUntilReady(asset, options = {}) {
      // Loaded here, as the code of downloads is, so that a page that only looks assets up does not load it.
      const { resolveWaitSettings, waitUntilReady } = await import("./wait.ts");
      const settings = resolveWaitSettings(options, clientSettings);
      const id = parseAssetId(asset);
      return (await waitUntilReady(id, settings, createLookUp(id, options))).asset;
    },

    async download(asset, options = {}) {
      const { startDownload } = await import("../download/download.ts");
      const id = parseAssetId(asset);
      checkOptions(options);
      return startDownload(
        id,
        options,
        clientSettings,
        contentHost,
        createLookUp(id, options),
        () => import("./wait.ts"),
      );
    },
  };
}

/** Takes the asset out of the envelope. Only what this package relies on is checked; all else passes as it came. */
function readResult(response: WholeResponse): LookUpResult {
  const { envelope, failure, status, headers, requestLine, attempts, redact } = response;
  if (failure !== undefined) throw failure;
  const asset = findAsset(envelope);
  if (asset !== undefined) return { asset, status, attempts, headers, redact };
  const fault = envelope.code === undefined ? "the body is not { code, msg, data }" : "there is no asset in data";
  throw new ResponseError(`${requestLine}: HTTP ${status}, but ${fault}.`, response);
}

import type { Client } from "openapi-fetch";
import { getAssetPath } from "../generated/document.ts";
import type { Asset, paths } from "../generated/schema.ts";
import { fillPath, parseAssetId, type AssetRef } from "./asset-ref.ts";
import { unwrapAsset } from "./envelope.ts";
import { checkHeaders, type RequestOptions } from "./options.ts";
import type { Send } from "./transport.ts";

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
}

/** Makes the resource on top of the openapi-fetch client. */
export function createAssets(raw: Client<paths>, send: Send): Assets {
  return {
    async get(asset, options = {}) {
      const { data, error, response } = await raw.GET(getAssetPath, {
        params: { path: { asset_id: parseAssetId(asset) } },
        headers: checkHeaders(options.headers),
        fetch: (request) => send(request, options),
      });
      return unwrapAsset(response, data ?? error, `GET ${fillPath(getAssetPath, asset)}`);
    },
  };
}

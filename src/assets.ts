import type { Client } from "openapi-fetch";
import { getAssetPath } from "../generated/document.ts";
import type { Asset, paths } from "../generated/schema.ts";
import { fillPath, parseAssetId, type AssetRef } from "./asset-ref.ts";
import { unwrapAsset } from "./envelope.ts";
import { checkHeaders, resolveSettings, type RequestOptions, type Settings } from "./options.ts";
import { WholeResponse } from "./response.ts";
import { withoutQueries } from "./secrets.ts";
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
export function createAssets(client: Client<paths>, send: Send, clientSettings: Settings): Assets {
  return {
    async get(asset, options = {}) {
      const settings = resolveSettings(options, clientSettings);
      const params = { path: { asset_id: parseAssetId(asset) } };
      const headers = checkHeaders(options.headers);
      let sent: WholeResponse | undefined;
      const { data, error, response } = await sendThrough(
        async (request, callSettings) => (sent = await send(request, callSettings)),
        settings,
        (fetch) => client.GET(getAssetPath, { params, headers, parseAs: "text", fetch }),
      );
      if (response instanceof WholeResponse) return unwrapAsset(response);
      // A middleware of `raw` has put its own in the place of ours.
      const text = data ?? (typeof error === "string" ? error : JSON.stringify(error));
      const requestLine = `GET ${fillPath(getAssetPath, asset)}`;
      const exchange = sent ?? { url: response.url, requestLine, attempts: 0, redact: withoutQueries };
      return unwrapAsset(new WholeResponse(response, text, exchange));
    },
  };
}

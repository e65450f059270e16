import { assetIdPattern } from "../../generated/document.ts";
import type { Asset } from "./asset.ts";
import { ConfigError } from "./errors.ts";

/** How to name an asset: its `asset_id`, its `asset_uri` (`asset://…`), or the asset itself. */
export type AssetRef = string | Pick<Asset, "asset_id">;

const assetId = new RegExp(assetIdPattern);

/**
 * Reads the `asset_id` out of a reference.
 *
 * Only what could change the path of a URL is refused: the form of an id is undocumented.
 *
 * @throws {@link ConfigError} when it is not a reference.
 */
export function parseAssetId(asset: AssetRef): string {
  const ref: unknown = typeof asset === "object" && asset !== null ? asset.asset_id : asset;
  const id = typeof ref === "string" ? ref.replace(/^asset:\/\//, "") : "";
  if (assetId.test(id) && !cannotBeSegment.test(id)) return id;
  const shown = typeof ref === "string" ? JSON.stringify(ref.slice(0, 80).replace(/\?.*/s, "?…")) : typeof ref;
  throw new ConfigError("asset", `${shown} is not an asset reference. Pass an asset_id, an asset_uri or an Asset.`);
}

/** What the document's pattern cannot say: `.` and `..` change the path, and a lone surrogate cannot be encoded. */
const cannotBeSegment = /^\.{1,2}$|\p{Surrogate}/u;

/** Makes the `asset_uri` that a workflow's inputs take. @throws {@link ConfigError} when it is not a reference. */
export function toAssetUri(asset: AssetRef): string {
  return `asset://${parseAssetId(asset)}`;
}

/** Puts an asset into the path of an operation, as one segment. */
export function fillPath(path: string, asset: AssetRef): string {
  return path.replace("{asset_id}", encodeURIComponent(parseAssetId(asset)));
}

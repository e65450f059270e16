import type { Asset as AssetSchema } from "../../generated/schema.ts";

/** A file that a workflow takes in or gives out, as the API describes it. Unknown fields may be present. */
export interface Asset extends AssetSchema {
  // With a member of its own, TypeScript before 7 names this interface in every error.
  asset_id: AssetSchema["asset_id"];
}

/** Size of the asset's file, in bytes. `undefined` if the API gives none, or gives what cannot be a size. @internal */
export function sizeOf({ size_bytes }: Pick<Asset, "size_bytes">): number | undefined {
  return Number.isSafeInteger(size_bytes) && size_bytes >= 0 ? size_bytes : undefined;
}

// Compiled only. A `Same` that is not true fails to compile.
import { createClient, isAssetResponse, type Asset, type AssetResponse, type components } from "chenyu-assets";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

export async function describeAsset(asset_id: string): Promise<string> {
  const { data } = await createClient().raw.GET("/api/open/v2/assets/{asset_id}", { params: { path: { asset_id } } });
  if (data !== undefined && "data" in data) {
    const isText: Same<typeof data.data.status, string> = true; // also before the guard
    console.log(isText);
  }
  if (isAssetResponse(data)) {
    const response: AssetResponse = data;
    const asset: Asset = data.data;
    const isSuccess: Same<typeof data.code, 0> = true;
    return `${response.msg} ${asset.asset_id} ${isSuccess}`;
  }
  if (data === undefined) return "an HTTP error";
  const failure: components["schemas"]["Failure"] = data;
  const isFailureOnly: Same<keyof typeof data, "code" | "msg"> = true;
  const isAnyCode: Same<typeof data.code, number> = true; // after a success, it could only be 0
  return `${failure.code} ${failure.msg} ${isFailureOnly && isAnyCode}`;
}

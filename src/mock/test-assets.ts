import { testAssets, type TestAsset } from "../../generated/document.ts";

export type { ContentFault, SignedUrlFault, TestAnswer, TestAsset, TestAssetName } from "../../generated/document.ts";

/** The test assets by id. @internal */
export const testAssetsById: ReadonlyMap<string, TestAsset> = new Map(
  Object.values(testAssets).map((asset) => [asset.asset_id, asset]),
);

/** Finds the test asset that an id behaves like: any other id is a ready image. @internal */
export function testAssetOrImage(id: string): TestAsset {
  return testAssetsById.get(id) ?? testAssets.image;
}

import { testAssets, type TestAsset } from "../../generated/document.ts";

export type { ContentFault, TestAnswer, TestAsset, TestAssetName } from "../../generated/document.ts";

const testAssetsById = new Map(Object.values(testAssets).map((asset) => [asset.asset_id, asset]));

/** Finds the test asset that has this id. */
export function findTestAsset(id: string | undefined): TestAsset | undefined {
  return id === undefined ? undefined : testAssetsById.get(id);
}

/** Finds the test asset that an id behaves like: any other id is a ready image. */
export function testAssetOrImage(id: string): TestAsset {
  return findTestAsset(id) ?? testAssets.image;
}

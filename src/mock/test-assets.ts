import { testAssets, type TestAsset } from "../../generated/document.ts";

const byId = new Map(Object.values(testAssets).map((asset) => [asset.asset_id, asset]));

/** Gives what the document says of an id, if it names it. */
export function findTestAsset(id: string | undefined): TestAsset | undefined {
  return id === undefined ? undefined : byId.get(id);
}

/** Gives what an id does: one that the document does not name is a ready image. */
export function behaviourOf(id: string): Pick<TestAsset, "answers" | "content"> {
  return byId.get(id) ?? testAssets.image;
}

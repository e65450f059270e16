import { describe, expect, inject, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { createClient, isAssetResponse } from "../../src/index.ts";

const data = { asset_id: "asset_1" };

test.each([
  ["code 0", { code: 0, msg: "", data }],
  ['code "0", which clients have met', { code: "0", msg: "", data }],
  ["unknown fields", { code: 0, msg: "", data: { ...data, tags: [] }, trace: "x" }],
])("isAssetResponse accepts a success with %s", (_name, body) => {
  expect(isAssetResponse(body)).toBe(true);
});

test.each([
  ["a failure", { code: 1001, msg: "资源已过期" }],
  ["a failure whose data is null", { code: 1001, msg: "资源已过期", data: null }],
  ["a success whose data is null", { code: 0, msg: "", data: null }],
  ["a success without data", { code: 0, msg: "" }],
  ["a success whose data is a list", { code: 0, msg: "", data: [data] }],
  ["an asset_id that is not text", { code: 0, msg: "", data: { asset_id: 1 } }],
  ["an asset without its envelope", data],
  ["another code beside an asset", { code: 404, msg: "", data }],
  ['code ""', { code: "", msg: "", data }],
  ["code false", { code: false, msg: "", data }],
  ["no code", { msg: "", data }],
  ["a list", [{ code: 0, data }]],
  ["text", '{"code":0}'],
  ["null", null],
  ["undefined", undefined],
])("isAssetResponse refuses %s", (_name, body) => {
  expect(isAssetResponse(body)).toBe(false);
});

describe("isAssetResponse narrows an answer of raw", () => {
  const { raw } = createClient({ apiKey: "any", baseUrl: inject("mock"), maxRetries: 0 });

  async function lookUp(asset_id: string): Promise<string> {
    const { data } = await raw.GET("/api/open/v2/assets/{asset_id}", { params: { path: { asset_id } } });
    if (!isAssetResponse(data)) return `failure ${data?.code}`;
    return data.data.status;
  }

  test("to an asset, or to a failure", async () => {
    expect(await lookUp(testAssets.image.asset_id)).toBe("confirmed");
    expect(await lookUp(testAssets.expired.asset_id)).toBe("failure 1001");
  });
});

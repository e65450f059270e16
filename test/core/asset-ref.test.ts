/** What an asset reference may be, and how what is none is refused. */
import { expect, test } from "vitest";
import { createClient, parseAssetId, toAssetUri, type AssetRef } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { always, startServer } from "../servers/server.ts";

const id = "asset_38d2ff7769fb3b7267039941547e6a78";

test.each<[name: string, asset: AssetRef]>([
  ["an asset_id", id],
  ["an asset_uri", `asset://${id}`],
  ["an Asset", { asset_id: id }],
])("an asset reference may be %s", (_name, asset) => {
  expect(parseAssetId(asset)).toBe(id);
  expect(toAssetUri(asset)).toBe(`asset://${id}`);
});

test.each(["ASSET-1", "资源_1", "asset_1:2", "a.b", "...", "~"])("an id may have another form: %s", (otherId) => {
  expect(parseAssetId(otherId)).toBe(otherId);
});

test("an id is encoded into one segment of the path", async () => {
  await using server = await startServer(always(404, "{}"));
  await caught(createClient({ apiKey: "cy_test", baseUrl: server.url }).assets.get("资源:1"));
  expect(server.requests[0]?.url).toBe("/api/open/v2/assets/%E8%B5%84%E6%BA%90%3A1");
});

test.each<[name: string, asset: unknown]>([
  ["an empty text", ""],
  ["a URI without an id", "asset://"],
  [".", "."],
  ["..", ".."],
  ["asset://..", "asset://.."],
  ["a/b", "a/b"],
  ["a\\b", "a\\b"],
  ["%2e%2e", "%2e%2e"],
  ["an id with a query", "asset_x?y"],
  ["an id with a fragment", "asset_x#y"],
  ["an id with a space", "asset x"],
  ["an id with CR and LF", "asset_x\r\nX-Injected: 1"],
  ["an id with a line break at the end", "asset_x\n"],
  ["an id with NUL", "asset_\0"],
  ["an id with a lone surrogate", "asset_\ud800"],
  ["a URL", "https://www.chenyu.team/assets/asset_x/content"],
  ["undefined", undefined],
  ["null", null],
  ["a number", 7],
  ["an array", [id]],
  ["an object without an id", {}],
  ["an object with an id that is no text", { asset_id: 7 }],
  ["an object with a wrong id", { asset_id: ".." }],
])("get, raw and toAssetUri refuse %s before any request", async (_name, asset) => {
  await using server = await startServer(always(200, "{}"));
  const { assets, raw } = createClient({ apiKey: "cy_test", baseUrl: server.url });
  const path = { asset_id: asset as string };
  for (const error of [
    await caught(assets.get(asset as AssetRef)),
    await caught(raw.GET("/api/open/v2/assets/{asset_id}", { params: { path } })),
    await caught(() => toAssetUri(asset as AssetRef)),
  ]) {
    expect(error).toMatchObject({ name: "ConfigError", attempts: 0, retryable: false });
    expect((error as Error).message).toMatch(/^asset: .* is not an asset reference\. Pass an asset_id/);
  }
  expect(server.requests).toEqual([]);
});

test.each([
  ["the value", "a/b", '"a/b"'],
  ["no query of a URL", `${id}/content?expires=1&signature=s3cret`, `"${id}/content?…"`],
  ["at most 80 characters", `/${"x".repeat(1000)}`, `"/${"x".repeat(79)}" is no`],
])("the message of a refusal shows %s", async (_name, asset, shown) => {
  expect(String(await caught(() => parseAssetId(asset)))).toContain(shown);
});

import { describe, expect, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { createClient, parseAssetId, toAssetUri, type AssetRef } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { always, startServer } from "../servers/server.ts";

const { asset_id: id } = testAssets.image;

describe("an asset reference", () => {
  test.each<{ form: string; asset: AssetRef }>([
    { form: "its asset_id", asset: id },
    { form: "its asset_uri", asset: `asset://${id}` },
    { form: "an Asset", asset: { asset_id: id } },
  ])("is $form", ({ asset }) => {
    expect(parseAssetId(asset)).toBe(id);
    expect(toAssetUri(asset)).toBe(`asset://${id}`);
  });

  test.each(["ASSET-1", "资源_1", "asset_1:2", "a.b", "...", "~"])("may be an id of another form: %s", (other) => {
    expect(parseAssetId(other)).toBe(other);
  });
});

const wrong: [name: string, asset: unknown][] = [
  ["an empty text", ""],
  ["a URI without an id", "asset://"],
  [".", "."],
  ["..", ".."],
  ["asset://..", "asset://.."],
  ["a/b", "a/b"],
  ["a\\b", "a\\b"],
  ["%2e%2e", "%2e%2e"],
  ["a query", "asset_x?y"],
  ["a fragment", "asset_x#y"],
  ["a space", "asset x"],
  ["CR and LF", "asset_x\r\nX-Injected: 1"],
  ["a line break at the end", "asset_x\n"],
  ["NUL", "asset_\0"],
  ["a lone surrogate", "asset_\ud800"],
  ["a URL", "https://www.chenyu.team/assets/asset_x/content"],
  ["undefined", undefined],
  ["null", null],
  ["a number", 7],
  ["an array", [id]],
  ["an object without an id", {}],
  ["an object with another id", { asset_id: 7 }],
  ["an object with a wrong id", { asset_id: ".." }],
];

describe("what is no asset reference is refused before any request", () => {
  test.each(wrong)("%s", async (_name, asset) => {
    await using server = await startServer(always(200, "{}"));
    const { assets, raw } = createClient({ apiKey: "cy_test", baseUrl: server.url });
    const path = { asset_id: asset as string };
    for (const error of [
      await caught(assets.get(asset as AssetRef)),
      await caught(raw.GET("/api/open/v2/assets/{asset_id}", { params: { path } })),
      await caught(() => toAssetUri(asset as AssetRef)),
    ]) {
      expect(error).toMatchObject({ name: "ConfigError", attempts: 0, retryable: false });
      expect((error as Error).message).toMatch(/^asset: .* is no asset reference\. Pass an asset_id/);
    }
    expect(server.requests).toEqual([]);
  });

  test("the message names the value, but no query of it, and not more than 80 characters", async () => {
    expect(String(await caught(() => parseAssetId("a/b")))).toContain('"a/b"');
    const signed = `${id}/content?expires=1&signature=s3cret`;
    expect(String(await caught(() => parseAssetId(signed)))).toContain(`"${id}/content?…"`);
    expect(String(await caught(() => parseAssetId(`/${"x".repeat(1000)}`)))).toContain(`"/${"x".repeat(79)}" is no`);
  });
});

test("an id of another form is encoded into one path segment", async () => {
  await using server = await startServer(always(404, "{}"));
  await caught(createClient({ apiKey: "cy_test", baseUrl: server.url }).assets.get("资源 1".replace(" ", ":")));
  expect(server.requests[0]?.url).toBe("/api/open/v2/assets/%E8%B5%84%E6%BA%90%3A1");
});

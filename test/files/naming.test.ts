/** How a file in a folder is named: by `original`, `id` or `original-id`. `FAST_CHECK_SEED=…` repeats a run. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect } from "vitest";
import type { Asset } from "../../generated/schema.ts";
import { safeFileName } from "../../src/files/name.ts";
import { fileNameOf, type FileNaming, type FileOptions } from "../../src/node.ts";
import { caught } from "../helpers/caught.ts";
import type { AssetOf } from "../servers/content-server.ts";
import { expectFile, id, save, startFileServer, test, whole } from "./downloads.ts";
import { assetOfId, bytesOf, collect, saveAll, savedIds, startServerOfMany } from "./many-downloads.ts";

const seed = Number(process.env.FAST_CHECK_SEED ?? Date.now());
console.log(`names with ids: seed ${seed}`);

type Fields = Partial<Record<"asset_id" | "original_filename" | "mime_type", unknown>>;

function nameOf(naming: FileNaming, fields: Fields): string {
  return fileNameOf({ asset_id: "asset_1", mime_type: "image/png", ...fields } as unknown as Asset, naming);
}

/** What follows an id that could be taken for another one. */
function hashOf(id: string): string {
  return `+${createHash("sha256").update(id, "utf16le").digest("hex").slice(0, 32)}`;
}

test.for<[original: unknown, byId: string, byBoth: string]>([
  ["cat.jpeg", "asset_1.jpeg", "cat-asset_1.jpeg"],
  ["ComfyUI_00001_.png", "asset_1.png", "ComfyUI_00001_-asset_1.png"],
  ["猫 1.PNG", "asset_1.PNG", "猫 1-asset_1.PNG"],
  ["🖼.png", "asset_1.png", "🖼-asset_1.png"],
  ["a-b-.png", "asset_1.png", "a-b--asset_1.png"],
  ["noext", "asset_1.png", "noext-asset_1.png"],
  ["a.", "asset_1.png", "a-asset_1.png"],
  ["a.图", "asset_1.png", "a.图-asset_1.png"],
  [".png", "asset_1.png", "png-asset_1.png"],
  ["a.tar.gz", "asset_1.tar.gz", "a-asset_1.tar.gz"],
  ["CON.png", "asset_1.png", "_CON-asset_1.png"],
  ["a.png.part", "asset_1.png_part", "a-asset_1.png_part"],
  ["a.part.json", "asset_1.json", "a_part-asset_1.json"],
  ["../a.b/c.png", "asset_1.png", "c-asset_1.png"],
  ["??.png", "asset_1.png", "asset_1.png"],
  [undefined, "asset_1.png", "asset_1.png"],
  [7, "asset_1.png", "asset_1.png"],
])("with original_filename %j, the names are %j and %j", ([original_filename, byId, byBoth]) => {
  expect(nameOf("id", { original_filename })).toBe(byId);
  expect(nameOf("original-id", { original_filename })).toBe(byBoth);
});

test.for<[mime_type: unknown, byId: string]>([
  ["video/mp4", "asset_1.mp4"],
  ["image/of-my-own", "asset_1"],
  ["application/vnd.nokia.n-gage.symbian.install", "asset_1"], // a hyphen there would hide the one before the id
  [null, "asset_1"],
])("without an extension, the media type gives it: %j", ([mime_type, byId]) => {
  expect(nameOf("id", { mime_type })).toBe(byId);
  expect(nameOf("original-id", { mime_type, original_filename: "a" })).toBe(`a-${byId}`);
});

const longId = `asset_${"0".repeat(94)}`;
const manyMarks = `e${"\u0301".repeat(50)}`;

test.for<[id: unknown, byId: string, byBoth?: string]>([
  ["asset_38d2ff7769fb3b7267039941547e6a78", "asset_38d2ff7769fb3b7267039941547e6a78"],
  ["asset://asset_1", "asset_1"],
  [longId, longId],
  [`${longId}0`, longId.slice(0, 67) + hashOf(`${longId}0`)],
  ["a-1", "a-1", `a-1${hashOf("a-1")}`],
  ["con", "_con", "con"],
  ["_con", `_con${hashOf("_con")}`],
  ["Asset_1", `Asset_1${hashOf("Asset_1")}`],
  ["资源 1", `资源 1${hashOf("资源 1")}`],
  ["a.b.png", `a.b.png${hashOf("a.b.png")}`],
  ["a.png.part", `a.png_part${hashOf("a.png.part")}`],
  ["../../CON", `_CON${hashOf("../../CON")}`],
  ["x-asset://a", `a${hashOf("x-asset://a")}`],
  [manyMarks, hashOf(manyMarks), hashOf(manyMarks)],
  ["..", `asset${hashOf("..")}`],
  [undefined, `asset${hashOf("")}`],
])("of the id %j, the names have %j", ([asset_id, byId, byBoth = byId]) => {
  expect(nameOf("id", { asset_id })).toBe(`${byId}.png`);
  expect(nameOf("original-id", { asset_id, original_filename: "a.b" })).toBe(`a-${byBoth}.b`);
});

test.for<[what: string, stem: string, shown: string]>([
  ["letters", "x".repeat(300), "x".repeat(121)],
  ["Chinese letters", "资".repeat(100), "资".repeat(40)],
  ["emoji of several characters", "👍🏽".repeat(40), "👍🏽".repeat(15)],
  ["letters before a space", `${"x".repeat(120)} ${"y".repeat(99)}`, "x".repeat(120)],
])("a long stem of %s is cut, and the id is not", ([, stem, shown]) => {
  expect(nameOf("original-id", { original_filename: `${stem}.png` })).toBe(`${shown}-asset_1.png`);
});

test("a stem that cannot be cut is left out", () => {
  const fields = { asset_id: longId, original_filename: `e${"\u0301".repeat(20)}.png` };
  expect(nameOf("original-id", fields)).toBe(`${longId}.png`);
});

test("a device of Windows is no name, also of an id alone", () => {
  expect(nameOf("id", { asset_id: "con" })).toBe("_con.png");
  expect(nameOf("original-id", { asset_id: "con" })).toBe("_con.png");
});

test("an unknown naming, as the index that `map` passes, is `original`", () => {
  expect(nameOf(0 as unknown as FileNaming, { original_filename: "a.png" })).toBe("a.png");
});

const characters = "a A b - _ . + / 资 \u212a \u0301 \ud800".split(" ");
const pieces = [...characters, " ", "con", ".png", ".tar", ".n", hashOf("A"), longId];
const piece = fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: "binary" }));
const anyText = fc.array(piece, { maxLength: 6 }).map((texts) => texts.join(""));
const longText = anyText.map((text) => text.repeat(60));
const anyAsset = fc.record({
  asset_id: anyText,
  original_filename: fc.option(fc.oneof(anyText, longText)),
  mime_type: fc.constantFrom("image/png", "x/x", "application/vnd.nokia.n-gage.symbian.install"),
});

test("by id or by both, different assets have different safe names, whatever their fields contain", () => {
  const property = fc.property(fc.array(anyAsset, { minLength: 2, maxLength: 9 }), (assets) => {
    for (const naming of ["id", "original-id"] as const) {
      const owners = new Map<string, string>();
      for (const asset of assets) {
        const name = nameOf(naming, asset);
        expect(safeFileName(name)).toBe(name);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(133);
        const id = asset.asset_id.replace(/^asset:\/\//, "");
        const key = name.normalize("NFKC").toUpperCase().toLowerCase();
        expect(owners.get(key) ?? id).toBe(id);
        owners.set(key, id);
      }
    }
  });
  fc.assert(property, { seed, numRuns: 1000 });
});

test("stem and id are told apart where a name could be split in two ways", () => {
  const assets = ["a-b", "a", "a-b-c", "a.b", undefined].flatMap((stem) =>
    ["c", "b-c", "a-b-c", "c.png", "C", `c${hashOf("C")}`, `a-C${hashOf("C")}`].map((asset_id) => {
      return { asset_id, original_filename: stem && `${stem}.png` };
    }),
  );
  const owners = new Map<string, string>();
  for (const { asset_id, original_filename } of assets) {
    const name = nameOf("original-id", { asset_id, original_filename }).toLowerCase();
    expect(owners.get(name) ?? asset_id).toBe(asset_id);
    owners.set(name, asset_id);
  }
});

test.concurrent.for<[fileName: FileNaming, expected: string[]]>([
  ["id", ["asset_a.png", "asset_b.PNG"]],
  ["original-id", ["a-asset_a.png", "A-asset_b.PNG"]],
])("by `%s`, assets whose names differ in case only are both saved", async ([fileName, expected], { folder }) => {
  const assetOf: AssetOf = (url, lookUp, id) => {
    return { ...assetOfId(url, lookUp, id), original_filename: id === "asset_a" ? "a.png" : "A.PNG" };
  };
  await using server = await startServerOfMany({}, assetOf);
  for (const [overwrite, ids] of [
    ["error", ["asset_a", "asset_b"]],
    ["skip", ["asset_b", "asset_a"]],
  ] as const) {
    const results = await collect(saveAll(server, ids, folder, { fileName, overwrite, concurrency: 1 }));
    expect(savedIds(results)).toEqual(["asset_a", "asset_b"]);
    expect(results.map(({ file }) => file?.skipped)).toEqual(ids.map(() => overwrite === "skip"));
  }
  expect((await folder.names()).toSorted()).toEqual(expected.toSorted());
  await expectFile(folder.at(expected[0]!), bytesOf("asset_a"));
  await expectFile(folder.at(expected[1]!), bytesOf("asset_b"));
});

test.concurrent("downloadToFile names the file by fileName, too", async ({ folder }) => {
  await using server = await startFileServer(whole);
  await save(server, folder.path, { fileName: "original-id" });
  expect(await folder.names()).toEqual([`${id}.png`]);
});

test.concurrent.for<[fileName: unknown, shown: string]>([
  ["Original", "'Original'"],
  ["", "''"],
  ["a.png", "'a.png'"],
  ["toString", "'toString'"],
  [7, "7"],
  [null, "null"],
  [["id"], "an object"],
  [{ secret: 1 }, "an object"],
])("the fileName %j is ConfigError before any request", async ([fileName, shown], { folder, path }) => {
  await using server = await startFileServer(whole);
  const options = { fileName } as FileOptions;
  const message = `fileName: ${shown} cannot be used. Pass "original", "id", "original-id" or a function.`;
  for (const target of [folder.path, path]) {
    expect(await caught(save(server, target, options))).toMatchObject({ name: "ConfigError", message });
  }
  expect(await caught(collect(saveAll(server, [id], folder, options)))).toMatchObject({ message });
  expect(server.lookUps()).toBe(0);
});

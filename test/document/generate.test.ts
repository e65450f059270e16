import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { findDrift, generate } from "../../scripts/generate.ts";
import type { OpenApiDocument } from "../../scripts/document.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const documentPath = fileURLToPath(new URL("../../openapi/openapi.yaml", import.meta.url));
const source = await readFile(documentPath, "utf8");
const files = await generate(documentPath);
const folder = await mkdtemp(join(tmpdir(), "chenyu-assets-"));
afterAll(() => rm(folder, { recursive: true }));

async function copyProject(name: string): Promise<string> {
  const copy = join(folder, name);
  await cp(`${root}generated`, join(copy, "generated"), { recursive: true });
  for (const readme of ["README.md", "README.zh-CN.md"]) await cp(root + readme, join(copy, readme));
  return copy;
}

describe("what is generated", () => {
  test("is what the document gives", async () => {
    expect(await findDrift(files, root)).toEqual([]);
  });

  test.each([...files.keys()])("drift of %s is found and named", async (path) => {
    const copy = await copyProject("drifted");
    await writeFile(join(copy, path), `${files.get(path)}\n`);
    expect(await findDrift(files, copy)).toEqual([path]);
    await rm(join(copy, path));
    expect(await findDrift(files, copy)).toEqual([path]);
  });

  test("has drifted altogether where there is none", async () => {
    expect(await findDrift(files, join(folder, "nowhere"))).toEqual([...files.keys()]);
  });

  test("has drifted with a file that the document does not give", async () => {
    const copy = await copyProject("stray");
    await writeFile(join(copy, "generated/old.ts"), "");
    expect(await findDrift(files, copy)).toEqual(["generated/old.ts"]);
  });

  test.each(["README.md", "README.zh-CN.md"])("is the table of the test assets in %s", async (readme) => {
    const { "x-test-assets": assets } = JSON.parse(files.get("generated/openapi.json")!) as OpenApiDocument;
    const cells = [...files.get(readme)!.matchAll(/\| `(asset_\w+)` \| ([^|]+) (?=\|)/g)];
    expect(cells.map(([, id]) => id)).toEqual(assets.map(({ asset_id }) => asset_id));
    const isChinese = readme !== "README.md";
    for (const [index, [, , summary]] of cells.entries()) {
      if (isChinese) expect(summary).toMatch(/\p{Script=Han}/u);
      else expect(summary).toBe(assets[index]!.summary);
    }
  });

  test("has the description of every field in the TSDoc of its type", async () => {
    const { components } = JSON.parse(files.get("generated/openapi.json")!) as OpenApiDocument;
    const fields = Object.entries(components.schemas.Asset!.properties!);
    expect(fields).toHaveLength(13);
    const types = files.get("generated/schema.ts")!;
    for (const [name, { description }] of fields) {
      const tsdoc = description!.trim().replaceAll("\n", "\n             *     ");
      const at = types.indexOf(tsdoc);
      expect(at, name).toBeGreaterThan(0);
      expect(types.slice(at + tsdoc.length)).toMatch(new RegExp(`^\\n[^/]*(@example .*\\n)?[ *]*/\\s+${name}\\??: `));
    }
  });

  test("has open enumerations as unions with any other text", () => {
    expect(files.get("generated/schema.ts")).toContain('status: "confirmed" | (string & {});');
  });
});

describe("a test asset that the mock could not play is refused, by id", () => {
  const first = "asset_id: asset_38d2ff7769fb3b7267039941547e6a78\n    summary: Ready image (the vendor's example)";
  test.each([
    [
      "an unknown example",
      "{ status: 200, example: video }",
      "{ status: 200, example: film }",
      /getAsset has no example film for status 200/,
    ],
    [
      "an example of another status",
      "{ status: 200, example: video }",
      "{ status: 404, example: video }",
      /no example video for status 404/,
    ],
    [
      "an undeclared status",
      "{ status: 200, example: video }",
      "{ status: 418, example: video }",
      /no example video for status 418/,
    ],
    [
      "no answer",
      "answers: [{ status: 200, example: video }]",
      "answers: []",
      /x-test-assets\/1\/answers must NOT have fewer than 1 items/,
    ],
    [
      "no summary",
      "summary: Ready video",
      "summary: ''",
      /x-test-assets\/1\/summary must NOT have fewer than 1 characters/,
    ],
    ["a bad id", first, first.replace("asset_38d2", "a/b"), /x-test-assets\/0\/asset_id must match pattern/],
    [
      "a summary that breaks a table",
      "summary: Ready video",
      "summary: a | b",
      /x-test-assets\/1\/summary must match pattern/,
    ],
    [
      "an id that has no translation",
      "asset_7e570000000000000000000000000002",
      "asset_2",
      /zh\.overlay\.yaml: asset_2 has no summary/,
    ],
    ["an id twice", "asset_7e570000000000000000000000000006", "asset_7e570000000000000000000000000005", /stands twice/],
  ])("%s", async (_name, text, planted, message) => {
    const broken = join(folder, "openapi.yaml");
    const at = source.indexOf("x-test-assets:");
    const changed = source.slice(0, at) + source.slice(at).replace(text, planted);
    expect(changed).not.toBe(source);
    await writeFile(broken, changed);
    await expect(generate(broken)).rejects.toThrow(message);
  });
});

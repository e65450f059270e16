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
const files = await generate(documentPath, root);
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

  const groups = {
    ready: "image video audio empty persistent underReview unknownStatus alwaysUnderReview large",
    failures:
      "expired noPermission reviewFailed badRequest permissionDenied notFound rateLimited rateLimitedInEnvelope serverError recovers",
    content: "drops noRanges short slow expiredUrl expiresMidway changes noValidator weakEtag redirects closes",
  };
  const tables = ["README.md", "README.zh-CN.md"].flatMap((readme) =>
    Object.entries(groups).map(([group, names]) => ({ readme, group, names: names.split(" ") })),
  );

  test("has each test asset in one group", () => {
    const { "x-test-assets": assets } = JSON.parse(files.get("generated/openapi.json")!) as OpenApiDocument;
    expect(Object.values(groups).join(" ").split(" ").toSorted()).toEqual(Object.keys(assets).toSorted());
  });

  test.each(tables)("is the table of the group $group in $readme", ({ readme, group, names }) => {
    const { "x-test-assets": assets } = JSON.parse(files.get("generated/openapi.json")!) as OpenApiDocument;
    const [, table] = files.get(readme)!.split(`<!-- test assets: ${group} `);
    const [, , , , ...lines] = table!.split("\n"); // the marker, an empty line, and the two lines of the heading
    const rows = lines.slice(0, lines.indexOf(""));
    const cells = rows.map((row) => /^\| `(\w+)` \| `(asset_\w+)` \| ([^|]+) \|$/.exec(row)!.slice(1));
    expect(cells.map(([name, id]) => [name, id])).toEqual(names.map((name) => [name, assets[name]!.asset_id]));
    for (const [name, , summary] of cells) {
      if (readme === "README.md") expect(summary).toBe(assets[name!]!.summary);
      else expect(summary).toMatch(/\p{Script=Han}/u);
    }
  });

  test.each(["README.md", "README.zh-CN.md"])("needs a place for each table in %s", async (readme) => {
    const copy = await copyProject("without-a-table");
    await writeFile(join(copy, readme), files.get(readme)!.replace("<!-- test assets: content ", "<!-- "));
    await expect(generate(documentPath, copy)).rejects.toThrow(
      `${readme} has no table for the test assets of the group "content"`,
    );
  });

  test("has the text of every field, then its evidence, in the TSDoc of its type", () => {
    const { components } = JSON.parse(files.get("generated/openapi.json")!) as OpenApiDocument;
    const fields = Object.entries(components.schemas.Asset!.properties!);
    expect(fields).toHaveLength(13);
    const types = files.get("generated/schema.ts")!;
    for (const [name, { description }] of fields) {
      const [tsdoc] = new RegExp(`/\\*\\*(?:(?!\\*/)[^])*\\*/(?=\\s+${name}\\??: )`).exec(types)!;
      const lines = tsdoc
        .split("\n")
        .slice(1, -1)
        .map((line) => line.trim().slice(2));
      const paragraphs = lines
        .filter((line) => !line.startsWith("@"))
        .join("\n")
        .split("\n\n");
      expect(paragraphs.slice(0, -1)).toEqual(description!.trim().split("\n\n"));
      expect(paragraphs.at(-1)).toMatch(/^Documented on \[the vendor's \w+ page\]\(https:[^)]*\)\.$/);
    }
  });

  test("has one word and one link in every comment of the types", () => {
    const comments = files.get("generated/schema.ts")!.match(/\/\*\*[^]*?\*\//g)!;
    expect(comments.length).toBeGreaterThan(30);
    for (const comment of comments) {
      expect(
        comment.match(/(Documented|Observed; undocumented|Illustrative; undocumented|Undocumented) on \[/g),
      ).toHaveLength(1);
      expect(comment.match(/\]\(/g)).toHaveLength(1);
    }
  });

  test("has open enumerations as unions with any other text", () => {
    expect(files.get("generated/schema.ts")).toContain('status: "confirmed" | (string & {});');
  });
});

describe("a test asset that the mock could not play is refused, by name", () => {
  const first = "asset_id: asset_38d2ff7769fb3b7267039941547e6a78\n    summary: Ready image (the vendor's example)";
  test.each([
    [
      "an unknown example",
      "{ status: 200, example: video }",
      "{ status: 200, example: film }",
      /x-test-assets: video: getAsset has no example film for status 200/,
    ],
    [
      "an example of another status",
      "{ status: 200, example: video }",
      "{ status: 404, example: video }",
      /x-test-assets: video: getAsset has no example video for status 404/,
    ],
    [
      "an undeclared status",
      "{ status: 200, example: video }",
      "{ status: 418, example: video }",
      /x-test-assets: video: getAsset has no example video for status 418/,
    ],
    [
      "no answer",
      "answers: [{ status: 200, example: video }]",
      "answers: []",
      /x-test-assets\/video\/answers must NOT have fewer than 1 items/,
    ],
    [
      "no summary",
      "summary: Ready video",
      "summary: ''",
      /x-test-assets\/video\/summary must NOT have fewer than 1 characters/,
    ],
    ["a bad id", first, first.replace("asset_38d2", "a/b"), /x-test-assets\/image\/asset_id must match pattern/],
    [
      "a summary that breaks a table",
      "summary: Ready video",
      "summary: a | b",
      /x-test-assets\/video\/summary must match pattern/,
    ],
    ["a name that has no translation", "  video:\n", "  film:\n", /zh\.overlay\.yaml: film has no summary/],
    [
      "an id twice",
      "asset_7e570000000000000000000000000006",
      "asset_7e570000000000000000000000000005",
      /x-test-assets: alwaysUnderReview has the same asset_id as unknownStatus/,
    ],
    [
      "a content fault that the mock does not play",
      "content: no_ranges",
      "content: no_range",
      /x-test-assets\/noRanges\/content must be equal to one of the allowed values/,
    ],
    [
      "a fault of a signed URL that the mock does not play",
      "signed_url: expiring",
      "signed_url: tired",
      /x-test-assets\/expiresMidway\/answers\/0\/signed_url must be equal to one of the allowed values/,
    ],
    ...["Video", "ready_video", "ready-video", "视频", "2nd"].map((name): [string, string, string, RegExp] => [
      `the name ${name}`,
      "  video:\n",
      `  ${name}:\n`,
      new RegExp(`x-test-assets: ${name}: write the name in ASCII camelCase`),
    ]),
  ])("%s", async (_name, text, planted, message) => {
    const broken = join(folder, "openapi.yaml");
    const at = source.indexOf("x-test-assets:");
    const changed = source.slice(0, at) + source.slice(at).replace(text, planted);
    expect(changed).not.toBe(source);
    await writeFile(broken, changed);
    await expect(generate(broken, root)).rejects.toThrow(message);
  });
});

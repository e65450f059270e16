/**
 * The pattern of an asset id is for everybody's tools: each engine reads it, and reads it alike. RE2 is Go's and Google's,
 * and Rust's (so pydantic's) reads the same syntax; Hypothesis and jsonschema use Python's; Ajv and MCP hosts JavaScript's.
 */
import { execFile } from "node:child_process";
import { expect, test } from "vitest";
import { RE2JS } from "re2js";
import { assetIdPattern, testAssets } from "../../generated/document.ts";

const allowed = [
  ...Object.values(testAssets).map(({ asset_id }) => asset_id),
  ..."ASSET-1 资源_1 asset_1:2 a.b ... ~ 素材🎬 🎬 $^[]{}()|*+- \u0080 \u00a0 \u2028".split(" "),
  ".", // the subset that all engines share cannot refuse it; SDK and mock do
  "..",
];
const refused = "|a/b|a\\b|a?b|a#b|a%2e|a b| a|a\t|a\nb|a\r|a\r\n|\0|asset://a".split("|");
const characters = Array.from({ length: 0x300 }, (_, code) => String.fromCodePoint(code));
const forbidden = /^[\0- \u007f%#?/\\]$/;

const texts = [...allowed, ...refused, ...characters];
const expected = [
  ...allowed.map(() => true),
  ...refused.map(() => false),
  ...characters.map((character) => !forbidden.test(character)),
];

test.each(["", "u", "v"])('JavaScript reads it with the flags "%s"', (flags) => {
  const pattern = new RegExp(assetIdPattern, flags);
  expect(texts.map((text) => pattern.test(text))).toEqual(expected);
  expect(pattern.test("a\n")).toBe(false);
});

test("RE2 reads it", () => {
  const pattern = RE2JS.compile(assetIdPattern);
  expect(texts.map((text) => pattern.matcher(text).find())).toEqual(expected);
  expect(pattern.matcher("a\n").find()).toBe(false);
});

test("Python reads it", async ({ skip }) => {
  const results = await python([...texts, "a\n"]);
  if (results === undefined) {
    console.log("not tried with Python: python3 is not on this machine");
    return skip();
  }
  const { search, fullmatch } = results;
  // Its `$` also matches before a line break at the end, so a search lets that pass. SDK and mock do not.
  expect([search.pop(), fullmatch.pop()]).toEqual([true, false]);
  expect(search).toEqual(expected);
  expect(fullmatch).toEqual(expected);
});

const script = `
import json, re, sys
pattern, texts = json.load(sys.stdin)
print(json.dumps({ name: [getattr(re, name)(pattern, text) is not None for text in texts] for name in ["search", "fullmatch"] }))
`;

function python(texts: string[]): Promise<Record<"search" | "fullmatch", boolean[]> | undefined> {
  return new Promise((resolve, reject) => {
    const child = execFile("python3", ["-c", script], (error, stdout) => {
      if (error === null) resolve(JSON.parse(stdout));
      else if (error.code === "ENOENT") resolve(undefined);
      else reject(error);
    });
    child.stdin!.on("error", () => {}); // without python3, its pipe is closed: the callback says so
    child.stdin!.end(JSON.stringify([assetIdPattern, texts]));
  });
}

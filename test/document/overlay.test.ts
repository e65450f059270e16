/** The document in Chinese: every text is translated, and nothing but texts is changed. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { readDocument } from "../../scripts/document.ts";
import { bundle } from "../../scripts/generate.ts";

interface Overlay {
  actions: { target: string; update: unknown }[];
}

const { load } = createRequire(import.meta.url)("js-yaml") as { load: (text: string) => unknown };
const root = fileURLToPath(new URL("../..", import.meta.url));
const overlay = load(await readFile(`${root}/openapi/zh.overlay.yaml`, "utf8")) as Overlay;
const english = textsOf(await readDocument());
const chinese = textsOf(await bundle(`${root}/openapi/openapi.yaml`, "--overlay", "openapi/zh.overlay.yaml"));
const updates = new Map(overlay.actions.flatMap(({ target, update }) => [...textsOf(update, pathOf(target))]));

test("every title, summary and description is translated", () => {
  const same = [...english].filter(([path, text]) => chinese.get(path) === text).map(([path]) => path);
  expect(same).toEqual([]);
  expect(english.size).toBeGreaterThan(90);
});

test("every translation has Chinese characters, and keeps the code, the numbers and the links of the text", () => {
  for (const [path, text] of chinese) {
    expect(text, path).toMatch(/[一-鿿]/);
    const codes = (each: string): string[] =>
      (each.match(/`[^`]*`/g) ?? []).map((code) => code.replace("<密钥>", "<key>"));
    expect(new Set(codes(text)), path).toEqual(new Set(codes(english.get(path)!)));
  }
});

test("nothing else is changed, added or removed", async () => {
  const [one, other] = await Promise.all([
    readDocument(),
    bundle(`${root}/openapi/openapi.yaml`, "--overlay", "openapi/zh.overlay.yaml"),
  ]);
  expect([...chinese.keys()]).toEqual([...english.keys()]);
  expect(withoutTexts(other)).toEqual(withoutTexts(one));
});

test("each translation has a text to translate: none is stale", () => {
  const stale = [...updates.keys()].filter((path) => !english.has(path));
  expect(stale).toEqual([]);
});

test("no text is translated twice", () => {
  const count = overlay.actions.reduce((sum, { update }) => sum + textsOf(update).size, 0);
  expect(updates.size).toBe(count);
});

test("each action of the overlay has a target and only updates words", () => {
  for (const { target, update, ...others } of overlay.actions) {
    expect(others, target).toEqual({});
    expect(withoutTexts(update), target).toEqual(emptied(update));
  }
});

test("the words are those of the vendor and of developers", () => {
  const all = [...chinese.values()].join("\n");
  for (const word of ["资源 ID", "引用地址", "访问地址", "响应码", "限流", "外层结构", "签名地址", "Mock"])
    expect(all).toContain(word);
});

describe("what these tests would find", () => {
  test("a path with a bracket is read like one with dots", () => {
    expect(pathOf("$['x-test-assets'].image")).toBe("/x-test-assets/image");
    expect(pathOf("$.a.anyOf[1].b")).toBe("/a/anyOf/1/b");
  });
});

/** All texts for people, by their place. Examples' values are data, not texts. */
function textsOf(node: unknown, path = ""): Map<string, string> {
  if (typeof node !== "object" || node === null) return new Map();
  return new Map(
    Object.entries(node).flatMap(([key, child]): [string, string][] => {
      if (key === "value") return [];
      if (isText(key, child)) return [[`${path}/${key}`, child]];
      return [...textsOf(child, `${path}/${key}`)];
    }),
  );
}

function isText(key: string, value: unknown): value is string {
  return ["title", "summary", "description"].includes(key) && typeof value === "string";
}

function withoutTexts(node: unknown): unknown {
  return JSON.parse(JSON.stringify(node, (key, value) => (isText(key, value) ? undefined : value)));
}

/** The same object with nothing in it but its objects. */
function emptied(node: unknown): unknown {
  return JSON.parse(JSON.stringify(node, (_key, value) => (typeof value === "object" ? value : undefined)));
}

/** `$.a['b'][1]` as `/a/b/1`. */
function pathOf(target: string): string {
  return target
    .slice(1)
    .replaceAll(/\['([^']*)'\]|\[(\d+)\]|\.([\w-]+)/g, (_step, quoted, index, name) => `/${quoted ?? index ?? name}`);
}

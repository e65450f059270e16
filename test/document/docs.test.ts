import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { buildDocs } from "../../scripts/docs.ts";
import { readDocument } from "../../scripts/document.ts";

const folder = await mkdtemp(join(tmpdir(), "chenyu-assets-"));
afterAll(() => rm(folder, { recursive: true }));
await buildDocs(join(folder, "index.html"));
const html = await readFile(join(folder, "index.html"), "utf8");

test("the docs are one page: nothing is loaded from elsewhere", () => {
  const markup = html.replaceAll(/(<script[^>]*>)[\s\S]*?<\/script>/g, "$1");
  expect([...markup.matchAll(/<(script|img|iframe|link|source|object|embed)\b[^>]*\b(src|href|data)=/g)]).toEqual([]);
  expect(markup).not.toMatch(/@import|url\((?!["']?data:)/);
});

test("the docs forbid every request, before any script could make one", () => {
  const [, policy] = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(html)!;
  expect(html.indexOf("Content-Security-Policy")).toBeLessThan(html.indexOf("<script"));
  const directives = new Map(policy!.split("; ").map((directive) => directive.split(/ (.*)/, 2) as [string, string]));
  expect(directives.get("default-src")).toBe("'none'");
  expect(directives.get("connect-src")).toBe("'none'");
  for (const [name, sources] of directives) expect(sources, name).not.toMatch(/\*|https?:|'self'/);
});

test("the docs show the operation, every status and every field", async () => {
  const { paths, components } = await readDocument();
  for (const [path, operations] of Object.entries(paths)) {
    expect(html).toContain(path);
    for (const status of Object.keys(operations.get!.responses)) expect(html).toContain(`"${status}"`);
  }
  for (const field of Object.keys(components.schemas.Asset!.properties!)) expect(html).toContain(`"${field}"`);
});

test("the docs show how well each fact is known: of a field, of a response, of an example", async () => {
  const page = "the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).";
  const { components } = await readDocument();
  const shown = {
    [components.schemas.Asset!.properties!.size_bytes!.description!]: `Documented on [${page}`,
    [components.responses.NotFound!.description]: `Observed; undocumented on [${page}`,
  };
  for (const [description, sentence] of Object.entries(shown)) {
    expect(html).toContain(JSON.stringify(`${description}\n\n${sentence}`));
  }
  expect(html).toContain(JSON.stringify(`${components.examples.Expired!.summary} (illustrative)`));
  expect(html).toContain(JSON.stringify(`Illustrative; undocumented on [${page}`));
});

test("the docs show every test asset of the mock, in the order of the README's tables", async () => {
  const { "x-test-assets": assets } = await readDocument();
  const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
  const expected = [...readme.matchAll(/^\| `(\w+)` \| `(asset_\w+)` \|/gm)].map(([, name, id]) => [name, id]);
  const rows = html.matchAll(/<tr>\s*<td><code>(\w+)<\/code><\/td>\s*<td><code>(asset_\w+)<\/code><\/td>/g);
  expect([...rows].map(([, name, id]) => [name, id])).toEqual(expected);
  expect(expected).toHaveLength(Object.keys(assets).length);
});

/** The files of the built site: what they hold, and that they ask nobody for anything. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { curlLine } from "../../scripts/docs/assets.ts";
import { checkLinks } from "../../scripts/docs/links.ts";
import { readSamples } from "../../scripts/docs/samples.ts";
import { readDocument } from "../../scripts/document.ts";

const { folder } = inject("site");
const names = await readdir(folder, { recursive: true });
const read = (name: string): Promise<string> => readFile(join(folder, name), "utf8");
const pages = names.filter((name) => /^(en|zh)\/.*index\.html$/.test(name));
const document = await readDocument();
const languages = ["en", "zh"];

/** The text of a page, as a reader sees it. */
function textOf(html: string): string {
  const text = html.replaceAll(/<(script|style)\b[^]*?<\/\1>/g, "").replaceAll(/<[^>]*>/g, "");
  const characters: Record<string, string> = { "&quot;": '"', "&lt;": "<", "&gt;": ">", "&#39;": "'", "&amp;": "&" };
  return text.replaceAll(/&(?:quot|lt|gt|#39|amp);/g, (entity) => characters[entity]!);
}

test("there is every page in both languages", () => {
  const paths = languages.map((language) =>
    pages.filter((name) => name.startsWith(language)).map((name) => name.slice(3)),
  );
  expect(paths[0]!.length).toBeGreaterThan(40);
  expect(paths[0]!.toSorted()).toEqual(paths[1]!.toSorted());
});

test("no page loads anything from elsewhere, and each forbids it before any script runs", async () => {
  for (const name of [...pages, "index.html"]) {
    const html = await read(name);
    const loaded = html.matchAll(
      /<(?:script|img|iframe|source|object|embed|link rel="(?!alternate|canonical)[^"]*")\b[^>]*\s(?:src|href|data)="([^"]*)"/g,
    );
    for (const [, url] of loaded) expect(url, name).toMatch(/^(?!\/\/|[a-z]+:)/);
    if (name === "index.html") continue;
    const [, policy] = /<meta http-equiv="Content-Security-Policy" content="([^"]*)"\/>/.exec(html)!;
    expect(html.indexOf("Content-Security-Policy"), name).toBeLessThan(html.indexOf("<script"));
    expect(policy).toMatch(/^default-src 'none'; /);
    expect(policy).not.toContain("https:");
    const [, connect] = /connect-src ([^;]*)/.exec(policy!)!;
    expect(connect!.split(" ").slice(1)).toEqual(["http://127.0.0.1:*", "http://localhost:*"]);
  }
});

test("no style and no script of the site names another host to load from", async () => {
  for (const name of names.filter((each) => /^_astro\/.*\.css$/.test(each))) {
    expect(await read(name), name).not.toMatch(/@import|url\((?!["']?(data:|#|\/_astro))/);
  }
});

describe.each(languages)("the reference in %s", async (language) => {
  const html = await read(`${language}/api/index.html`);
  const text = textOf(html);

  test("shows the operation first", () => {
    const [first] = [...html.matchAll(/<h2 id="([^"]*)"/g)]
      .map(([, id]) => id)
      .filter((id) => !id!.startsWith("starlight"));
    expect(first).toBe("getAsset");
  });

  test("shows every status, field, example and sample", async () => {
    for (const [path, operations] of Object.entries(document.paths)) {
      expect(text).toContain(path);
      for (const status of Object.keys(operations.get!.responses)) expect(html).toContain(`id="getAsset-${status}"`);
    }
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      for (const field of Object.keys(schema.properties ?? {})) expect(html).toContain(`id="${name}.${field}"`);
    }
    for (const { value } of Object.values(document.components.examples)) {
      expect(text.replaceAll(/\s/g, "")).toContain(JSON.stringify(value).replaceAll(/\s/g, ""));
    }
    for (const sample of Object.values(await readSamples()).flat()) {
      expect(text.replaceAll(/\s/g, ""), sample.label).toContain(sample.code.replaceAll(/\s/g, ""));
    }
  });

  test("says of each field, response and schema how well it is known, with a link", () => {
    const badges = [...html.matchAll(/<a href="([^"]*)" class="evidence (\w+)"/g)];
    const sources = Object.values(document["x-sources"]);
    expect(badges.length).toBeGreaterThan(30);
    for (const [, url] of badges) expect(sources).toContain(url);
    expect(new Set(badges.map(([, , evidence]) => evidence))).toEqual(new Set(["documented", "observed"]));
  });
});

test.each(languages)(
  "the page of test assets in %s has each of them, with its id and a curl line",
  async (language) => {
    const html = await read(`${language}/test-assets/index.html`);
    const text = textOf(html);
    for (const [name, { asset_id }] of Object.entries(document["x-test-assets"])) {
      expect(html).toContain(`id="${name}"`);
      expect(text).toContain(asset_id);
      expect(text).toContain(curlLine(document, name));
    }
  },
);

describe.each(languages)("the SDK reference in %s", (language) => {
  test.each([
    ["src/index.ts", "sdk"],
    ["src/node.ts", "sdk/node"],
    ["src/mock.ts", "sdk/mock"],
  ])("has each export of %s, and none else", async (door, page) => {
    const source = await readFile(new URL(`../../${door}`, import.meta.url), "utf8");
    const exported = [...source.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, names]) =>
      names!.match(/\w+/g)!,
    );
    const html = await read(`${language}/${page}/index.html`);
    const shown = [...html.matchAll(/<h3 id="sdk-[^"]*">(\w+)/g)].map(([, name]) => name!);
    expect(shown.toSorted()).toEqual(exported.filter((name) => name !== "type").toSorted());
  });

  test("says in its own language that its text is English", async () => {
    const html = await read(`${language}/sdk/index.html`);
    expect(html).toContain('<div lang="en">');
    expect(textOf(html).includes("只有英文")).toBe(language === "zh");
  });

  test("leads from the types of the OpenAPI document to the API reference, and does not repeat them", async () => {
    const text = await read(`${language}/sdk.md`);
    expect(
      text.match(/^### (components|operations|paths)\n\nMade from .* \[API reference\]\(api\.md\)\.\n\n\*\*\*$/gm),
    ).toHaveLength(3);
  });
});

test("no page has an id twice", async () => {
  for (const name of pages) {
    const ids = [...(await read(name)).matchAll(/<[^>]* id="([^"]*)"/g)].map(([, id]) => id);
    expect(ids, name).toEqual([...new Set(ids)]);
  }
});

test("every page is also there as Markdown, whose links lead to Markdown", async () => {
  for (const name of pages) {
    const markdown = name.replace(/\/index\.html$/, ".md").replace(/^(en|zh)\.md$/, "$1/index.md");
    const text = await read(markdown);
    expect(text, markdown).toMatch(/^# .+\n/);
    expect(text, markdown).not.toMatch(/<(code-tabs|try-it)|\{#|evidence:/);
    for (const [, link] of text.matchAll(/\]\(((?![a-z]+:|#)[^)\s#]+)/g)) {
      await expect(stat(join(folder, markdown, "..", link!)), `${markdown}: ${link}`).resolves.toBeDefined();
    }
  }
});

test("the documents can be downloaded, with the samples, and in Chinese", async () => {
  const english = JSON.parse(await read("openapi.json"));
  const chinese = JSON.parse(await read("openapi.zh.json"));
  const operation = english.paths["/api/open/v2/assets/{asset_id}"].get;
  expect(operation["x-codeSamples"].map(({ label }: { label: string }) => label)).toEqual([
    "curl",
    "TypeScript",
    "Python",
    "JavaScript fetch",
  ]);
  expect(chinese.paths["/api/open/v2/assets/{asset_id}"].get.summary).toBe("查询资源");
  delete operation["x-codeSamples"];
  expect(english).toEqual(document);
  expect(await read("openapi.yaml")).toMatch(/^openapi: 3\.1\.1\n/);
});

test("llms.txt lists every page", async () => {
  const text = await read("llms.txt");
  expect([...text.matchAll(/^- \[.*\]\((en|zh)\/\S+\.md\): .+$/gm)]).toHaveLength(pages.length);
});

test("the first page has links to both languages for readers without JavaScript", async () => {
  const html = await read("index.html");
  expect(html).toContain('<a href="en/">');
  expect(html).toContain('<a href="zh/"');
});

test("a broken link is found: to a page, to an id, and out of the base path", async () => {
  const { folder: below } = inject("siteBelow");
  await expect(checkLinks(below, "/pages/chenyu-assets/")).resolves.toBeUndefined();
  await expect(checkLinks(below, "/pages/other/")).rejects.toThrow(/is not below \/pages\/other\//);
});

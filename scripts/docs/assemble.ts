/** Everything that the site shows, in both languages, before it is built. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readDocument, type OpenApiDocument } from "../document.ts";
import { bundle } from "../generate.ts";
import { testAssetsPage } from "./assets.ts";
import { errorPages } from "./errors.ts";
import { seeFailures } from "./failures.ts";
import { languages, type Language, type Page } from "./page.ts";
import { guidePages, readSections, siteLinks } from "./readme.ts";
import { referencePage, type ReferenceDocument, type Sample } from "./reference.ts";
import { readSamples } from "./samples.ts";
import { readExports, sdkPages } from "./sdk.ts";
import { wordsOf, type Word } from "./words.ts";
import { writtenPages } from "./written.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** In order of use; a new recipe stands before them until it has a place here. */
const recipeOrder = [
  "wait-then-download",
  "many-assets",
  "re-host",
  "fresh-url",
  "business-failures",
  "open-telemetry",
].map((name) => `recipes/${name}`);

export interface Assembly {
  pages: Record<Language, Page[]>;
  /** Starlight's setting of that name. */
  sidebar: unknown[];
  /** Files beside the pages, by path. */
  files: Record<string, string>;
}

/** Collects the pages from the document, the READMEs, the changelog, the exports, the mock's failures and `docs/pages`. */
export async function assemble(): Promise<Assembly> {
  const read = (path: string): Promise<string> => readFile(join(root, path), "utf8");
  const source = join(root, "openapi/openapi.yaml");
  const documents = { en: await readDocument(), zh: await bundle(source, "--overlay", "openapi/zh.overlay.yaml") };
  const readmes = { en: await read("README.md"), zh: await read("README.zh-CN.md") };
  const samples = await readSamples();
  const failures = await seeFailures();
  const changelog = await read("CHANGELOG.md");
  const exports = await readExports();

  const pages = {} as Record<Language, Page[]>;
  for (const language of languages) {
    const words = wordsOf(language);
    const document = documents[language];
    const sections = readSections(readmes[language], readmes.en);
    pages[language] = [
      ...(await writtenPages(language)),
      ...guidePages(readmes[language], readmes.en),
      withTestAssets(referencePage(document as unknown as ReferenceDocument, words, samples), document),
      ...sdkPages(exports, words),
      testAssetsPage(document, words),
      ...errorPages(sections, failures, words),
      changelogPage(changelog, words),
    ];
  }
  checkTranslated(pages);
  return {
    pages,
    sidebar: sidebarOf(pages.en),
    files: {
      "openapi.json": toJson(withSamples(documents.en, samples)),
      "openapi.zh.json": toJson(withSamples(documents.zh, samples)),
      "openapi.yaml": await read("openapi/openapi.yaml"),
      "llms.txt": llmsTxt(pages),
    },
  };
}

/** The form that sends a request knows the test assets by name. */
function withTestAssets(page: Page, document: OpenApiDocument): Page {
  const assets = Object.entries(document["x-test-assets"]).map(([name, { asset_id, summary }]) => [
    name,
    asset_id,
    summary,
  ]);
  const attribute = JSON.stringify(assets).replaceAll("&", "&amp;").replaceAll("'", "&#39;");
  return { ...page, body: page.body.replaceAll("<try-it ", () => `<try-it data-assets='${attribute}' `) };
}

function changelogPage(changelog: string, words: Record<Word, string>): Page {
  const body = siteLinks(changelog.replace(/^# .*\n+/, ""));
  return { slug: "changelog", title: words["changelog.title"], description: words["changelog.description"], body };
}

function withSamples(document: OpenApiDocument, samples: Record<string, Sample[]>): object {
  const copy = structuredClone(document);
  for (const operation of Object.values(copy.paths).flatMap((methods) => Object.values(methods))) {
    const codes = samples[operation.operationId]!.map(({ language, label, code }) => ({
      lang: language,
      label,
      source: code,
    }));
    Object.assign(operation, { "x-codeSamples": codes });
  }
  return copy;
}

function toJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** The language switch keeps the place: each page and each heading has to be there in the other language, too. */
function checkTranslated(pages: Record<Language, Page[]>): void {
  const [english, chinese] = languages.map((language) =>
    pages[language].flatMap(({ slug, body }) => [
      slug,
      ...[...body.matchAll(/^#+ .* \{#(\S+)\}$/gm)].map(([, id]) => `${slug}#${id}`),
    ]),
  );
  const missing = english!.filter((place) => !chinese!.includes(place));
  const added = chinese!.filter((place) => !english!.includes(place));
  if (missing.length + added.length > 0)
    throw new Error(`The docs differ between the languages: ${[...missing, ...added].join(", ")}`);
}

function sidebarOf(pages: Page[]): unknown[] {
  const [en, zh] = [wordsOf("en"), wordsOf("zh")];
  const slugs = pages.map(({ slug }) => slug);
  const group = (word: Word, items: string[], collapsed = false): object => ({
    label: en[word],
    translations: { "zh-CN": zh[word] },
    items: items.map((slug) => ({ slug })),
    collapsed,
  });
  const start = ["guide/install", "guide/quick-start"];
  const below = (folder: string): string[] => slugs.filter((slug) => slug.startsWith(`${folder}/`));
  return [
    group("sidebar.start", start),
    group(
      "sidebar.guide",
      below("guide").filter((slug) => !start.includes(slug)),
    ),
    group(
      "sidebar.recipes",
      below("recipes").toSorted((one, other) => recipeOrder.indexOf(one) - recipeOrder.indexOf(other)),
    ),
    group("sidebar.api", ["api", "openapi-document"]),
    group("sidebar.sdk", ["sdk", ...below("sdk")]),
    group("sidebar.mock", ["mock", "test-assets", "testing"]),
    group("sidebar.errors", ["errors", ...below("errors")], true),
    group("sidebar.more", ["changelog"]),
  ];
}

/** See https://llmstxt.org. */
function llmsTxt(pages: Record<Language, Page[]>): string {
  const links = languages.map((language) => {
    const lines = pages[language].map(
      ({ slug, title, description }) => `- [${title}](${language}/${slug || "index"}.md): ${description}`,
    );
    return `## ${{ en: "English", zh: "中文" }[language]}\n\n${lines.join("\n")}`;
  });
  const summary = pages.en.find(({ slug }) => slug === "")!.description;
  return `# chenyu-assets\n\n> ${summary}\n\n- [OpenAPI document](openapi.json), [in Chinese](openapi.zh.json)\n\n${links.join("\n\n")}\n`;
}

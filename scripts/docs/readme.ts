/** The guide is the README, a page for each chapter: its samples are tested, and nothing is written twice. */
import type { Page } from "./page.ts";

/** A heading of a README, with the text below it up to the next heading. */
export interface Section {
  level: number;
  title: string;
  /** The id of the heading, made from the English one: both languages have the same. */
  id: string;
  text: string;
}

/** The chapters, and the English headings that each one has. The first is the page's title. */
const chapters: Record<string, string[]> = {
  "guide/install": ["Install"],
  "guide/quick-start": ["Quick start without a key"],
  "guide/look-up": ["Look an asset up", "The whole response: `raw`"],
  "guide/wait": ["Wait until it is ready"],
  "guide/download": ["Download it", "Into memory", "To files, on Node"],
  "guide/command-line": ["Command line"],
  "guide/logging": ["Logging and tracing"],
  "guide/options": [
    "Options",
    "`createClient(options)`",
    "Every call of `assets`, `downloadToFile` and `downloadAll`",
    "`assets.waitUntilReady(asset, options)`",
    "`assets.download(asset, options)`",
    "`bytes(options)`, `blob(options)` and `text(options)` of a download",
    "`downloadToFile(client, asset, target, options)` and `downloadAll(client, assets, folder, options)`",
  ],
  "guide/runtimes": ["Runtimes"],
  mock: ["The mock", "`startMockServer(options)`", "Assets of your own", "In scripts and containers", "Plain Prism"],
  testing: ["In your tests", "With Vitest", "With Vitest and TypeScript", "With Jest", "With Jest, in each file"],
  "openapi-document": ["The OpenAPI document"],
};

/** Headings whose text is on another page, or that only the repository's readers need. */
const leftOut = [
  "Errors",
  "`ApiError`: `kind`",
  "`DownloadError`: `kind`",
  "Retries",
  "Look-ups that succeed",
  "Look-ups that fail",
  "Content that misbehaves",
  "Versions",
  "Development",
  "Licence",
];

/** Splits a README at its headings. The ids come from the English README, which has the same headings in its language. */
export function readSections(readme: string, english: string): Section[] {
  const sections = splitAtHeadings(readme);
  const ids = splitAtHeadings(english).map(({ title }) =>
    title
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-|-$/g, ""),
  );
  if (sections.length !== ids.length) throw new Error("The READMEs have different headings.");
  return sections.map((section, index) => ({ ...section, id: ids[index]! }));
}

function splitAtHeadings(markdown: string): Omit<Section, "id">[] {
  const sections: Omit<Section, "id">[] = [];
  let isCode = false;
  for (const line of markdown.split("\n")) {
    if (line.startsWith("```")) isCode = !isCode;
    const heading = isCode ? null : /^(##+) (.*)$/.exec(line);
    if (heading) sections.push({ level: heading[1]!.length, title: heading[2]!, text: "" });
    else if (sections.length > 0) sections.at(-1)!.text += `${line}\n`;
  }
  return sections;
}

/** Makes the guide's pages. Throws if a heading of the README is on no page. */
export function guidePages(readme: string, english: string): Page[] {
  const titles = splitAtHeadings(english).map(({ title }) => title);
  const sections = readSections(readme, english);
  const unused = titles.filter((title) => !leftOut.includes(title) && !Object.values(chapters).flat().includes(title));
  if (unused.length > 0) throw new Error(`scripts/docs/readme.ts: no page has ${unused.join(", ")} of README.md`);
  return Object.entries(chapters).map(([slug, headings]) => {
    const [first, ...others] = headings.map((heading) => {
      const section = sections[titles.indexOf(heading)];
      if (section === undefined) throw new Error(`README.md has no heading “${heading}”`);
      return section;
    });
    const rest = others.map(({ title, id, text }) => `\n## ${title} {#${id}}\n${text}`).join("");
    const plain = first!.title.replaceAll("`", "");
    const body = siteLinks(first!.text.trimStart() + rest);
    return { slug, title: plain, description: firstSentence(first!.text) || plain, body };
  });
}

/** Links to files of the repository lead to where the site has them. */
export function siteLinks(markdown: string): string {
  return markdown
    .replaceAll("](generated/openapi.json)", "](/../openapi.json)")
    .replaceAll("](CHANGELOG.md)", "](/changelog)")
    .replaceAll("](LICENSE)", "](/../LICENSE.txt)");
}

/** The first sentence of a text in Markdown, without its marks. */
export function firstSentence(markdown: string): string {
  const prose = markdown
    .replaceAll(/^```[^]*?^```$/gm, "")
    .replaceAll(/^(\||<!--).*$/gm, "")
    .trim();
  const plain = prose
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll(/[`*]/g, "")
    .replaceAll(/\s+/g, " ");
  return /^.*?(?:[.:](?= |$)|[。：])/.exec(plain)?.[0].replace(/[:：]$/, ".") ?? plain.slice(0, 150);
}

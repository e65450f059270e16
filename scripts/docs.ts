/**
 * Builds the docs site, in English and Chinese: static files that ask nobody for anything.
 *
 *     npm run docs
 *
 * `DOCS_BASE` is the path that the site will be served below, such as `/chenyu-assets/`; without it, `/`.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtempDisposable, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { assemble, type Assembly } from "./docs/assemble.ts";
import { checkLinks } from "./docs/links.ts";
import { languages, markdownCopy, siteSource } from "./docs/page.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const site = join(root, "docs");
const run = promisify(execFile);

/** Builds the site into a folder, for a path below which it is served. */
export async function buildDocs(output: string, base = "/"): Promise<void> {
  const tools = ["astro", "typedoc"].map((name) => join(site, "node_modules", name));
  if (!tools.every((path) => existsSync(path))) {
    console.log("docs: installing the site generator and TypeDoc (npm ci --prefix docs)");
    await run("npm", ["ci", "--prefix", site, "--no-audit", "--no-fund"], { cwd: root });
  }
  const assembly = await assemble();
  // A folder of its own for each build: a cache would bring back pages of another base path.
  await using folder = await mkdtempDisposable(join(tmpdir(), "chenyu-assets-docs-"));
  await writeSources(assembly, folder.path);
  await rm(output, { recursive: true, force: true });
  await run(process.execPath, [join(site, "node_modules/astro/bin/astro.mjs"), "build"], {
    cwd: site,
    env: {
      PATH: process.env.PATH, // not the rest: under vitest, it would make a site for development
      HOME: process.env.HOME,
      TMPDIR: process.env.TMPDIR,
      NODE_ENV: "production",
      ASTRO_TELEMETRY_DISABLED: "1",
      DOCS_BASE: base,
      DOCS_FOLDER: folder.path,
      DOCS_OUTPUT: resolve(output),
      DOCS_SIDEBAR: JSON.stringify(assembly.sidebar),
    },
  });
  await writeFiles(assembly, output);
  await checkLinks(output, base);
}

/** Where Starlight reads its pages. */
async function writeSources({ pages }: Assembly, folder: string): Promise<void> {
  for (const language of languages) {
    for (const page of pages[language]) {
      await write(join(folder, "pages", language, `${page.slug || "index"}.md`), siteSource(page));
    }
  }
}

/** What stands beside the site's pages: their Markdown, the documents, `llms.txt`, and the page that chooses a language. */
async function writeFiles({ pages, files }: Assembly, output: string): Promise<void> {
  for (const language of languages) {
    for (const page of pages[language]) {
      await write(join(output, language, `${page.slug || "index"}.md`), markdownCopy(page));
    }
  }
  for (const [path, text] of Object.entries(files)) await write(join(output, path), text);
  await cp(join(site, "index.html"), join(output, "index.html"));
  await writeFile(join(output, "LICENSE.txt"), await readFile(join(root, "LICENSE")));
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

if (import.meta.main) {
  const output = join(root, "dist/docs");
  await buildDocs(output, process.env.DOCS_BASE);
  console.log("docs: dist/docs/");
}

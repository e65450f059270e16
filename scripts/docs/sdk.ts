/** The SDK reference: a page for each door of the package, made by TypeDoc from the public exports. */
import { execFile } from "node:child_process";
import { mkdtempDisposable, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Page } from "./page.ts";
import type { Word } from "./words.ts";

const site = fileURLToPath(new URL("../../docs", import.meta.url));
const run = promisify(execFile);

const doors = [
  { name: "index", slug: "sdk", title: "chenyu-assets", description: "sdk.index" },
  { name: "node", slug: "sdk/node", title: "chenyu-assets/node", description: "sdk.node" },
  { name: "mock", slug: "sdk/mock", title: "chenyu-assets/mock", description: "sdk.mock" },
] as const;

/** TypeDoc's Markdown for each door, by the name of its source file. Takes some seconds. */
export async function readExports(): Promise<Record<string, string>> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "chenyu-assets-sdk-"));
  const typedoc = join(site, "node_modules/typedoc/bin/typedoc");
  await run(process.execPath, [typedoc, "--options", join(site, "typedoc.json"), "--out", folder.path], { cwd: site });
  const texts: Record<string, string> = {};
  for (const { name } of doors) texts[name] = await readFile(join(folder.path, `${name}.md`), "utf8");
  return texts;
}

/** Makes the pages of a language. What comes from the source's comments is English in both. */
export function sdkPages(exports: Record<string, string>, words: Record<Word, string>): Page[] {
  return doors.map(({ name, slug, title, description }) => ({
    slug,
    title,
    description: words[description],
    body: `${words[description]}\n\n${words["sdk.intro"]}\n\n<div lang="en">\n\n${linkDoors(exports[name]!)}\n\n</div>\n`,
  }));
}

/** Links between TypeDoc's files lead to the pages of the doors. */
function linkDoors(markdown: string): string {
  return doors.reduce((text, { name, slug }) => text.replaceAll(`](${name}.md`, `](/${slug}`), markdown);
}

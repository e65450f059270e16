/** Pages that are written by hand, in `docs/pages`: a title, a sentence, the text. Code stands in `examples/`, not in them. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Language, Page } from "./page.ts";
import { fence } from "./reference.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Reads the pages of a language, with the files that they include. */
export async function writtenPages(language: Language): Promise<Page[]> {
  const folder = join(root, "docs/pages", language);
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".md")).toSorted();
  return Promise.all(names.map(async (name) => readPage(name, await readFile(join(folder, name), "utf8"), language)));
}

async function readPage(name: string, text: string, language: Language): Promise<Page> {
  const [, settings, title, description, body] = /^(?:<!-- (\{.*\}) -->\n)?# (.*)\n\n(.*)\n\n([^]*)$/.exec(text) ?? [];
  if (body === undefined) throw new Error(`docs/pages: ${name} has no title, sentence and text`);
  return {
    slug: name.replace(/(^|\/)index\.md$|\.md$/, ""),
    title: title!,
    description: description!,
    body: await withFiles(settings?.includes("splash") ? body : `${description!}\n\n${body}`, language),
    ...(settings === undefined ? {} : { settings: JSON.parse(settings) as Record<string, unknown> }),
  };
}

/** `<!-- file: examples/x.mjs -->` stands for the file's code, `<!-- terms -->` for the README's list of what the words mean. */
async function withFiles(body: string, language: Language): Promise<string> {
  const readme = await readFile(join(root, language === "en" ? "README.md" : "README.zh-CN.md"), "utf8");
  const [terms] = /^- \*\*[^]*?(?=\n\n)/m.exec(readme)!;
  let text = body.replace("<!-- terms -->", () => terms);
  for (const [mark, path] of body.matchAll(/^<!-- file: (\S+) -->$/gm)) {
    const code = await readFile(join(root, path!), "utf8");
    const name = path!.split("/").at(-1)!;
    const ending = name.split(".").at(-1)!;
    text = text.replace(mark, () => fence(`${ending === "mjs" ? "js" : ending} title="${name}"`, code.trim()));
  }
  return text;
}

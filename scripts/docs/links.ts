/** A broken link fails the build of the docs. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

/** Checks that each link of each page leads to a file of the site, and to an id if it names one. */
export async function checkLinks(folder: string, base: string): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  const htmls = new Map<string, string>();
  for (const name of names.filter((each) => each.endsWith(".html"))) {
    htmls.set(name, await readFile(join(folder, name), "utf8"));
  }
  const prefix = base.endsWith("/") ? base : `${base}/`;
  const broken: string[] = [];
  for (const [name, html] of htmls) {
    const here = `http://site${prefix}${name.replace(/index\.html$/, "")}`;
    for (const [, link] of html.matchAll(/<(?:a|link|script|img)\b[^>]*?\s(?:href|src)="([^"]*)"/g)) {
      const { origin, pathname, hash } = new URL(link!.replaceAll("&amp;", "&"), here);
      if (origin !== "http://site") continue;
      const reason = await findFault(pathname, decodeURIComponent(hash.slice(1)));
      if (reason !== undefined) broken.push(`${name}: ${link}: ${reason}`);
    }
  }
  if (broken.length > 0) throw new Error(`The docs have ${broken.length} broken links:\n${broken.join("\n")}`);

  async function findFault(pathname: string, id: string): Promise<string | undefined> {
    if (!pathname.startsWith(prefix)) return `is not below ${prefix}`;
    const path = decodeURIComponent(pathname.slice(prefix.length));
    const file = path === "" || path.endsWith("/") ? `${path}index.html` : path;
    const isFile = await stat(join(folder, file)).then(
      (stats) => stats.isFile(),
      () => false,
    );
    if (!isFile) return "no such file";
    if (id !== "" && !htmls.get(file)?.includes(` id="${id}"`)) return "no such id";
    return undefined;
  }
}

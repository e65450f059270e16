/** A page of the docs in one language, before the site is built from it. */
export interface Page {
  /** Path below the language's folder, such as `guide/wait`. The landing page has the empty one. */
  slug: string;
  title: string;
  /** One sentence for search engines and for `llms.txt`. */
  description: string;
  /** Markdown without the title. A link to another page is written `/slug#id`. */
  body: string;
  /** More frontmatter of Starlight's. */
  settings?: Record<string, unknown>;
}

export const languages = ["en", "zh"] as const;
export type Language = (typeof languages)[number];

/** Where `npx chenyu-assets mock` serves. */
export const mockUrl = "http://127.0.0.1:4010";

/** Where links of a page to other pages lead. */
const linkToPage = /\]\(\/(?!\/)([^)\s#]*)(#[^)\s]*)?( "[^"]*")?\)/g;

/** The source of a page of the site: its links work below any base path. */
export function siteSource({ slug, title, description, body, settings }: Page): string {
  const up = slug === "" ? "" : "../".repeat(slug.split("/").length);
  const linked = body.replaceAll(linkToPage, (_link, target: string, id = "", name = "") => {
    const isFile = /\.\w+$/.test(target);
    return `](${up}${isFile || target === "" ? target : `${target}/`}${id}${name})`.replace("]()", "](./)");
  });
  return `---\n${frontmatter({ title, description, ...settings })}---\n\n${linked}`;
}

/** The same page as a Markdown file: links lead to Markdown files, and what only a browser needs is gone. */
export function markdownCopy({ slug, title, body }: Page): string {
  const up = "../".repeat(slug.split("/").length - 1);
  const linked = body.replaceAll(linkToPage, (_link, target: string, id = "") => {
    const isFile = /\.\w+$/.test(target);
    return `](${up}${isFile ? target : `${target === "" ? "index" : target}.md`}${id})`;
  });
  const plain = linked
    .replaceAll(/ "evidence: \w+"\)/g, ")")
    .replaceAll(/^(#+ .*) \{#[^}]*\}$/gm, "$1")
    .replaceAll(/^<\/?(code-tabs|try-it|div)\b[^>]*>\n+/gm, "")
    .replaceAll(/^(```\w+) .*$/gm, "$1");
  return `# ${title}\n\n${plain}`;
}

function frontmatter(values: Record<string, unknown>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`) // JSON is YAML
    .join("");
}

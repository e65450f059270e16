/** The pages of errors: one for each row of the README's tables, with what the mock shows of it. */
import type { Failure } from "./failures.ts";
import type { Page } from "./page.ts";
import { fence } from "./reference.ts";
import type { Section } from "./readme.ts";
import type { Word } from "./words.ts";

interface ErrorKind {
  /** `ApiError rate_limited`, or the class alone. */
  kind: string;
  what: string;
  again: string | undefined;
  toDo: string;
}

/** Makes the page of all errors, and a page for each kind. */
export function errorPages(sections: Section[], failures: Failure[], words: Record<Word, string>): Page[] {
  const chapter = ["errors", "apierror-kind", "downloaderror-kind", "retries"].map((id) =>
    sections.find((section) => section.id === id)!,
  );
  const kinds = chapter.slice(0, 3).flatMap(readKinds);
  const [first, ...others] = chapter;
  const overview: Page = {
    slug: "errors",
    title: words["errors.title"],
    description: words["errors.description"],
    body: linkKinds(
      first!.text.trimStart() +
        others.map(({ title, id, text }) => `\n## ${title} {#${id}}\n${linkKinds(text, id)}`).join(""),
    ),
  };
  return [overview, ...kinds.map((kind) => errorPage(kind, failures, words))];
}

/** The path of a kind's page: `errors/api-rate-limited`. */
export function errorSlug(kind: string): string {
  const [name, detail] = kind.split(" ");
  const base = name!
    .replace(/Error$/, "")
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, "-")
    .toLowerCase();
  return `errors/${[base, ...(detail?.split("_") ?? [])].join("-")}`;
}

function errorPage({ kind, what, again, toDo }: ErrorKind, failures: Failure[], words: Record<Word, string>): Page {
  const seen = failures.filter((failure) => failure.kind === kind);
  const yes = seen.length > 0 && words[seen[0]!.retryable ? "errors.yes" : "errors.no"];
  const body = [
    `## ${words["errors.what"]} {#what}`,
    capitalize(what),
    `## ${words["errors.again"]} {#again}`,
    again ?? (yes ? `${yes} (\`retryable: ${seen[0]!.retryable}\`)` : words["errors.unknown"]),
    `## ${words["errors.do"]} {#do}`,
    toDo,
    ...(seen.length > 0 ? [`## ${words["errors.see"]} {#see}`] : []),
    ...seen.flatMap(({ code, message, facts }) => [
      fence("js", code),
      `${words["errors.prints"]} ${Object.entries(facts)
        .map(([name, value]) => `\`${name}: ${String(value)}\``)
        .join(", ")}`.trim(),
      fence("text wrap", message),
      testAssetsOf(code, words),
    ]),
    `[${words["errors.all"]}](/errors)`,
  ]
    .filter(Boolean)
    .join("\n\n");
  return {
    slug: errorSlug(kind),
    title: kind.replace(" ", ": "),
    description: capitalize(what).replaceAll("`", ""),
    body: `${body}\n`,
  };
}

function testAssetsOf(code: string, words: Record<Word, string>): string {
  const names = [...new Set([...code.matchAll(/testAssets\.(\w+)/g)].map(([, name]) => name!))];
  if (names.length === 0) return "";
  return `${words["errors.shownBy"]}${words.colon}${names.map((name) => `[\`${name}\`](/test-assets#${name})`).join(", ")}`;
}

/** The rows of a section's table. The first column is the class or the kind. */
function readKinds({ id, text }: Section): ErrorKind[] {
  return [...text.matchAll(/^\| `(?!kind`)(\w+)` \| (.*) \|$/gm)].map(([, name, rest]) => {
    const cells = rest!.split(/(?<!\\) \| /);
    return {
      kind: prefixOf(id) + name,
      what: cells[0]!,
      again: cells.length === 3 ? cells[1] : undefined,
      toDo: cells.at(-1)!,
    };
  });
}

/** The first column of the tables links to the pages. */
function linkKinds(text: string, id = ""): string {
  if (id === "retries") return text;
  return text.replaceAll(
    /^\| `(?!kind`)(\w+)` \|/gm,
    (_row, name: string) => `| [\`${name}\`](/${errorSlug(prefixOf(id) + name)}) |`,
  );
}

/** What stands before the kinds of a section: their class. */
function prefixOf(id: string): string {
  return { "apierror-kind": "ApiError ", "downloaderror-kind": "DownloadError " }[id] ?? "";
}

function capitalize(text: string): string {
  const ended = /[.。]$/.test(text) ? text : `${text}${/[一-鿿]/.test(text) ? "。" : "."}`;
  return ended.replace(/^[a-z]/, (letter) => letter.toUpperCase());
}

/** Every fact says how well it is known, as data; the words and the links come where it is shown. */
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { readDocument, type Evidence, type OpenApiDocument } from "../../scripts/document.ts";
import { withEvidence } from "../../scripts/evidence.ts";

interface Fact extends Evidence {
  summary?: string;
  description?: string;
  value?: unknown;
}

const document = await readDocument();
const facts = findFacts(document);
const words = {
  documented: /^Documented on \[/,
  observed: /^Observed; undocumented on \[/,
  illustrative: /^Illustrative; undocumented on \[/,
  undocumented: /^Undocumented on \[/,
};

test("there are facts of every kind", () => {
  const kinds = "operations securitySchemes parameters headers schemas properties responses examples".split(" ");
  const found = facts.map(([where]) => where.split(" ")[0]!);
  expect([...new Set(found)].toSorted()).toEqual(kinds.toSorted());
  expect(facts.length).toBeGreaterThan(50);
});

test("no fact is without evidence", () => {
  expect(withoutEvidence(document)).toEqual([]);
});

test.each([
  ["properties size_bytes", (copy: OpenApiDocument) => copy.components.schemas.Asset!.properties!.size_bytes!],
  ["properties data", (copy: OpenApiDocument) => copy.components.schemas.AssetResponse!.properties!.data!],
  ["responses NotFound", (copy: OpenApiDocument) => copy.components.responses.NotFound!],
  ["examples Expired", (copy: OpenApiDocument) => copy.components.examples.Expired!],
])("%s without evidence is found", (where, pick) => {
  const copy = structuredClone(document);
  delete (pick(copy) as Fact)["x-evidence"];
  expect(withoutEvidence(copy)).toEqual([where]);
});

describe("what is shown says how well it is known, with one link", () => {
  test.each(findFacts(withEvidence(document)))("%s", (_where, fact) => {
    const evidence = fact["x-evidence"] as keyof typeof words;
    const sentence = fact.description!.split("\n\n").at(-1)!;
    expect(sentence).toMatch(words[evidence]);
    const url = document["x-sources"][fact["x-source"] ?? "lookup"]!;
    expect(fact.description!.match(/\]\([^)]*\)/g)).toEqual([`](${url})`]);
    if (fact.value !== undefined) expect(fact.summary).toMatch(new RegExp(`^\\w.* \\(${evidence}\\)$`));
  });

  test("and nothing else is changed", () => {
    const texts = new Set(["summary", "description"]);
    const withoutTexts = (node: object) => JSON.stringify(node, (key, value) => (texts.has(key) ? undefined : value));
    expect(withoutTexts(withEvidence(document))).toBe(withoutTexts(document));
  });

  test("and the document itself stays as it is", () => {
    const before = structuredClone(document);
    withEvidence(document);
    expect(document).toEqual(before);
  });
});

test.each([
  ["x-evidence", "certain", "x-evidence: certain is not one of documented, observed, illustrative, undocumented"],
  ["x-source", "download", "x-source: download is not a key of x-sources"],
] as const)("another %s is refused: %s", (key, value, message) => {
  const copy = structuredClone(document);
  (copy.components.schemas.AssetResponse!.properties!.data as Fact)[key] = value;
  expect(() => withEvidence(copy)).toThrow(message);
});

test("the linter knows the document's sources, and each is a page by https", async () => {
  const rules = await readFile(new URL("../../redocly.yaml", import.meta.url), "utf8");
  expect(rules).toContain(`enum: [${Object.keys(document["x-sources"]).join(", ")}]`);
  for (const url of Object.values(document["x-sources"])) expect(url).toMatch(/^https:\/\/[a-z.]+\/[a-z-]+\/[a-z/-]+$/);
});

function withoutEvidence(node: object): string[] {
  return findFacts(node).flatMap(([where, fact]) => (fact["x-evidence"] === undefined ? [where] : []));
}

/** Every operation, every component and every property of a schema, however deep. */
function findFacts(node: unknown, path: string[] = []): [where: string, fact: Fact][] {
  if (typeof node !== "object" || node === null) return [];
  const kind = kindOfFact(path);
  const deeper = Object.entries(node).flatMap(([key, child]) => findFacts(child, [...path, key]));
  return kind === undefined ? deeper : [[`${kind} ${path.at(-1)}`, node], ...deeper];
}

function kindOfFact(path: string[]): string | undefined {
  const [root, group] = path;
  if (path.at(-2) === "properties") return "properties";
  if (path.length !== 3) return undefined;
  return root === "components" ? group : root === "paths" ? "operations" : undefined;
}

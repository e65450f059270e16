/**
 * Builds the API docs: one page that needs no server and calls nobody.
 *
 *     npm run docs
 */
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { readDocument } from "./document.ts";
import { withEvidence } from "./evidence.ts";
import { redocly } from "./redocly.ts";
import { testAssetGroups, testAssetRows } from "./test-assets.ts";

const headings = {
  ready: "Look-ups that succeed",
  failures: "Look-ups that fail",
  content: "Content that misbehaves",
};

/** Builds the page: the document, and a table for each group of the assets that the mock knows. */
export async function buildDocs(output: string): Promise<void> {
  const document = withEvidence(await readDocument());
  const tables = testAssetGroups.map((group) => {
    const head = "| name | asset id | what it shows |\n| --- | --- | --- |\n";
    return `\n## ${headings[group]}\n\n${head}${testAssetRows(document, group)}`;
  });
  document.info.description += `\n# Test assets of the mock\n${tables.join("")}`;
  await using folder = await mkdtempDisposable(join(tmpdir(), "chenyu-assets-"));
  const source = join(folder.path, "openapi.json");
  await writeFile(source, JSON.stringify(document));
  const page = ["--inlineBundle", "--template", "scripts/docs-template.hbs", "--output", resolve(output)];
  await redocly("build-docs", source, ...page);
}

if (import.meta.main) {
  await buildDocs("dist/docs/index.html");
  console.log("API docs: dist/docs/index.html");
}

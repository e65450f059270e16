/**
 * Builds the API docs: one page that needs no server and calls nobody.
 *
 *     npm run docs
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { readDocument, testAssetRows } from "./document.ts";
import { redocly } from "./redocly.ts";

/** Builds the page: the document, and a table of the ids that the mock knows. */
export async function buildDocs(output: string): Promise<void> {
  const document = await readDocument();
  document.info.description += `\n# Test assets of the mock\n\n| asset id | what it shows |\n| --- | --- |\n${testAssetRows(document)}`;
  const folder = await mkdtemp(join(tmpdir(), "chenyu-assets-"));
  try {
    const source = join(folder, "openapi.json");
    await writeFile(source, JSON.stringify(document));
    const page = ["--inlineBundle", "--template", "scripts/docs-template.hbs", "--output", resolve(output)];
    await redocly("build-docs", source, ...page);
  } finally {
    await rm(folder, { recursive: true });
  }
}

if (import.meta.main) {
  await buildDocs("dist/docs/index.html");
  console.log("API docs: dist/docs/index.html");
}

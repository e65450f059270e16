/**
 * Builds the API docs: one page that needs no server and calls nobody.
 *
 *     npm run docs
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { readDocument, testAssetRows } from "./document.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Builds the page: the document, and a table of the ids that the mock knows. */
export async function buildDocs(output: string): Promise<void> {
  const document = await readDocument();
  document.info.description += `\n# Test assets of the mock\n\n| asset id | what it shows |\n| --- | --- |\n${testAssetRows(document)}`;
  const folder = await mkdtemp(join(tmpdir(), "chenyu-assets-"));
  try {
    const source = join(folder, "openapi.json");
    await writeFile(source, JSON.stringify(document));
    const redocly = "node_modules/@redocly/cli/bin/cli.js";
    const page = ["--inlineBundle", "--template", "scripts/docs-template.hbs", "--output", resolve(output)];
    await promisify(execFile)(process.execPath, [redocly, "build-docs", source, ...page], { cwd: root });
  } finally {
    await rm(folder, { recursive: true });
  }
}

if (import.meta.main) {
  await buildDocs("dist/docs/index.html");
  console.log("API docs: dist/docs/index.html");
}

/**
 * Builds the API docs: one page that needs no server and calls nobody.
 *
 *     npm run docs
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Builds the page from `generated/openapi.json`. */
export async function buildDocs(output: string): Promise<void> {
  const redocly = "node_modules/@redocly/cli/bin/cli.js";
  const source = ["generated/openapi.json", "--output", output];
  const page = ["--inlineBundle", "--template", "scripts/docs-template.hbs"];
  await promisify(execFile)(process.execPath, [redocly, "build-docs", ...source, ...page], { cwd: root });
}

if (import.meta.main) {
  await buildDocs("dist/docs/index.html");
  console.log("API docs: dist/docs/index.html");
}

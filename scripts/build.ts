/**
 * Builds the package: ES modules and CommonJS from the same source, file by file, with declarations for each.
 *
 *     npm run build
 */
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const commonJs = ["--module", "commonjs", "--moduleResolution", "bundler", "--verbatimModuleSyntax", "false"];

for (const [folder, type, options] of [
  ["dist/esm", "module", []],
  ["dist/cjs", "commonjs", commonJs],
] as const) {
  rmSync(`${root}/${folder}`, { recursive: true, force: true });
  execFileSync("tsc", ["--project", "src", "--outDir", folder, ...options], { cwd: root, stdio: "inherit" });
  writeFileSync(`${root}/${folder}/package.json`, `{ "type": "${type}" }\n`);
}

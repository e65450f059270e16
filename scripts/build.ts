/**
 * Builds the package: ES modules and CommonJS from the same source, file by file, with declarations for each.
 *
 *     npm run build
 */
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bundleInPlace, licencesOf, ownRequire, type Bundle } from "./bundle.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const commonJs = ["--module", "commonjs", "--moduleResolution", "bundler", "--verbatimModuleSyntax", "false"];

/** What imports packages takes them in, so that whoever installs this package need not install those. */
const bundles: Bundle[] = [
  { file: "dist/esm/src/files/name.js", format: "esm" },
  { file: "dist/cjs/src/files/name.js", format: "cjs" },
  { file: "dist/esm/src/cli/bars.js", format: "esm", banner: ownRequire },
];

for (const [folder, type, options] of [
  ["dist/esm", "module", []],
  ["dist/cjs", "commonjs", commonJs],
] as const) {
  rmSync(`${root}/${folder}`, { recursive: true, force: true });
  execFileSync("tsc", ["--project", "src", "--outDir", folder, ...options], { cwd: root, stdio: "inherit" });
  writeFileSync(`${root}/${folder}/package.json`, `{ "type": "${type}" }\n`);
}

const packageFiles = await Promise.all(bundles.map(bundleInPlace));
writeFileSync(`${root}/dist/third-party-licenses.txt`, licencesOf(packageFiles.flat()));

/**
 * Builds the package: ES modules and CommonJS from the same source, file by file. Comments go into the declarations alone,
 * and only the declarations that users can reach are kept.
 *
 *     npm run build
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

const relativeImport = /"(\.{1,2}\/[^"]*)\.ts"/g;

const commonJs = ["--module", "commonjs", "--moduleResolution", "bundler", "--verbatimModuleSyntax", "false"];
compile("dist/esm", "module");
compile("dist/cjs", "commonjs", commonJs);

const bundledFiles = await Promise.all([
  bundlePackages("dist/esm/src/core/media-type.js", "esm"),
  bundlePackages("dist/cjs/src/core/media-type.js", "cjs"),
  bundlePackages("dist/esm/src/cli/assets-file.js", "esm"),
]);
writeFileSync(`${root}dist/third-party-licenses.txt`, licencesOf(bundledFiles.flat()));

// With this declaration, the document has types even where the option `resolveJsonModule` is off.
const document = readFileSync(`${root}generated/openapi.json`, "utf8").trim();
writeFileSync(`${root}dist/openapi.json.d.cts`, `declare const document: ${document};\nexport = document;\n`);

function compile(folder: string, type: "module" | "commonjs", options: string[] = []): void {
  rmSync(`${root}${folder}`, { recursive: true, force: true });
  const tsc = (...more: string[]): Buffer =>
    execFileSync("tsc", ["--project", "src", "--outDir", folder, ...options, ...more], { cwd: root, stdio: "inherit" });
  tsc("--declaration", "false", "--isolatedDeclarations", "false", "--removeComments");
  tsc("--emitDeclarationOnly");
  keepReachable(`${root}${folder}`, ["src/index.d.ts", "src/node.d.ts", "src/mock.d.ts"]);
  writeFileSync(`${root}${folder}/package.json`, `{ "type": "${type}" }\n`);
}

/**
 * Removes the declarations that no door imports: they are of internal code. In the others, imports end in `.js`: some
 * editors cannot follow the `.ts` that tsc leaves (https://github.com/microsoft/TypeScript/issues/61037).
 */
function keepReachable(folder: string, doors: string[]): void {
  const reached = [...doors];
  for (const file of reached) {
    const text = readFileSync(join(folder, file), "utf8");
    writeFileSync(join(folder, file), text.replaceAll(relativeImport, '"$1.js"'));
    const imports = [...text.matchAll(relativeImport)].map(([, path]) => join(dirname(file), `${path}.d.ts`));
    reached.push(...imports.filter((path) => !reached.includes(path)));
  }
  const all = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".d.ts"));
  for (const file of all) if (!reached.includes(file)) rmSync(join(folder, file));
}

/**
 * Copies the packages that a compiled file imports into the file, so that users need not install them.
 * Imports of other files in `dist` stay as they are.
 *
 * @returns The paths of the copied files.
 */
async function bundlePackages(file: string, format: "esm" | "cjs"): Promise<string[]> {
  const { metafile } = await build({
    format,
    absWorkingDir: root,
    entryPoints: [file],
    outfile: file,
    allowOverwrite: true,
    bundle: true,
    external: [`${root}dist/*`],
    platform: "node",
    target: "node20",
    charset: "utf8",
    metafile: true,
  });
  return Object.keys(metafile.inputs).filter((path) => path !== file);
}

/** Lists the packages that the files belong to, each with its licence. */
function licencesOf(files: string[]): string {
  const folders = new Set(files.map((file) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(file)![0]));
  return [...folders]
    .map(licenceOf)
    .toSorted()
    .join(`\n${"-".repeat(80)}\n\n`);
}

function licenceOf(folder: string): string {
  const { name, version } = JSON.parse(readFileSync(`${root}${folder}/package.json`, "utf8"));
  const file = readdirSync(root + folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${folder} has no licence file, so it cannot be bundled.`);
  return `${name} ${version}\n\n${readFileSync(`${root}${folder}/${file}`, "utf8").trim()}\n`;
}

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, type BuildOptions } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

/** An emitted file that imports packages. */
export interface Bundle extends Pick<BuildOptions, "banner"> {
  file: string;
  format: "esm" | "cjs";
}

/** For an ES module that takes in CommonJS, whose `require` of Node's own modules has to stay. */
export const ownRequire = {
  js: 'import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);',
};

/**
 * Makes the packages that an emitted file imports a part of it. What it imports of `dist` stays imported.
 *
 * @returns The files of packages that are now in it.
 */
export async function bundleInPlace({ file, ...options }: Bundle): Promise<string[]> {
  const { metafile } = await build({
    ...options,
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

/** Writes down the packages that the files belong to, each with its licence. */
export function licencesOf(files: string[]): string {
  const folders = new Set(files.map((file) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(file)![0]));
  return [...folders]
    .map(licenceOf)
    .toSorted()
    .join(`\n${"-".repeat(80)}\n\n`);
}

function licenceOf(folder: string): string {
  const { name, version } = JSON.parse(readFileSync(`${root}${folder}/package.json`, "utf8"));
  const file = readdirSync(root + folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${folder} has no licence in it, and cannot be bundled without one.`);
  return `${name} ${version}\n\n${readFileSync(`${root}${folder}/${file}`, "utf8").trim()}\n`;
}

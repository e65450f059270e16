/**
 * Measures what the package costs its users, and fails if a figure is over its budget.
 *
 *     npm run size
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Metafile, type Plugin } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

/** A page that looks one asset up and does nothing else. */
const page = 'import { createClient } from "./src/index.ts"; createClient().assets.get("asset_1").then(console.log);';
const pageBudget = 11_600;
const tarballBudget = 209_000;

/** Code that the page must not load before the first call that needs it. */
export interface LazyCode {
  name: string;
  /** In bytes, minified and gzipped. What the page has loaded already is not counted again. */
  budget: number;
  /** The module that the client loads with `import()`. */
  entry: string;
  /** The files that must stay out of the first load: each path that starts with this. */
  files: string;
}

export const lazyCode: LazyCode[] = [
  { name: "assets.waitUntilReady, when called", budget: 1_400, entry: "src/client/wait.ts", files: "src/client/wait" },
  // All but the check of digests. What helps when the network fails cannot be loaded then.
  { name: "assets.download, when called", budget: 7_500, entry: "src/download/download.ts", files: "src/download/" },
  { name: "raw, when called", budget: 1_000, entry: "src/client/raw.ts", files: "src/client/raw" },
];

/** Files of lazy code that are so small that the page may load them at once. */
const smallFiles: string[] = [];

export interface Figure {
  name: string;
  bytes: number;
  budget: number;
  /** Files of lazy code that a page loads although it only looks an asset up. */
  loadedEarly?: string[];
}

/** Bundles the page for browsers, in chunks, and measures what is loaded when. */
export async function measureBundle(lazy = lazyCode, plugins: Plugin[] = []): Promise<Figure[]> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: page, resolveDir: root },
    absWorkingDir: root,
    outdir: ".",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    minify: true,
    write: false,
    metafile: true,
    plugins,
  });
  const sizes = new Map(outputFiles.map(({ path, contents }) => [path, gzipSync(contents, { level: 9 }).length]));
  const sizeOf = (chunks: string[]): number => chunks.reduce((sum, chunk) => sum + sizes.get(root + chunk)!, 0);

  const firstLoad = chunksOf("<stdin>", metafile);
  const figures: Figure[] = [{ name: "assets.get, the whole page", bytes: sizeOf(firstLoad), budget: pageBudget }];
  for (const { name, budget, entry, files } of lazy) {
    const loaded = firstLoad.flatMap((chunk) => filesOf(chunk, metafile)).filter((file) => file.startsWith(files));
    const later = chunksOf(entry, metafile).filter((chunk) => !firstLoad.includes(chunk));
    const loadedEarly = loaded.filter((file) => !smallFiles.includes(file));
    figures.push({ name, bytes: sizeOf(later), budget, loadedEarly });
  }
  return figures;
}

/** Lists the chunk that starts with a module, and the chunks that load together with it. */
function chunksOf(entry: string, { outputs }: Metafile): string[] {
  const [start] = Object.keys(outputs).filter((chunk) => outputs[chunk]!.entryPoint === entry);
  if (start === undefined) throw new Error(`${entry} is not loaded with import(), so it has no chunk of its own.`);
  const chunks = [start];
  for (const chunk of chunks) {
    const imports = outputs[chunk]!.imports.filter(({ kind }) => kind === "import-statement");
    chunks.push(...imports.map(({ path }) => path).filter((path) => !chunks.includes(path)));
  }
  return chunks;
}

/** Lists the source files whose code is in a chunk. esbuild also lists files whose code it dropped. */
function filesOf(chunk: string, { outputs }: Metafile): string[] {
  const inputs = Object.entries(outputs[chunk]!.inputs);
  return inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file]) => file);
}

/** Packs the package as npm publishes it, without writing the tarball. */
function measureTarball(): Figure {
  const packed = execFileSync("npm", ["pack", "--dry-run", "--json", "--silent"], { cwd: root, encoding: "utf8" });
  const [{ size }] = JSON.parse(packed) as [{ size: number }];
  return { name: "tarball", bytes: size, budget: tarballBudget };
}

/** Says what is wrong with the figures, one line each. */
export function findFaults(figures: Figure[]): string[] {
  return figures.flatMap(({ name, bytes, budget, loadedEarly = [] }) => [
    ...loadedEarly.map((file) => `${name}: ${file} is loaded by a page that only looks an asset up`),
    ...(bytes > budget ? [`${name}: ${inBytes(bytes - budget)} over its budget of ${inBytes(budget)}`] : []),
  ]);
}

function inBytes(count: number): string {
  return `${count.toLocaleString("en")} bytes`;
}

if (import.meta.main) {
  const figures = [...(await measureBundle()), measureTarball()];
  for (const { name, bytes, budget } of figures) {
    console.log(`${name.padEnd(30)}${inBytes(bytes).padStart(14)} of ${inBytes(budget)}`);
  }
  for (const fault of findFaults(figures)) {
    console.error(fault);
    process.exitCode = 1;
  }
}

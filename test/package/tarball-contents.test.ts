/** What is in the tarball: its files, dependencies, licences and declarations. */
import { readdir, readFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { publint } from "publint";
import ts from "typescript";
import { describe, expect, inject, test } from "vitest";
import { runCommand } from "./commands.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const consumer = inject("consumer");
const tarball = join(consumer, "package.tgz");
const installed = join(consumer, "node_modules/chenyu-assets");
const manifest = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));

/** Lists the files of the package whose names match, by their paths in it. */
async function listFiles(pattern: RegExp): Promise<string[]> {
  const files = await readdir(installed, { recursive: true });
  return files.filter((file) => pattern.test(file)).toSorted();
}

function readInstalled(files: string[]): Promise<string[]> {
  return Promise.all(files.map((file) => readFile(join(installed, file), "utf8")));
}

test("it holds the build, the document and its papers, nothing else", async () => {
  const files = (await runCommand("tar", ["-tf", tarball], consumer)).trim().split("\n");
  const expected =
    /^package\/(dist\/(esm|cjs)\/(package\.json|(src(\/[a-z]+)?|generated)\/[a-z-]+\.(js|d\.ts))|dist\/openapi\.json\.d\.cts|dist\/third-party-licenses\.txt|generated\/openapi\.json|package\.json|(README(\.zh-CN)?|CHANGELOG)\.md|LICENSE)$/;
  expect(files.filter((file) => !expected.test(file))).toEqual([]);
  expect(files).toContain("package/LICENSE");
  expect(files.filter((file) => /\/cli[./]/.test(file)).every((file) => file.includes("/esm/"))).toBe(true);
});

test("none of its files names a folder of the machine that built it", async () => {
  const grep = runCommand("grep", ["-rlF", root, installed], consumer);
  await expect(grep).rejects.toMatchObject({ cause: { code: 1 } }); // it found nothing
});

describe("its declarations", () => {
  test("are those that users can reach from the doors, no others", async () => {
    const doors = ["esm", "cjs"].flatMap((kind) =>
      ["index", "node", "mock"].map((door) => `dist/${kind}/src/${door}.d.ts`),
    );
    const rootNames = [...doors, "dist/openapi.json.d.cts"].map((file) => join(installed, file));
    const program = ts.createProgram({
      rootNames,
      options: { module: ts.ModuleKind.NodeNext, noLib: true, types: [] },
    });
    const reached = program.getSourceFiles().map(({ fileName }) => relative(installed, fileName));
    expect(await listFiles(/\.d\.[cm]?ts$/)).toEqual(reached.filter((file) => !file.startsWith("..")).toSorted());
  });

  test("declare no class but the errors that the main entry exports", async () => {
    const declarations = await readInstalled(await listFiles(/\.d\.[cm]?ts$/));
    const declared = declarations.flatMap((text) => [...text.matchAll(/\bclass (\w+)/g)].map(([, name]) => name!));
    const exports = Object.entries(await import(pathToFileURL(join(installed, manifest.exports["."].import)).href));
    const classes = exports.filter(([, value]) => value instanceof Function && /^class\b/.test(String(value)));
    expect([...new Set(declared)].toSorted()).toEqual(classes.map(([name]) => name).toSorted());
  });

  test("suit every way of resolving them (attw)", async () => {
    const attw = join(root, "node_modules/@arethetypeswrong/cli/dist/index.js");
    const { analysis } = JSON.parse(
      await runCommand(process.execPath, [attw, tarball, "--format", "json"], consumer),
    ) as {
      analysis: { problems: unknown[]; entrypoints: Record<string, { resolutions: Record<string, unknown> }> };
    };
    expect(analysis.problems).toEqual([]);
    expect(Object.keys(analysis.entrypoints)).toEqual([".", "./mock", "./node", "./openapi.json"]);
    const columns = ["node10", "node16-cjs", "node16-esm", "bundler"];
    for (const { resolutions } of Object.values(analysis.entrypoints)) {
      expect(Object.keys(resolutions).toSorted()).toEqual(columns.toSorted());
    }
  });
});

test("its package.json passes publint", async () => {
  const { messages } = await publint({ pkgDir: installed, strict: true });
  expect(messages).toEqual([]);
});

test("it installs one pinned dependency, and has no side effects", async () => {
  expect(manifest.dependencies).toEqual({ "openapi-fetch": expect.stringMatching(/^\d+\.\d+\.\d+$/) });
  expect(manifest).toMatchObject({ sideEffects: false, engines: { node: ">=20.19" } });
  const peers = Object.keys(manifest.peerDependencies);
  expect(manifest.peerDependenciesMeta).toEqual(Object.fromEntries(peers.map((name) => [name, { optional: true }])));
  const lock = JSON.parse(await readFile(join(consumer, "package-lock.json"), "utf8"));
  const others = Object.keys(lock.packages).filter(
    (path) => !/^(node_modules\/(chenyu-assets|openapi-.*))?$/.test(path),
  );
  expect(others).toEqual([]);
});

test("it imports only its dependency and its optional peers", async () => {
  const packages = new Set<string>();
  for (const folder of ["dist/esm/src", "dist/cjs/src"]) {
    const entryPoints = await listFiles(new RegExp(`^${folder}/.*\\.js$`));
    const options = { bundle: true, packages: "external", platform: "node", write: false, outdir: "out" } as const;
    const { metafile } = await build({ ...options, absWorkingDir: installed, entryPoints, metafile: true });
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path));
    for (const path of imports) if (!isBuiltin(path)) packages.add(path);
  }
  expect(packages).toEqual(new Set(Object.keys({ ...manifest.peerDependencies, ...manifest.dependencies })));
});

test("it has the licences of the packages that are copied into its code", async () => {
  const code = await readInstalled(await listFiles(/^dist\/.*\.js$/));
  const copied = code.flatMap((text) => [...text.matchAll(/^\/\/ .*node_modules\/((@[^/\n]+\/)?[^/\n]+)/gm)]);
  const names = new Set(copied.map(([, name]) => name!));
  expect(names).toContain("mime");
  const [licences] = await readInstalled(["dist/third-party-licenses.txt"]);
  const licensed = [...licences!.matchAll(/^(\S+) \d+\.\d+\.\d+\n\n(?=[^]{1,200}Permission is hereby granted)/gm)];
  expect(licensed.map(([, name]) => name)).toEqual([...names].toSorted());
});

/** What the types of the tarball say, by old and new compilers. */
import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { makeFolder } from "../helpers/temporary-folder.ts";
import { compile, compilers } from "./compilers.ts";
import { readSamples } from "./samples.ts";

const consumer = inject("consumer");
const samples = readSamples(await readFile(new URL("../../README.md", import.meta.url), "utf8"), "ts");
const sampleFiles = samples.map((_sample, index) => `readme-${index}.mts`);
const pnpmProject = await makeFolder();
afterAll(() => pnpmProject[Symbol.asyncDispose]());

beforeAll(async () => {
  for (const [index, sample] of samples.entries()) await writeFile(join(consumer, sampleFiles[index]!), sample);
  await layOutAsPnpm();
});

/** Gives the project a link to our package alone, beside which its dependency lies: the project cannot import that. */
async function layOutAsPnpm(): Promise<void> {
  const packages = pnpmProject.at("node_modules/.pnpm/chenyu-assets@0.1.0/node_modules");
  await mkdir(packages, { recursive: true });
  for (const name of ["chenyu-assets", "openapi-fetch", "openapi-typescript-helpers"]) {
    await cp(join(consumer, "node_modules", name), join(packages, name), { recursive: true });
  }
  await symlink(join(packages, "chenyu-assets"), pnpmProject.at("node_modules/chenyu-assets"));
  await cp(join(consumer, "exported-values.mts"), pnpmProject.at("exported-values.mts"));
}

describe.each(compilers)("by TypeScript $version", (compiler) => {
  // `tarball-compilers.test.ts` checks the libraries.
  const project = { folder: consumer, module: "nodenext", skipLibCheck: true };

  test("the samples of the README compile", async () => {
    expect(sampleFiles.length).toBeGreaterThan(3);
    await compile(compiler, { ...project, files: sampleFiles });
  });

  test("the types of exported values can be named in declarations, in the layout of pnpm", async () => {
    const emit = { declaration: true, noEmit: false, outDir: `out-${compiler.version}` };
    await compile(compiler, { ...project, ...emit, folder: pnpmProject.path, files: ["exported-values.mts"] });
    const declarations = await readFile(pnpmProject.at(`out-${compiler.version}/exported-values.d.mts`), "utf8");
    expect(declarations).toContain('raw: import("chenyu-assets").RawClient;');
  });

  test("isAssetResponse narrows what raw gives to the asset in its envelope", async () => {
    await compile(compiler, { ...project, files: ["narrow-raw.ts"] });
  });

  test("wrong calls are errors, and an asset in an error is named Asset", async () => {
    const { message } = await compile(compiler, { ...project, files: ["wrong-calls.mts"] }).then(
      () => new Error("no error"),
      (error: Error) => error,
    );
    expect(message.split("\n").filter((line) => line.startsWith("wrong-calls"))).toEqual([
      "wrong-calls.mts(4,31): error TS2322: Type 'number' is not assignable to type 'ApiKey | undefined'.",
      "wrong-calls.mts(6,26): error TS2551: Property 'signedUrl' does not exist on type 'Asset'. Did you mean 'signed_url'?",
      "wrong-calls.mts(7,14): error TS2322: Type 'Asset' is not assignable to type 'number'.",
      "wrong-calls.mts(8,7): error TS1360: Type 'Asset' does not satisfy the expected type '{ asset_id: number; }'.",
      "wrong-calls.mts(9,14): error TS2740: Type '{ url: any; }' is missing the following properties from type 'Asset': asset_id, asset_uri, signed_url, media_type, and 6 more.",
    ]);
  });
});

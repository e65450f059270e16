/** Packs the package and installs it outside of this repository, as its users do: once for all tests of the tarball. */
import { cp, rename, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { makeFolder, type TemporaryFolder } from "../helpers/temporary-folder.ts";
import { runCommand } from "./commands.ts";

declare module "vitest" {
  interface ProvidedContext {
    /**
     * The folder of a project that has installed the tarball, without its optional peer. It holds `package.tgz`, the files
     * of `test/package/consumer`, and in `compiled` what TypeScript made of those that tests run. Tests that write into it
     * run at the same time, so each writes files of other names.
     */
    consumer: string;
  }
}

const root = fileURLToPath(new URL("../..", import.meta.url));

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const consumer = await makeFolder();
  const removeConsumer = async (): Promise<void> => consumer[Symbol.asyncDispose]();
  try {
    await installTarball(consumer);
    await compileScripts(consumer);
  } catch (error) {
    await removeConsumer();
    throw error;
  }
  project.provide("consumer", consumer.path);
  return removeConsumer;
}

async function installTarball(consumer: TemporaryFolder): Promise<void> {
  await runCommand("npm", ["pack", "--pack-destination", consumer.path, "--silent"], root);
  const [packed] = await consumer.names();
  await rename(consumer.at(packed!), consumer.at("package.tgz"));
  await writeFile(consumer.at("package.json"), '{ "name": "consumer", "private": true }');
  const flags = ["--no-audit", "--no-fund", "--prefer-offline"];
  await runCommand("npm", ["install", "./package.tgz", ...flags], consumer.path);
}

/** Makes an ES module and a CommonJS module of each script, and compiles them into the folder `compiled`. */
async function compileScripts(consumer: TemporaryFolder): Promise<void> {
  await cp(`${root}test/package/consumer`, consumer.path, { recursive: true });
  const files = ["document.mts", "document.cts"];
  for (const script of ["look-up", "download", "mock-server"]) {
    for (const file of [`${script}.mts`, `${script}.cts`]) {
      await cp(consumer.at(`${script}.ts`), consumer.at(file));
      files.push(file);
    }
  }
  const compilerOptions = { module: "nodenext", target: "es2022", types: [], outDir: "compiled" };
  await writeFile(consumer.at("tsconfig.compiled.json"), JSON.stringify({ compilerOptions, files }));
  const tsc = `${root}node_modules/typescript/bin/tsc`;
  await runCommand(process.execPath, [tsc, "--project", "tsconfig.compiled.json"], consumer.path);
}

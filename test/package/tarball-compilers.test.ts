/** Projects that use the tarball, compiled by old and new compilers in each way of resolving modules. */
import { fileURLToPath } from "node:url";
import { describe, expect, inject, test } from "vitest";
import { runCommand } from "./commands.ts";
import { compile, compilers } from "./compilers.ts";

const folder = inject("consumer");
const modules = ["look-up", "download", "mock-server"].flatMap((name) => [`${name}.mts`, `${name}.cts`]);

describe.each(compilers)("TypeScript $version", (compiler) => {
  test("is the version that its name says", async () => {
    const output = await runCommand(process.execPath, [compiler.tsc, "--version"], folder);
    expect(output).toContain(`Version ${compiler.version}`);
  });

  test("compiles for a bundler", async () => {
    const files = ["look-up.ts", "download.ts", "mock-server.ts", "document.mts"];
    await compile(compiler, { folder, files, module: "esnext", moduleResolution: "bundler" });
  });

  test("compiles an ES module and CommonJS under nodenext", async () => {
    const files = [...modules, "document.mts", "document.cts"];
    await compile(compiler, { folder, files, module: "nodenext" });
  });

  test("compiles an ES module and CommonJS under node16, which has no import attributes for JSON", async () => {
    await compile(compiler, { folder, files: [...modules, "document.cts"], module: "node16" });
  });

  test("compiles an ES module and CommonJS with the types of Node and without the library dom", async () => {
    const typeRoots = [fileURLToPath(new URL("../../node_modules/@types", import.meta.url))];
    const environment = { lib: ["es2023"], types: ["node"], typeRoots };
    await compile(compiler, { folder, files: modules, module: "nodenext", ...environment });
  });
});

/** The mock of the tarball, in a project that has installed its optional peer. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from "vitest";
import { makeFolder } from "../helpers/temporary-folder.ts";
import { nodes, runCommand } from "./commands.ts";
import { readSamples } from "./samples.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const consumer = inject("consumer");
const project = await makeFolder();
afterAll(() => project[Symbol.asyncDispose]());

beforeAll(async () => {
  const { devDependencies } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const packages = [join(consumer, "package.tgz"), `@stoplight/prism-http@${devDependencies["@stoplight/prism-http"]}`];
  await writeFile(project.at("package.json"), '{ "name": "consumer-with-peer", "private": true }');
  const flags = ["--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts"];
  await runCommand("npm", ["install", ...packages, ...flags], project.path);
  for (const script of ["mock-server.mjs", "mock-server.cjs"]) {
    await cp(join(consumer, "compiled", script), project.at(script));
  }
  await cp(join(consumer, "mock.test.mjs"), project.at("mock.test.mjs"));
});

describe.each(nodes)("on %s", (_name, node) => {
  test.each(["mock-server.mjs", "mock-server.cjs"])("%s plays test assets", async (script) => {
    const results = JSON.parse(await runCommand(node, [script], project.path));
    expect(results).toEqual(["confirmed", true, "reviewing", 200]);
  });

  test("the mock serves a plain node:test file", async () => {
    const output = await runCommand(node, ["--test", "--test-reporter=tap", "mock.test.mjs"], project.path);
    expect(output).toMatch(/^# pass 2\n# fail 0$/m);
  });

  test("the command mock prints its URL, answers and ends with exit code 0", async () => {
    const start = performance.now();
    const command = project.at("node_modules/.bin/chenyu-assets");
    const child = spawn(node, [command, "mock", "--port", "0", "--quiet"], { cwd: project.path });
    onTestFinished(() => void child.kill("SIGKILL"));
    const [output] = (await once(child.stdout, "data")) as [Buffer];
    const response = await fetch(`${output.toString().trim()}/api/open/v2/assets/asset_1`, {
      headers: { authorization: "Bearer any" },
    });
    console.log(`first answer of the mock after ${Math.round(performance.now() - start)} ms (${node})`);
    expect(response.status).toBe(200);
    child.kill("SIGTERM");
    expect(await once(child, "close")).toEqual([0, null]);
  });
});

test.each(["README.md", "README.zh-CN.md"])("the globalSetup of %s serves the mock to Vitest", async (name) => {
  const readme = await readFile(join(root, name), "utf8");
  const [setup, appTest, ...others] = readSamples(readme, "js");
  expect(others).toEqual([]);
  const [, config] = /`(export default \{ test: .*)`/.exec(readme)!;
  const folder = project.at(`vitest-${name}`);
  await mkdir(join(folder, "test"), { recursive: true });
  await mkdir(join(folder, "node_modules"));
  await symlink(join(root, "node_modules/vitest"), join(folder, "node_modules/vitest"));
  await writeFile(join(folder, "test/mock.js"), setup!);
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  await writeFile(join(folder, "vitest.config.js"), config!);
  await writeFile(join(folder, "test/app.test.js"), appTest!);
  await writeFile(
    join(folder, "test/other.test.js"),
    `import { createClient } from "chenyu-assets";
     import { expect, test } from "vitest";
     test("the app meets the mock", async () => {
       const { assets } = createClient();
       expect((await assets.get("asset_1")).status).toBe("confirmed");
       expect((await assets.get("asset_1")).url).toContain("http://127.0.0.1:");
     });`,
  );
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const output = await runCommand(process.execPath, [vitest, "run", "--reporter=tap"], folder);
  expect(output).toMatch(/^ok \d - test\/app\.test\.js/m);
  expect(output).toMatch(/^ok \d - test\/other\.test\.js/m);
});

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
/** How often the sample is run. It was 20 times when it was written: `SAMPLE_RUNS=20 npm run test:package`. */
const sampleRuns = Number(process.env.SAMPLE_RUNS ?? 2);

/** A file of tests that other files running at the same time must not disturb. */
const sequencesTest = `
import { createClient } from "chenyu-assets";
import { expect, inject, test } from "vitest";

const { CHENYU_BASE_URL: url, CHENYU_API_KEY: key } = process.env;

async function sent() {
  const response = await fetch(url + "/__mock/requests", { headers: { authorization: "Bearer " + key } });
  return (await response.json()).requests.map(({ status }) => status);
}

test.each([1, 2, 3])("the third look-up is the first that is ready (%s)", async () => {
  const { asset_id } = inject("testAssets").underReview;
  const seen = [];
  await createClient().assets.waitUntilReady(asset_id, { intervalMs: 50, onPoll: ({ status }) => seen.push(status) });
  expect(seen).toEqual(["reviewing", "reviewing"]);
  expect(await sent()).toEqual([200, 200, 200]);
});

test("one look-up is limited, and the next one is not", async () => {
  const { asset_id } = inject("testAssets").rateLimited;
  expect((await createClient().assets.get(asset_id)).status).toBe("confirmed");
  expect(await sent()).toEqual([429, 200]);
});
`;

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

describe.each(["README.md", "README.zh-CN.md"])("the Vitest sample of %s", (name) => {
  const folder = project.at(`vitest-${name}`);
  const vitest = join(root, "node_modules/vitest/vitest.mjs");

  beforeAll(async () => {
    const readme = await readFile(join(root, name), "utf8");
    const [setup, worker, appTest, ...others] = readSamples(readme, "js");
    expect(others).toEqual([]);
    const [, config] = /`(export default \{ test: .*)`/.exec(readme)!;
    await mkdir(join(folder, "test"), { recursive: true });
    await mkdir(join(folder, "node_modules"));
    await symlink(join(root, "node_modules/vitest"), join(folder, "node_modules/vitest"));
    await writeFile(join(folder, "test/mock.js"), setup!);
    await writeFile(join(folder, "test/worker.js"), worker!);
    await writeFile(join(folder, "package.json"), '{ "type": "module" }');
    await writeFile(join(folder, "vitest.config.js"), config!);
    await writeFile(join(folder, "test/app.test.js"), appTest!);
    for (const file of ["one", "two", "three"]) await writeFile(join(folder, `test/${file}.test.js`), sequencesTest);
  });

  test(`lets files that use the same test assets run at the same time, ${sampleRuns} times`, async () => {
    for (let count = 0; count < sampleRuns; count++) {
      const output = await runCommand(process.execPath, [vitest, "run", "--reporter=tap", "--maxWorkers=3"], folder);
      for (const file of ["app", "one", "two", "three"]) {
        expect(output).toMatch(new RegExp(`^ok \\d - test/${file}\\.test\\.js`, "m"));
      }
    }
  });
});

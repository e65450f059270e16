/**
 * The tarball in Jest. Jest is installed here, not with the project: with jsdom it has 319 packages of 71 MB, more than all
 * others together, which would make everybody's `npm ci` longer by about 20 s.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, inject, test } from "vitest";
import { makeFolder } from "../helpers/temporary-folder.ts";
import { nodes, runCommand } from "./commands.ts";
import { readSamples } from "./samples.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const project = await makeFolder();
afterAll(() => project[Symbol.asyncDispose]());

const { devDependencies } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
const packages = [
  join(inject("consumer"), "package.tgz"),
  `@stoplight/prism-http@${devDependencies["@stoplight/prism-http"]}`,
  "jest@30.5.2",
  "jest-environment-jsdom@30.5.2",
];

async function installJest(): Promise<string | undefined> {
  await writeFile(project.at("package.json"), '{ "name": "consumer-with-jest", "private": true }');
  const flags = ["--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts"];
  const startedAt = performance.now();
  try {
    await runCommand("npm", ["install", ...packages, ...flags], project.path);
    console.log(`Jest is installed after ${Math.round(performance.now() - startedAt)} ms`);
    return undefined;
  } catch (error) {
    return String(error);
  }
}

const noJest = await installJest();
if (noJest !== undefined) console.warn(`The tests in Jest are skipped, because it cannot be installed: ${noJest}`);

/** Runs Jest in a folder with these files, which hold `count` tests. Fails if one fails, with what Jest says. */
async function runJest(
  node: string,
  name: string,
  files: Record<string, string>,
  { options = "", count = 1 } = {},
): Promise<void> {
  const folder = project.at(name.replaceAll(/\W+/g, "-"));
  await mkdir(join(folder, "test"), { recursive: true });
  for (const [file, text] of Object.entries({ "package.json": "{}", ...files })) {
    await writeFile(join(folder, file), text);
  }
  const jest = project.at("node_modules/jest/bin/jest.js");
  const output = await runCommand(
    "env",
    [`NODE_OPTIONS=${options}`, node, jest, "--no-cache", "--maxWorkers=3", "--json"],
    folder,
  );
  expect(JSON.parse(output)).toMatchObject({ success: true, numPassedTests: count, numTotalTests: count });
}

const node24 = nodes[2]!;

/** A file of tests, each of which counts on the first answer of a sequence. */
const sequencesTest = `
const { createClient } = require("chenyu-assets");
const { "x-test-assets": testAssets } = require("chenyu-assets/openapi.json");

test.each(Array.from({ length: 20 }, (_, run) => run))("the third look-up is the first that is ready (%s)", async () => {
  const seen = [];
  const onPoll = ({ status }) => seen.push(status);
  await createClient().assets.waitUntilReady(testAssets.underReview, { intervalMs: 10, onPoll });
  expect(seen).toEqual(["reviewing", "reviewing"]);
});
`;

describe.skipIf(noJest !== undefined)("in Jest", () => {
  const samples = [...nodes.map((node) => ["README.md", ...node] as const), ["README.zh-CN.md", ...node24] as const];

  async function readJestSample(name: string): Promise<{ setup: Record<string, string>; appTest: string }> {
    const readme = await readFile(join(root, name), "utf8");
    const blocks = readSamples(readme, "cjs").map((code) => [/^\/\/ (\S+)\n/.exec(code)![1]!, code] as const);
    const { "test/app.test.js": appTest, ...setup } = Object.fromEntries(blocks);
    expect(Object.keys(setup)).toEqual(["test/mock.js", "test/stop-mock.js", "test/worker.js"]);
    const [, config] = /`(module\.exports = \{ globalSetup: .*)`/.exec(readme)!;
    return { setup: { ...setup, "jest.config.js": config! }, appTest: appTest! };
  }

  test.each(samples)("the sample of %s passes on %s", async (name, nodeName, node) => {
    const { setup, appTest } = await readJestSample(name);
    await runJest(node, `${name} ${nodeName}`, { ...setup, "test/app.test.js": appTest });
  });

  test("in the sample, files of tests that run at the same time do not disturb each other", async () => {
    const { setup } = await readJestSample("README.md");
    const names = ["a", "b", "c"].map((name) => `test/${name}.test.js`);
    const files = Object.fromEntries(names.map((name) => [name, sequencesTest]));
    await runJest(node24[1], "parallel", { ...setup, ...files }, { count: names.length * 20 });
  });

  const mockTest = (body: string): string => `
    const { createClient } = require("chenyu-assets");
    const { startMockServer } = require("chenyu-assets/mock");
    test("the mock", async () => { ${body} });`;

  test.each(nodes)("a test that starts the mock on %s learns why it cannot, and what helps", async (name, node) => {
    const appTest = mockTest(`
      const { name, message } = await startMockServer().catch((error) => error);
      expect(name).toBe("ConfigError");
      expect(message).toMatch(/^mock: Prism needs an ES module, .*Jest's, cannot load .*faker.*globalSetup/);
      expect(message).not.toMatch(/npm install/);`);
    await runJest(node, `refused ${name}`, { "jest.config.js": "", "test/app.test.js": appTest });
  });

  test("a test can start the mock with the option that the message and the README name", async () => {
    const appTest = mockTest(`
      const mock = await startMockServer();
      const asset = await createClient({ apiKey: "any", baseUrl: mock.url }).assets.get("asset_1");
      expect(asset.status).toBe("confirmed");
      await mock.close();`);
    const files = { "jest.config.js": "", "test/app.test.js": appTest };
    await runJest(node24[1], "vm-modules", files, { options: "--experimental-vm-modules" });
  });

  test("a test in jsdom learns what is missing there", async () => {
    const appTest = mockTest(`
      expect(() => createClient({ apiKey: "any" })).toThrow(
        "fetch: there is no fetch, Request here. In Jest, use the environment node, not jsdom.");
      await expect(startMockServer()).rejects.toThrow(
        "mock: there is no fetch, Request, Response, structuredClone here, as in Jest's environment jsdom.");`);
    const files = { "jest.config.js": 'module.exports = { testEnvironment: "jsdom" };', "test/app.test.js": appTest };
    await runJest(node24[1], "jsdom", files);
  });

  test("the comment that the README names makes a test in jsdom work", async () => {
    const [comment] = /\/\*\* @jest-environment node \*\//.exec(await readFile(join(root, "README.md"), "utf8"))!;
    const appTest = comment + mockTest('expect(() => createClient({ apiKey: "any" })).not.toThrow();');
    const files = { "jest.config.js": 'module.exports = { testEnvironment: "jsdom" };', "test/app.test.js": appTest };
    await runJest(node24[1], "environment", files);
  });
});

const start = "startMockServer().catch((error) => console.log(error.message))";

test.each(nodes)("without the package, the mock says on %s what to install", async (_name, node) => {
  const scripts = [
    ["--input-type=module", "-e", `import { startMockServer } from "chenyu-assets/mock"; ${start};`],
    ["--input-type=commonjs", "-e", `const { startMockServer } = require("chenyu-assets/mock"); ${start};`],
  ];
  for (const words of scripts) {
    expect(await runCommand(node, words, inject("consumer"))).toBe(
      "mock: the optional package @stoplight/prism-http is not installed. Run npm install --save-dev @stoplight/prism-http@5.\n",
    );
  }
});

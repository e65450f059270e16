/** The mock of the tarball, started and stopped by scripts: by a shell, by npx and by npm. */
import { spawn } from "node:child_process";
import { cp, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, expect, inject, test } from "vitest";
import { makeFolder } from "../helpers/temporary-folder.ts";
import { until } from "../helpers/timing.ts";
import { listProcesses, runCommand } from "./commands.ts";
import { readSamples } from "./samples.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const consumer = inject("consumer");
const project = await makeFolder();

const scripts = {
  test: "node app.mjs",
  mock: "chenyu-assets mock",
  background: "chenyu-assets mock --port 0 --quiet > url & until [ -s url ]; do sleep 0.1; done",
};
const app = `
  import { createClient } from "chenyu-assets";
  const { status } = await createClient().assets.get("asset_1");
  console.log(process.env.CHENYU_BASE_URL, status);
  process.exit(Number(process.env.APP_EXIT_CODE ?? 0));`;

beforeAll(async () => {
  await cp(join(consumer, "node_modules"), project.at("node_modules"), { recursive: true, verbatimSymlinks: true });
  await symlink(join(root, "node_modules/@stoplight"), project.at("node_modules/@stoplight"));
  await writeFile(project.at("package.json"), JSON.stringify({ name: "scripts", private: true, scripts }));
  await writeFile(project.at("app.mjs"), app);
});
afterEach(() => {
  for (const pid of listProcesses(project.path)) process.kill(pid, "SIGKILL");
});
afterAll(() => project[Symbol.asyncDispose]());

const isServed = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ status }) => status === 200,
    () => false,
  );

const sampleOf = async (name: string): Promise<string> => {
  const samples = readSamples(await readFile(join(root, name), "utf8"), "sh");
  return samples.find((sample) => sample.includes("--port 0"))!;
};

test.each(["README.md", "README.zh-CN.md"])("the shell sample of %s tests an app, and leaves nothing", async (name) => {
  const output = await runCommand("sh", ["-c", await sampleOf(name)], project.path);
  const [, url] = /^(http:\/\/127\.0\.0\.1:\d+) confirmed$/m.exec(output)!;
  expect(url).not.toContain(":4010");
  await until(() => listProcesses(project.path).length === 0); // the mock ends a moment after the shell
  expect(await isServed(url!)).toBe(false);
});

test("the shell sample fails as the app's tests do, and leaves nothing", async () => {
  const script = `export APP_EXIT_CODE=7\n${await sampleOf("README.md")}`;
  await expect(runCommand("sh", ["-c", script], project.path)).rejects.toMatchObject({ cause: { code: 7 } });
  await until(() => listProcesses(project.path).length === 0);
});

test("the shell sample fails, and sends no request, when the mock cannot start", async () => {
  const failure = runCommand("sh", ["-c", await sampleOf("README.md")], consumer); // without @stoplight/prism-http
  await expect(failure).rejects.toThrow(/not installed\. Run npm install/);
  await expect(failure).rejects.not.toThrow(/npm error|> test/);
});

test.each([
  ["npx", ["chenyu-assets", "mock", "--port", "0", "--quiet"]],
  ["npm", ["run", "--silent", "mock", "--", "--port", "0", "--quiet"]],
])("the mock ends when %s %j gets a SIGTERM", async (command, args) => {
  const child = spawn(command, args, { cwd: project.path, stdio: ["ignore", "pipe", "inherit"] });
  let url = "";
  child.stdout.on("data", (text) => (url += text));
  await until(() => url.endsWith("\n"));
  expect(await isServed(url)).toBe(true);
  child.kill("SIGTERM");
  await until(() => listProcesses(project.path).length === 0);
  expect(await isServed(url)).toBe(false);
});

test.each([
  ["a script that leaves it in the background has ended", "npm run background"],
  ["the shell that ran npx in the background has ended", "npx chenyu-assets mock --port 0 --quiet > url &"],
])("the mock goes on when %s", async (_name, line) => {
  await writeFile(project.at("url"), "");
  const shell = spawn("sh", ["-c", line], { cwd: project.path, stdio: "ignore" });
  await new Promise((resolve) => shell.on("close", resolve));
  const read = (): Promise<string> => readFile(project.at("url"), "utf8");
  await until(async () => (await read()) !== "");
  const url = await read();
  const startedAt = performance.now();
  while (performance.now() - startedAt < 600) expect(await isServed(url)).toBe(true); // it looks every 100 ms
});

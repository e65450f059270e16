/** The newcomer's command, as they run it. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { always, startServer } from "../servers/server.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Run {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

function start(args: string[], environment: Record<string, string> = {}): Promise<Run> {
  const { CHENYU_API_KEY: _key, CHENYU_BASE_URL: _url, ...clean } = process.env;
  const child = spawn(process.execPath, ["scripts/start.ts", ...args], {
    cwd: root,
    env: { ...clean, ...environment },
  });
  const run: Run = { exitCode: null, stdout: "", stderr: "" };
  child.stdout.on("data", (text) => (run.stdout += text));
  child.stderr.on("data", (text) => (run.stderr += text));
  return new Promise((resolve) => child.on("close", (exitCode) => resolve({ ...run, exitCode })));
}

test("npm start shows the main job on its own mock, and ends by itself", async () => {
  const { exitCode, stdout, stderr } = await start([]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout.match(/status {12}confirmed/g)).toHaveLength(2);
  const polls = String.raw`\n {2}look-up 1: reviewing, again in \d{3} ms\n {2}look-up 2: reviewing, again in \d{3} ms\n`;
  expect(stdout).toMatch(new RegExp(`assets\\.waitUntilReady\\("asset://asset_\\w+"\\)${polls}`));
  expect(stdout).toMatch(/assets\.download\("asset_\w+"\)\n {2}bytes {13}102400\n/);
  expect(stdout).toMatch(/downloadToFile\([^]*bytes, resumes: 1\n {2}size {14}7340032\n {2}resumedFrom {7}0\n/);
  expect(stdout).toMatch(/ApiError \(rejected\): .*"资源已过期"/);
  expect(stdout).toMatch(/ApiError \(unauthenticated\): .*HTTP 401/);
  expect(stdout).not.toMatch(/signature|cy_/);
});

test("npm start -- ID looks the asset up on the API", async () => {
  const body = JSON.stringify({
    code: 0,
    msg: "",
    data: { asset_id: "asset_1", signed_url: "https://a.example/b?s=1" },
  });
  await using server = await startServer(always(200, body));
  const run = await start(["asset_1"], { CHENYU_API_KEY: "cy_s3cret", CHENYU_BASE_URL: server.url });
  expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  expect(run.stdout).toMatch(/asset_id {10}asset_1\n {2}signed_url {8}https:\/\/a\.example\/b\?…\n/);
  expect(server.requests.map(({ url }) => url)).toEqual(["/api/open/v2/assets/asset_1"]);
});

test.each([
  ["without a key", ["asset_1"], {}, /^ConfigError: apiKey: there is none\. Set CHENYU_API_KEY.*\n$/],
  [
    "with a bad id",
    ["../x"],
    { CHENYU_API_KEY: "cy_s3cret" },
    /^ConfigError: asset: "\.\.\/x" is not an asset reference.*\n$/,
  ],
  [
    "without a network",
    ["asset_1"],
    { CHENYU_API_KEY: "cy_s3cret", CHENYU_BASE_URL: "https://chenyu.invalid" },
    /^NetworkError: GET https:\/\/chenyu\.invalid\/api\/open\/v2\/assets\/asset_1: the request failed \(.*chenyu\.invalid\)\. Check the network and baseUrl\. Requests sent: 4, in \d\.\d s\.\n$/,
  ],
])("npm start -- ID %s says so in one line and exits with 1", async (_name, args, environment, line) => {
  const run = await start(args, environment as Record<string, string>);
  expect(run).toEqual({ exitCode: 1, stdout: "", stderr: expect.stringMatching(line) });
  expect(run.stderr).not.toContain("s3cret");
});

/** The log of a command, by `--verbose` or `CHENYU_LOG`. */
import { expect, inject, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { makeFolder } from "../helpers/temporary-folder.ts";
import { answer, startFaultServer } from "../servers/fault-server.ts";
import { noTerminal, run, runOnTerminal } from "./run.ts";

const mock = inject("mock");
const { host } = new URL(mock);
const environment = { CHENYU_BASE_URL: mock, CHENYU_API_KEY: "cy_s3cret" };
const { asset_id: id } = testAssets.image;
const path = `/api/open/v2/assets/${id}`;

/** The lines of a log, without their times. */
function readLog(text: string): string[] {
  const lines = text.trimEnd().split("\n");
  return lines.map((line) => line.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /, "").replace(/\d+ ms/g, "9 ms"));
}

test.each([["--verbose"], ["-v"]])(
  "%s prints each request on standard error, and nothing else changes",
  async (flag) => {
    const { exitCode, stdout, stderr } = await run(["get", id, flag], environment);
    expect([exitCode, JSON.parse(stdout).asset_id]).toEqual([0, id]);
    expect(readLog(stderr)).toEqual([`info GET ${host}${path}: HTTP 200 (attempt 1, 9 ms)`]);
  },
);

test("--verbose shows retries with their delay, and the request id", async () => {
  const found = JSON.stringify({ code: 0, msg: "", data: { asset_id: id } });
  await using server = await startFaultServer(
    answer(429, "{}", { "Retry-After": "1" }),
    answer(200, found, { "X-Request-Id": "req_7" }),
  );
  const { stderr } = await run(["get", id, "-v"], { ...environment, CHENYU_BASE_URL: server.url });
  const [first, second] = readLog(stderr);
  expect(first).toMatch(/^warn GET .*HTTP 429, Retry-After 1 s .*\(attempt 1, 9 ms\) Next attempt in 9 ms\.$/);
  expect(second).toBe(`info GET ${new URL(server.url).host}${path}: HTTP 200 (attempt 2, 9 ms, request id req_7)`);
});

test.each([
  [{ CHENYU_LOG: "debug" }, [], ["debug", "info"]],
  [{ CHENYU_LOG: "debug" }, ["-v"], ["debug", "info"]],
  [{ CHENYU_LOG: "off" }, ["-v"], ["info"]],
  [{ CHENYU_LOG: "warn" }, ["-v"], ["info"]],
  [{ CHENYU_LOG: "warn" }, [], [""]],
  [{ CHENYU_LOG: "off" }, [], [""]],
])("with %o and %o, the levels are %o", async (variable, flags, levels) => {
  const { stderr } = await run(["get", id, ...flags], { ...environment, ...variable });
  expect(readLog(stderr).map((line) => line.split(" ")[0])).toEqual(levels);
});

test("an unknown level is wrong usage, and nothing is sent", async () => {
  await using server = await startFaultServer(answer(200, "{}"));
  const { exitCode, stdout, stderr } = await run(["get", id], {
    ...environment,
    CHENYU_BASE_URL: server.url,
    CHENYU_LOG: "all",
  });
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toBe('chenyu-assets: CHENYU_LOG: "all" is no level. Use off, error, warn, info, debug.\n');
  expect(server.requests).toEqual([]);
});

test("the log of a download shows no key and no signature", async () => {
  await using folder = await makeFolder();
  const { asset_id } = testAssets.drops;
  const { exitCode, stderr } = await run(["download", asset_id, "-o", folder.path], {
    ...environment,
    CHENYU_LOG: "debug",
  });
  expect(exitCode).toBe(0);
  const requests = readLog(stderr).filter((line) => line.startsWith("info "));
  expect(requests.map((line) => /HTTP \d+/.exec(line)![0])).toEqual(["HTTP 200", "HTTP 200", "HTTP 206"]);
  expect(stderr).not.toMatch(/s3cret|signature|expires/);
});

test("what a server says cannot control the terminal", async () => {
  const failure = JSON.stringify({ code: 500, msg: "a\u009b31mb" });
  await using server = await startFaultServer(answer(404, failure));
  const { stderr } = await run(["get", id, "-v"], { ...environment, CHENYU_BASE_URL: server.url });
  expect(stderr).toContain("a\\u009b31mb");
  expect(stderr).not.toContain("\u009b");
});

test.skipIf(noTerminal)("no line of a terminal is written over while there is a log", async () => {
  const { asset_id } = testAssets.underReview;
  const args = ["wait", asset_id];
  const silent = await runOnTerminal(args, environment);
  await fetch(`${mock}/__mock/reset`, { method: "POST" });
  const verbose = await runOnTerminal([...args, "-v"], environment);
  expect([silent.exitCode, verbose.exitCode]).toEqual([0, 0]);
  expect(silent.stdout).toContain("\u001b[J");
  expect(verbose.stdout).not.toContain("\u001b[J");
  expect(verbose.stdout.match(/ info GET /g)).toHaveLength(3);
});

/** The command `wait`. */
import { describe, expect, inject, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { until } from "../helpers/timing.ts";
import { always, startServer, type TestServer } from "../servers/server.ts";
import { finish, noTerminal, run, runOnTerminal, start } from "./run.ts";

const ready = testAssets.image.asset_id;
const underReview = testAssets.alwaysUnderReview.asset_id;
const expired = testAssets.expired.asset_id;
const environment = { CHENYU_BASE_URL: inject("mock"), CHENYU_API_KEY: "any" };

/** Starts a server of assets that are ready at their third look-up. */
async function startReviewServer(): Promise<TestServer> {
  const lookUps: Record<string, number> = {};
  return startServer((request, response) => {
    const [asset_id] = /[^/]+$/.exec(request.url!)!;
    lookUps[asset_id] = (lookUps[asset_id] ?? 0) + 1;
    const data = { asset_id, status: lookUps[asset_id] < 3 ? "reviewing" : "confirmed" };
    response.setHeader("content-type", "application/json").end(JSON.stringify({ code: 0, msg: "", data }));
  });
}

test("prints each asset when it is ready, and ends with exit code 3 when one is not ready in time", async () => {
  const { exitCode, stdout, stderr } = await run(["wait", underReview, ready, "--timeout", "3"], environment);
  expect(exitCode).toBe(3);
  const lines = stdout.trim().split("\n").toSorted();
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { asset: underReview, error: { name: "NotReadyError", retryable: true } },
    { asset_id: ready, status: "confirmed" },
  ]);
  expect(stderr).toMatch(
    /^chenyu-assets: asset_\w+: not ready in time \(.*"reviewing"\)\. Raise --timeout \(3000 ms\).*\n$/,
  );
});

test("ends with exit code 1 when one asset is not ready and another one has failed", async () => {
  const { exitCode, stdout } = await run(["wait", underReview, expired, "--timeout", "3"], environment);
  expect(exitCode).toBe(1);
  const failures = stdout.trim().split("\n").toSorted();
  expect(failures.map((line) => JSON.parse(line).asset)).toEqual([underReview, expired]);
});

describe.skipIf(noTerminal)("on a terminal", () => {
  const variables = { ...environment, NO_COLOR: "1" };
  const table = "asset_id  asset_1\r\nstatus    confirmed\r\n";

  test("writes one line over for each look-up, and removes it at the end", async () => {
    await using server = await startReviewServer();
    const { exitCode, stdout } = await runOnTerminal(["wait", "asset_1"], {
      ...variables,
      CHENYU_BASE_URL: server.url,
    });
    expect(exitCode).toBe(0);
    const line = (poll: number): string => `asset_1: reviewing, look-up ${poll}, again in 0.0 s\r\n`;
    const up = "\r\u001B[1A\u001B[J";
    const drawn = ["\u001B[?7l", line(1), "\u001B[?7h", up, "\u001B[?7l", line(2), "\u001B[?7h", up, table].join("");
    expect(stdout.replaceAll(/\d\.\d s/g, "0.0 s")).toBe(drawn);
  });

  test("writes a line for each asset, and prints the one that is ready above the others", async () => {
    const args = ["wait", underReview, expired, ready, "--timeout", "3"];
    const { exitCode, stdout } = await runOnTerminal(args, variables);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/status +confirmed\r\n/);
    expect(stdout.match(/chenyu-assets: /g)).toHaveLength(2);
    expect(stdout).toMatch(new RegExp(`${underReview}: reviewing, look-up 1, again in \\d\\.\\d s`));
    expect(stdout).not.toContain("{");
  });

  test("prints a line for each look-up on a dumb terminal", async () => {
    await using server = await startReviewServer();
    const dumb = { ...variables, CHENYU_BASE_URL: server.url, TERM: "dumb" };
    const { stdout } = await runOnTerminal(["wait", "asset_1"], dumb);
    const [first, second, ...rows] = stdout.split(/(?<=\n)/);
    expect(first).toMatch(/^asset_1: reviewing, look-up 1, again in \d\.\d s\r\n$/);
    expect(second).toMatch(/^asset_1: reviewing, look-up 2, again in \d\.\d s\r\n$/);
    expect(rows.join("")).toBe(table);
  });
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("ends at once on %s and prints nothing, with exit code %i", async (signal, exitCode) => {
  await using server = await startReviewServer();
  const waiting = start(["wait", "asset_1", "--base-url", server.url], environment);
  await until(() => server.requests.length > 0);
  const startedAt = performance.now();
  waiting.child.kill(signal);
  expect(await finish(waiting)).toEqual({ exitCode, stdout: "", stderr: "" });
  expect(performance.now() - startedAt).toBeLessThan(1000);
});

/** Starts a server of assets that have a status from their first look-up on. */
function startServerOf(status: string): Promise<TestServer> {
  const data = { asset_id: "asset_1", status };
  return startServer(always(200, JSON.stringify({ code: 0, msg: "", data })));
}

test("--fail-status ends the wait with exit code 1, and --until-status with success", async () => {
  await using server = await startServerOf("archived");
  const variables = { ...environment, CHENYU_BASE_URL: server.url };
  const failed = await run(["wait", "asset_1", "--fail-status", "rejected, archived"], variables);
  expect(failed).toMatchObject({
    exitCode: 1,
    stderr: 'chenyu-assets: asset_1: it will never be ready (look-ups: 1, status: "archived").\n',
  });
  expect(JSON.parse(failed.stdout)).toMatchObject({ error: { reason: "final_status", retryable: false } });
  const ready = await run(["wait", "asset_1", "--until-status", "confirmed,archived"], variables);
  expect([ready.exitCode, JSON.parse(ready.stdout).status]).toEqual([0, "archived"]);
});

test("an empty status is wrong usage", async () => {
  const { exitCode, stderr } = await run(["wait", "asset_1", "--until-status", "confirmed,"], environment);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("--until-status");
});

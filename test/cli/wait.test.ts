/** The command `wait`. */
import { expect, inject, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { until } from "../helpers/timing.ts";
import { startServer, type TestServer } from "../servers/server.ts";
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
  expect(stdout).toMatch(/^[^\n]+\n$/);
  expect(JSON.parse(stdout)).toMatchObject({ asset_id: ready, status: "confirmed" });
  expect(stderr).toMatch(
    /^chenyu-assets: asset_\w+: not ready in time \(.*"reviewing"\)\. Raise --timeout \(3000 ms\).*\n$/,
  );
});

test("ends with exit code 1 when one asset is not ready and another one has failed", async () => {
  const { exitCode, stdout } = await run(["wait", underReview, expired, "--timeout", "3"], environment);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
});

test.skipIf(noTerminal)("prints a line for each look-up on a terminal", async () => {
  await using server = await startReviewServer();
  const variables = { ...environment, CHENYU_BASE_URL: server.url, NO_COLOR: "1" };
  const { exitCode, stdout } = await runOnTerminal(["wait", "asset_1"], variables);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(
    /^(asset_1: reviewing, again in \d\.\d s\r\n){2}asset_id {2}asset_1\r\nstatus {4}confirmed\r\n$/,
  );
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

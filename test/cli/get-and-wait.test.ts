/** The commands `get` and `wait`. */
import { describe, expect, inject, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { finish, noTerminal, run, runOnTerminal, until } from "./run.ts";
import { silence, startFaultServer } from "../servers/fault-server.ts";
import { always, startServer, type TestServer } from "../servers/server.ts";

const ready = testAssets.image.asset_id;
const underReview = testAssets.alwaysUnderReview.asset_id;
const expired = testAssets.expired.asset_id;
const environment = { CHENYU_BASE_URL: inject("mock"), CHENYU_API_KEY: "any" };

/** A server of assets that are under review until their third look-up. */
async function startReviewing(): Promise<TestServer> {
  const lookUps: Record<string, number> = {};
  return startServer((request, response) => {
    const [asset_id] = /[^/]+$/.exec(request.url!)!;
    lookUps[asset_id] = (lookUps[asset_id] ?? 0) + 1;
    const data = { asset_id, status: lookUps[asset_id] < 3 ? "reviewing" : "confirmed" };
    response.setHeader("content-type", "application/json").end(JSON.stringify({ code: 0, msg: "", data }));
  });
}

function parseLines(text: string): { asset_id: string; signed_url: string; status: string }[] {
  expect(text).toMatch(/\n$/);
  return text
    .slice(0, -1)
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe("get", () => {
  test("prints an asset as a line of JSON when its output is no terminal, signed URL and all", async () => {
    const { exitCode, stdout, stderr } = await finish(run(["get", `asset://${ready}`], environment));
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const [asset, ...others] = parseLines(stdout);
    expect(others).toEqual([]);
    expect((await fetch(asset!.signed_url)).status).toBe(200);
  });

  test("prints several assets in the order of the ids, and goes on after one that fails", async () => {
    const ids = [expired, ...Array.from({ length: 9 }, (_, index) => `asset_${index}`), "--", "-asset"];
    const { exitCode, stdout, stderr } = await finish(run(["get", ...ids], environment));
    expect(exitCode).toBe(1);
    expect(parseLines(stdout).map(({ asset_id }) => asset_id)).toEqual([...ids.slice(1, 10), "-asset"]);
    expect(stderr).toMatch(/^chenyu-assets: GET .*1001: HTTP 200, code 1001, "资源已过期" \(rejected\)\. .*\n$/);
  });

  test.skipIf(noTerminal)("prints a table on a terminal, without the secret of the signed URL", async () => {
    const { exitCode, stdout } = await finish(
      runOnTerminal(["get", ready, "asset_1"], { ...environment, NO_COLOR: "1" }),
    );
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`^asset_id {11}${ready}\r\nasset_uri {10}asset://${ready}\r\n`));
    expect(stdout).toMatch(/\r\nsigned_url {9}http:\S+\?…\r\n/);
    expect(stdout).toMatch(/\r\nsize_bytes {9}102400\r\n/);
    expect(stdout).toMatch(/\r\n\r\nasset_id {11}asset_1\r\n/);
  });

  test.skipIf(noTerminal)("--json prints JSON on a terminal, too", async () => {
    const { stdout } = await finish(runOnTerminal(["get", "--json", ready], environment));
    expect(parseLines(stdout.replaceAll("\r\n", "\n"))).toMatchObject([{ asset_id: ready }]);
  });

  test.skipIf(noTerminal).each([
    ["colours the table on a terminal", {}, true],
    ["colours nothing with NO_COLOR", { NO_COLOR: "1" }, false],
    ["colours nothing on a dumb terminal", { TERM: "dumb" }, false],
  ])("%s", async (_name, more, isColoured) => {
    const { stdout } = await finish(runOnTerminal(["get", ready], { ...environment, ...more }));
    expect(stdout.includes("\u001B[32mconfirmed\u001B[39m")).toBe(isColoured);
    expect(stdout.includes("\u001B")).toBe(isColoured);
  });

  const hostile = "\u001B]0;owned\u0007\u009B2J\u202Egnp.exe\n\r\u007F";
  const written = String.raw`\u001b]0;owned\u0007\u009b2J\u202egnp.exe\u000a\u000d\u007f`;
  const asset = { asset_id: "asset_1", status: hostile, original_filename: hostile, [hostile]: { [hostile]: hostile } };

  test.skipIf(noTerminal)("writes out in the table what would steer the terminal", async () => {
    await using server = await startServer(always(200, JSON.stringify({ code: 0, msg: "", data: asset })));
    const { stdout } = await finish(
      runOnTerminal(["get", "asset_1"], { ...environment, CHENYU_BASE_URL: server.url, NO_COLOR: "1" }),
    );
    expect(stdout).toContain(`${written}\r\n`);
    expect(stdout.replaceAll("\r\n", "")).not.toMatch(/[\p{Control}\p{Bidi_Control}]/u);
  });

  test("writes it out in JSON and in messages, too", async () => {
    await using server = await startServer((request, response) => {
      const answer = request.url!.endsWith("asset_1") ? { code: 0, msg: "", data: asset } : { code: 1, msg: hostile };
      response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
    });
    const { stdout, stderr } = await finish(
      run(["get", "asset_1", "asset_2"], { ...environment, CHENYU_BASE_URL: server.url }),
    );
    expect(parseLines(stdout)).toEqual([asset]);
    expect(stderr).toContain(String.raw`\u009b2J\u202egnp.exe`);
    expect((stdout + stderr).replaceAll("\n", "")).not.toMatch(/[\p{Control}\p{Bidi_Control}]/u);
  });

  test("--timeout bounds a look-up, and its message names the option", async () => {
    await using server = await startFaultServer(silence);
    const start = performance.now();
    const args = ["get", "asset_1", "--timeout", "0.5", "--base-url", server.url];
    const { exitCode, stderr } = await finish(run(args, environment));
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/asset_1: no whole response came in time\. Raise --timeout \(500 ms\)/);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test("goes on when nobody reads its output any more", async () => {
    const { child, ended } = run(["get", ready, expired], environment);
    child.stdout!.destroy();
    expect(await ended).toBe(1);
  });
});

describe("wait", () => {
  test("prints each asset when it is ready, and exits with 3 when one is not in time", async () => {
    const args = ["wait", underReview, ready, "--timeout", "3"];
    const { exitCode, stdout, stderr } = await finish(run(args, environment));
    expect(exitCode).toBe(3);
    expect(parseLines(stdout)).toMatchObject([{ asset_id: ready, status: "confirmed" }]);
    expect(stderr).toMatch(
      /^chenyu-assets: asset_\w+: not ready in time \(.*"reviewing"\)\. Raise --timeout \(3000 ms\).*\n$/,
    );
  });

  test("exits with 1 when one is not ready and another one has failed", async () => {
    const { exitCode, stdout } = await finish(run(["wait", underReview, expired, "--timeout", "3"], environment));
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  });

  test.skipIf(noTerminal)("tells on a terminal of each look-up", async () => {
    await using server = await startReviewing();
    const here = { ...environment, CHENYU_BASE_URL: server.url, NO_COLOR: "1" };
    const { exitCode, stdout } = await finish(runOnTerminal(["wait", "asset_1"], here));
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^(asset_1: reviewing, again in \d\.\d s\r\n){2}asset_id {2}asset_1\r\nstatus {4}confirmed\r\n$/,
    );
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("ends at once on %s, without a word, with exit code %i", async (signal, exitCode) => {
    await using server = await startReviewing();
    const waiting = run(["wait", "asset_1", "--base-url", server.url], environment);
    await until(() => server.requests[0]);
    const start = performance.now();
    waiting.child.kill(signal);
    expect(await finish(waiting)).toEqual({ exitCode, stdout: "", stderr: "" });
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

/** The command `get`, and how it prints assets and errors. */
import { expect, inject, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { silence, startFaultServer } from "../servers/fault-server.ts";
import { always, startServer } from "../servers/server.ts";
import { run, runOnTerminal, noTerminal, start } from "./run.ts";

const ready = testAssets.image.asset_id;
const expired = testAssets.expired.asset_id;
const environment = { CHENYU_BASE_URL: inject("mock"), CHENYU_API_KEY: "any" };

function parseLines(text: string): { asset_id: string; signed_url: string }[] {
  expect(text).toMatch(/\n$/);
  const lines = text.slice(0, -1).split("\n");
  return lines.map((line) => JSON.parse(line));
}

test("prints an asset as a line of JSON without a terminal, with the whole signed URL", async () => {
  const { exitCode, stdout, stderr } = await run(["get", `asset://${ready}`], environment);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const [asset, ...others] = parseLines(stdout);
  expect(others).toEqual([]);
  expect((await fetch(asset!.signed_url)).status).toBe(200);
});

test("prints several assets in the order of the ids, and goes on after one that fails", async () => {
  const ids = [expired, ...Array.from({ length: 9 }, (_, index) => `asset_${index}`), "--", "-asset"];
  const { exitCode, stdout, stderr } = await run(["get", ...ids], environment);
  expect(exitCode).toBe(1);
  const [failure, ...assets] = parseLines(stdout);
  expect(failure).toMatchObject({ asset: expired, error: { name: "ApiError", kind: "rejected", code: 1001 } });
  expect(assets.map(({ asset_id }) => asset_id)).toEqual([...ids.slice(1, 10), "-asset"]);
  expect(stderr).toMatch(
    /^chenyu-assets: GET .*1001: HTTP 200, code 1001, "资源已过期" \(rejected\)\. The asset has expired\. .*\n$/,
  );
});

test.skipIf(noTerminal)("prints a table on a terminal, without the secret of the signed URL", async () => {
  const { exitCode, stdout } = await runOnTerminal(["get", ready, "asset_1"], { ...environment, NO_COLOR: "1" });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(new RegExp(`^asset_id {11}${ready}\r\nasset_uri {10}asset://${ready}\r\n`));
  expect(stdout).toMatch(/\r\nsigned_url {9}http:\S+\?…\r\n/);
  expect(stdout).toMatch(/\r\nsize_bytes {9}102400\r\n/);
  expect(stdout).toMatch(/\r\n\r\nasset_id {11}asset_1\r\n/);
});

test.skipIf(noTerminal)("--json prints JSON on a terminal, too", async () => {
  const { stdout } = await runOnTerminal(["get", "--json", ready], environment);
  expect(parseLines(stdout.replaceAll("\r\n", "\n"))).toMatchObject([{ asset_id: ready }]);
});

test.skipIf(noTerminal).each([
  ["colours the table on a terminal", {}, true],
  ["colours nothing with NO_COLOR", { NO_COLOR: "1" }, false],
  ["colours nothing on a dumb terminal", { TERM: "dumb" }, false],
])("%s", async (_name, variables, isColoured) => {
  const { stdout } = await runOnTerminal(["get", ready], { ...environment, ...variables });
  expect(stdout.includes("\u001B[32mconfirmed\u001B[39m")).toBe(isColoured);
  expect(stdout.includes("\u001B")).toBe(isColoured);
});

const hostile = "\u001B]0;owned\u0007\u009B2J\u202Egnp.exe\n\r\u007F";
const escaped = String.raw`\u001b]0;owned\u0007\u009b2J\u202egnp.exe\u000a\u000d\u007f`;
const hostileAsset = { asset_id: "a", status: hostile, original_filename: hostile, [hostile]: { [hostile]: hostile } };

test.skipIf(noTerminal)("escapes in the table what could control the terminal", async () => {
  await using server = await startServer(always(200, JSON.stringify({ code: 0, msg: "", data: hostileAsset })));
  const variables = { ...environment, CHENYU_BASE_URL: server.url, NO_COLOR: "1" };
  const { stdout } = await runOnTerminal(["get", "a"], variables);
  expect(stdout).toContain(`${escaped}\r\n`);
  expect(stdout.replaceAll("\r\n", "")).not.toMatch(/[\p{Control}\p{Bidi_Control}]/u);
});

test("escapes it in JSON and in messages, too", async () => {
  await using server = await startServer((request, response) => {
    const answer = request.url!.endsWith("/a") ? { code: 0, msg: "", data: hostileAsset } : { code: 1, msg: hostile };
    response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
  });
  const { stdout, stderr } = await run(["get", "a", "b"], { ...environment, CHENYU_BASE_URL: server.url });
  expect(parseLines(stdout)).toEqual([hostileAsset, expect.objectContaining({ asset: "b" })]);
  expect(stdout).not.toMatch(/(?!\n)[\p{Control}\p{Bidi_Control}]/u);
  expect(stderr).toContain(String.raw`\u009b2J\u202egnp.exe`);
  expect((stdout + stderr).replaceAll("\n", "")).not.toMatch(/[\p{Control}\p{Bidi_Control}]/u);
});

/** Deeper than `JSON.stringify` can go, and yet short enough for an answer. */
const deepField = `${"[".repeat(400_000)}${"]".repeat(400_000)}`;
const tooDeep = "a: a field is nested too deeply to be printed. The API is not known to answer like this.";

test.each(["get", "wait"])(
  "%s: one asset that is nested too deeply fails, and the other is printed",
  async (command) => {
    await using server = await startServer((request, response) => {
      const id = request.url!.at(-1);
      const field = id === "a" ? deepField : "1";
      response.setHeader("content-type", "application/json");
      response.end(`{"code":0,"msg":"","data":{"asset_id":"${id}","status":"confirmed","field":${field}}}`);
    });
    const variables = { ...environment, CHENYU_BASE_URL: server.url };
    const { exitCode, stdout, stderr } = await run([command, "a", "b"], variables);
    const message = `chenyu-assets: ${tooDeep}`;
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: `${message}\n` });
    const error = { name: "ResponseError", message: tooDeep, status: 200, attempts: 1, retryable: false };
    expect(parseLines(stdout).toSorted((one) => ("error" in one ? -1 : 1))).toEqual([
      { asset: "a", error },
      expect.objectContaining({ asset_id: "b" }),
    ]);
    if (noTerminal === undefined)
      expect((await runOnTerminal([command, "a"], variables)).stdout).toBe(`${message}\r\n`);
  },
);

test.skipIf(noTerminal)("a table may have very many fields, and a name that is very long", async () => {
  const fields = Object.fromEntries(
    Array.from({ length: 130_000 }, (_, index) => [String.fromCodePoint(0x2_0000 + index), 0]),
  );
  const data = { asset_id: "a", ...fields, ["x".repeat(10_000)]: 1 };
  await using server = await startServer(always(200, JSON.stringify({ code: 0, msg: "", data })));
  const { exitCode, stdout } = await runOnTerminal(["get", "a"], {
    ...environment,
    CHENYU_BASE_URL: server.url,
    NO_COLOR: "1",
  });
  const rows = stdout.split("\r\n");
  expect([exitCode, rows.length]).toEqual([0, 130_003]);
  expect(rows[1]).toBe(`${"\u{20000}".padEnd(40)}0`);
  expect(rows.at(-2)).toBe(`${"x".repeat(10_000)}  1`);
});

test("a failure in JSON has its facts and its cause, and no secret", async () => {
  const args = ["get", "asset_1", "--timeout", "0.2", "--base-url", "http://127.0.0.1:1"];
  const { exitCode, stdout, stderr } = await run(args, { ...environment, CHENYU_API_KEY: "cy_s3cret" });
  expect(exitCode).toBe(1);
  const [{ asset, error }] = JSON.parse(`[${stdout}]`);
  expect(asset).toBe("asset_1");
  expect(error).toMatchObject({ name: "TimeoutError", attempts: expect.any(Number), retryable: false });
  expect(error.message).toContain("totalTimeoutMs (200 ms) leaves no time");
  expect(error.cause.message).toMatch(/the request failed \(bad port\)/);
  expect(stderr).toMatch(/^chenyu-assets: .*\n$/);
  expect(stdout + stderr).not.toMatch(/cy_s3cret|stack/);
});

test("goes on when its output is closed", async () => {
  const { child, exitCode } = start(["get", ready, expired], environment);
  child.stdout!.destroy();
  expect(await exitCode).toBe(1);
});

test("--timeout limits a look-up, and the message names the flag", async () => {
  await using server = await startFaultServer(silence);
  const startedAt = performance.now();
  const args = ["get", "asset_1", "--timeout", "0.5", "--base-url", server.url];
  const { exitCode, stderr } = await run(args, environment);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/asset_1: no whole response came in time\. Raise --timeout \(500 ms\)/);
  expect(performance.now() - startedAt).toBeLessThan(5000);
});

test("a message names the flags also for the last failure", async () => {
  const { stderr } = await run(["get", "asset_1", "--timeout", "0.2", "--base-url", "http://127.0.0.1:1"], environment);
  expect(stderr).toMatch(
    /\(bad port\)\. Check the network and --base-url\. Requests sent: 1, in \d\.\d s\. --timeout \(200 ms\) leaves no time for another attempt\.\n$/,
  );
});

test("a message about the API key says where the command gets it", async () => {
  const { exitCode, stderr } = await run(["get", "asset_1"], { ...environment, CHENYU_API_KEY: "cy_invalid" });
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/HTTP 401.* Check the API key: --api-key-file, or CHENYU_API_KEY\.\n$/);
});

test("a message about a server that is not the API names --base-url", async () => {
  await using server = await startServer(always(200, "<p>Hello</p>", { "content-type": "text/html" }));
  const { exitCode, stderr } = await run(["get", "asset_1", "--base-url", server.url], environment);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/text\/html is not JSON.* Check --base-url, and any proxy on the way\.\n$/);
});

test("a base URL that cannot be used is refused with exit code 2", async () => {
  const { exitCode, stderr } = await run(["get", "asset_1", "--base-url", "localhost:4010"], environment);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^chenyu-assets: --base-url: it is not an https: or http: URL\. .*\n$/);
});

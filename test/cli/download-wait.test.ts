/** The command `download --wait`. */
import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeFolder, type TemporaryFolder } from "../helpers/temporary-folder.ts";
import { until } from "../helpers/timing.ts";
import { readyAsset, serve, startContentServer, type ContentServer } from "../servers/content-server.ts";
import { finish, noTerminal, run, runOnTerminal, start, type CommandResult } from "./run.ts";

const content = Buffer.from("0123456789");
let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await makeFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

/** Starts a server of assets that have the status at first, and are confirmed after some look-ups of theirs. */
function startServerOf(status: string, lookUpsBefore = Infinity): Promise<ContentServer> {
  const lookUps: Record<string, number> = {};
  const ready = readyAsset(content.length);
  return startContentServer((url, lookUp, id) => {
    lookUps[id] = (lookUps[id] ?? 0) + 1;
    return { ...ready(url, lookUp), ...(lookUps[id] <= lookUpsBefore && { status }) };
  }, serve(content));
}

function environmentOf(server: ContentServer): Record<string, string> {
  return { CHENYU_BASE_URL: server.url, CHENYU_API_KEY: "any", NO_COLOR: "1" };
}

function download(server: ContentServer, ...args: string[]): Promise<CommandResult> {
  return run(["download", ...args, "-o", folder.path], environmentOf(server));
}

test.each([
  ["one asset", ["asset_1"]],
  ["several assets", ["asset_1", "asset_2"]],
])("--wait saves %s when they are ready", async (_what, ids) => {
  await using server = await startServerOf("reviewing", 1);
  const { exitCode, stdout, stderr } = await download(server, ...ids, "--wait");
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout.split("\n").toSorted()).toEqual(["", ...ids.map((id) => folder.at(`${id}.png`))]);
  for (const id of ids) expect(await readFile(folder.at(`${id}.png`))).toEqual(content);
  expect(server.lookUps()).toBe(2 * ids.length);
});

test("an asset that is not ready within --wait-timeout ends with exit code 3, and the message names the flag", async () => {
  await using server = await startServerOf("reviewing");
  const { exitCode, stdout, stderr } = await download(server, "asset_1", "--wait", "--wait-timeout", "0.9", "--json");
  expect(exitCode).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({ asset: "asset_1", error: { name: "NotReadyError", reason: "timeout" } });
  expect(stderr).toMatch(
    /^chenyu-assets: asset_1: not ready in time .* Raise --wait-timeout \(900 ms\) to wait longer\.\n$/,
  );
  expect(await folder.names()).toEqual([]);
});

test("--fail-status ends the wait with exit code 1, and --until-status begins the download", async () => {
  await using server = await startServerOf("archived");
  const failed = await download(server, "asset_1", "--wait", "--fail-status", "rejected,archived");
  const stderr = 'chenyu-assets: asset_1: it will never be ready (look-ups: 1, status: "archived").\n';
  expect(failed).toEqual({ exitCode: 1, stdout: "", stderr });
  const saved = await download(server, "asset_1", "--wait", "--until-status", "archived");
  expect(saved).toEqual({ exitCode: 0, stdout: `${folder.at("asset_1.png")}\n`, stderr: "" });
});

test.each(["--wait-timeout", "--until-status", "--fail-status"])(
  "%s without --wait is wrong usage, before any request",
  async (option) => {
    await using server = await startServerOf("confirmed", 0);
    const { exitCode, stderr } = await download(server, "asset_1", option, "9");
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: `chenyu-assets: ${option} needs --wait. See chenyu-assets download --help.\n`,
    });
    expect(server.lookUps()).toBe(0);
  },
);

test("--wait-timeout takes seconds", async () => {
  await using server = await startServerOf("confirmed", 0);
  const { exitCode, stderr } = await download(server, "asset_1", "--wait", "--wait-timeout", "1m");
  expect(exitCode).toBe(2);
  expect(stderr).toContain('--wait-timeout must be from 0.001 to 2147483 seconds, not "1m"');
});

test.each([
  ["SIGINT", 130, ["asset_1"]],
  ["SIGTERM", 143, ["asset_1", "asset_2"]],
] as const)("%s during the wait ends with exit code %i, and says nothing", async (signal, exitCode, ids) => {
  await using server = await startServerOf("reviewing");
  const waiting = start(["download", ...ids, "--wait", "--json", "-o", folder.path], environmentOf(server));
  await until(() => server.lookUps() >= ids.length);
  waiting.child.kill(signal);
  expect(await finish(waiting)).toEqual({ exitCode, stdout: "", stderr: "" });
});

describe.skipIf(noTerminal)("on a terminal", () => {
  const args = (): string[] => ["download", "asset_1", "--wait", "-o", folder.path];

  test("one line shows the wait, and is removed at the end", async () => {
    await using server = await startServerOf("reviewing", 2);
    const { exitCode, stdout } = await runOnTerminal(args(), environmentOf(server));
    expect(exitCode).toBe(0);
    const [erase, hide, show] = ["\r\u001B[1A\u001B[J", "\u001B[?7l", "\u001B[?7h"];
    const line = (poll: number): string => `${hide}asset_1: reviewing, look-up ${poll}, again in 0.0 s\r\n${show}`;
    const drawn = stdout.replaceAll(/\d\.\d s/g, "0.0 s");
    expect(drawn.startsWith(line(1) + erase + line(2) + erase)).toBe(true);
    expect(drawn.endsWith(`${erase}saved ${folder.at("asset_1.png")} (10 bytes)\r\n`)).toBe(true);
    expect(drawn.match(/look-up/g)).toHaveLength(2);
  });

  test("a dumb terminal gets a line for each look-up", async () => {
    await using server = await startServerOf("reviewing", 1);
    const { stdout } = await runOnTerminal(args(), { ...environmentOf(server), TERM: "dumb" });
    const saved = `saved ${folder.at("asset_1.png")} (10 bytes)\r\n`;
    expect(stdout.replace(/\d\.\d s/, "0.0 s")).toBe(`asset_1: reviewing, look-up 1, again in 0.0 s\r\n${saved}`);
  });
});

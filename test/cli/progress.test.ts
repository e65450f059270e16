/** How `download` shows its progress. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { makeFolder, type TemporaryFolder } from "../helpers/temporary-folder.ts";
import { until } from "../helpers/timing.ts";
import { startHaltingServer } from "../servers/halting-server.ts";
import { finish, noTerminal, runOnTerminal, start, startOnTerminal } from "./run.ts";

const ready = testAssets.image.asset_id;
const video = testAssets.video.asset_id;
const slow = testAssets.slow.asset_id;

const environment = { CHENYU_BASE_URL: inject("mock"), CHENYU_API_KEY: "any" };
let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await makeFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

test("prints a line now and then when there is no terminal for a bar", async () => {
  const { child, output, exitCode } = start(["download", slow, "-o", folder.path], environment);
  await until(() => output.stderr.includes("\n"));
  expect(output.stderr).toMatch(/^asset_\w+\.mp4: [\d,]{7,9} of 7,340,032 bytes\n$/);
  child.kill();
  await exitCode;
});

describe.skipIf(noTerminal)("on a terminal", () => {
  test("says what is saved, and leaves the terminal as it was", async () => {
    // The file halts in the middle until the time for that is up, so that the bar is seen.
    await using server = await startHaltingServer(1);
    const path = folder.at("film.mp4");
    const args = ["download", "asset_1", "-o", path, "--timeout", "0.5", "--base-url", server.url];
    const { exitCode, stdout } = await runOnTerminal(args, environment);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`saved ${path} (10 bytes)\r\n`);
    expect(stdout).toContain("[32m=====");
    expect(stdout.lastIndexOf("[?7h")).toBeGreaterThan(stdout.lastIndexOf("[?7l"));
    expect(stdout).not.toContain("[?25l");
  });

  test("says which file is kept", async () => {
    const path = folder.at("film.mp4");
    await writeFile(path, Buffer.alloc(7_340_032));
    const { stdout } = await runOnTerminal(["download", video, "-o", path, "--overwrite", "skip"], environment);
    expect(stdout).toContain(`kept ${path} (7,340,032 bytes, it was there already)\r\n`);
  });

  test("shows no bar on a dumb terminal", async () => {
    const path = folder.at("film.mp4");
    const { stdout } = await runOnTerminal(["download", video, "-o", path], { ...environment, TERM: "dumb" });
    expect(stdout).toBe(`saved ${path} (7,340,032 bytes)\r\n`);
  });

  test.each([
    ["in colour", {}, "[\u001B[32m==========----------\u001B[39m]  50%      0.0/0.0 MB"],
    ["without colour with NO_COLOR", { NO_COLOR: "1" }, "[==========----------]  50%      0.0/0.0 MB"],
  ])("shows a bar %s, and goes on after Ctrl-C from where it was", async (_name, variables, bar) => {
    await using server = await startHaltingServer(1);
    const here = { ...environment, ...variables, CHENYU_BASE_URL: server.url };
    const args = ["download", "asset_1", "-o", `${folder.path}/`];
    const path = folder.at("asset_1.txt");
    const interrupted = startOnTerminal(args, here);
    await until(() => interrupted.output.stdout.includes(bar));
    interrupted.child.stdin!.write("\u0003");
    const first = await finish(interrupted);
    expect(first.exitCode).toBe(130);
    const line = `interrupted: ${path}.part has 5 of 10 bytes; the same command goes on from there\r\n`;
    expect(first.stdout.slice(-line.length)).toBe(line);

    const second = await runOnTerminal(args, here);
    expect(second.exitCode).toBe(0);
    expect(second.stdout).toContain(`saved ${path} (10 bytes, 5 of them from before)\r\n`);
    expect(await readFile(path, "utf8")).toBe("0123456789");
    expect(first.stdout + second.stdout).not.toContain("s3cret");
  });

  test("escapes in a path what could control the terminal", async () => {
    const hostile = folder.at("\u009B2J\u202Egnp");
    await mkdir(hostile);
    const { stdout } = await runOnTerminal(["download", ready, "-o", `${hostile}/`], environment);
    expect(stdout).toContain(String.raw`\u009b2J\u202egnp`);
    expect(stdout).not.toMatch(/[\u009B\u202E]/);
  });
});

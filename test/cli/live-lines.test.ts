/** The lines that are written over, and that no order of calls keeps a command from its end. */
import { writeFile } from "node:fs/promises";
import { describe, expect, inject, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { makeFolder } from "../helpers/temporary-folder.ts";
import { finish, noTerminal, runOnTerminal, startShellOnTerminal } from "./run.ts";

const { image, video, notFound, expired } = testAssets;
const environment = { CHENYU_BASE_URL: inject("mock"), CHENYU_API_KEY: "any", NO_COLOR: "1" };

/** Runs calls on a terminal of `rows` rows. @returns What it prints. */
async function runCalls(calls: string, rows = 24): Promise<string> {
  const imports = [
    'import { openLiveLines } from "./src/cli/live-lines.ts"',
    'import { setTimeout as sleep } from "node:timers/promises"',
  ];
  const code = `${imports.join(";")}; const lines = openLiveLines(); ${calls}`;
  const command = `stty rows ${rows}; '${process.execPath}' --input-type=module --eval '${code}'`;
  const { exitCode, stdout } = await finish(startShellOnTerminal(command));
  expect(exitCode).toBe(0);
  return stdout.replaceAll("\r\n", "\n");
}

const frame = (...lines: string[]): string => `\u001B[?7l${lines.map((line) => `${line}\n`).join("")}\u001B[?7h`;
const erase = (count: number): string => `\r\u001B[${count}A\u001B[J`;

describe.skipIf(noTerminal)("on a terminal", () => {
  test("lines are written over, all at once, and removed at the end", async () => {
    const calls = 'lines.set("a", "1"); lines.set("b", "2"); await sleep(500); lines.set("a", "3"); await sleep(500);';
    expect(await runCalls(`${calls} lines.close()`)).toBe(frame("1", "2") + erase(2) + frame("3", "2") + erase(2));
  });

  test("what is printed stays above the lines", async () => {
    const calls = 'lines.set("a", "1"); lines.printMessage("x"); lines.remove("a"); await sleep(500);';
    expect(await runCalls(`${calls} lines.close()`)).toBe(`x\n${frame("1")}${erase(1)}`);
  });

  test("no more lines are drawn than the screen can hold", async () => {
    const calls = 'for (const id of "abcd") lines.set(id, id); await sleep(500); lines.close()';
    expect(await runCalls(calls, 3)).toBe(frame("a", "b") + erase(2));
  });

  test.each([
    ["nothing is ever drawn", "", ""],
    ["they are left open", 'lines.set("a", "1");', ""],
    ["one is set after their end", 'lines.close(); lines.set("a", "1");', ""],
    ["a message comes before the first", 'lines.printMessage("x"); lines.set("a", "1"); lines.close();', "x\n"],
    ["one is removed that was never there", 'lines.remove("a"); lines.close(); lines.close();', ""],
  ])("the process ends when %s", async (_name, calls, output) => {
    expect(await runCalls(calls)).toBe(output);
  });

  test.each([
    ["an asset that is not found", [notFound, image], 1],
    ["an asset that has expired, before two others", [expired, image, video], 1],
    ["a file that is there already", [video, image], 0],
  ])(
    "download ends in each of 20 runs beside %s",
    async (_name, assets, exitCode) => {
      const ids = assets.map(({ asset_id }) => asset_id);
      const runOnce = async (): Promise<unknown> => {
        await using folder = await makeFolder();
        if (exitCode === 0) await writeFile(folder.at(`${video.asset_id}.mp4`), Buffer.alloc(7_340_032));
        const args = ["download", ...ids, "-o", folder.path, "--overwrite", "skip"];
        const result = await runOnTerminal(args, environment);
        return [result.exitCode, result.stdout.match(/(saved|kept) \//g)?.length];
      };
      const results: unknown[] = [];
      for (let batch = 0; batch < 5; batch++) {
        results.push(...(await Promise.all([runOnce(), runOnce(), runOnce(), runOnce()])));
      }
      const successes = exitCode === 0 ? ids.length : ids.length - 1;
      expect(results).toEqual(results.map(() => [exitCode, successes]));
    },
    120_000,
  );
});

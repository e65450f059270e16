/** The scripts by which shells complete the command line, in the shells themselves. */
import { spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeFolder, type TemporaryFolder } from "../helpers/temporary-folder.ts";
import { until } from "../helpers/timing.ts";
import { finish, noTerminal, run, startShellOnTerminal } from "./run.ts";

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await makeFolder();
  await mkdir(folder.at("pictures"));
});
afterAll(() => folder[Symbol.asyncDispose]());

/** Why the tests in a shell cannot run, if so. */
function findObstacle(shell: string): string | undefined {
  const isThere = spawnSync(shell, ["--version"]).status === 0;
  const obstacle = isThere ? noTerminal : `${shell} is missing`;
  if (obstacle !== undefined) console.warn(`The completion for ${shell} is not tested: ${obstacle}.`);
  return obstacle;
}

async function writeScript(shell: string, environment?: Record<string, string>): Promise<string> {
  const { exitCode, stdout, stderr } = await run(["completion", shell], environment);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const path = folder.at(`script.${shell}`);
  await writeFile(path, stdout);
  return path;
}

/** What is typed after the command's name, with TAB as \t, and the arguments that come of it. */
const typed: [text: string, result: string][] = [
  ["dow\t", "download"],
  ["download --ov\tsk\t", "download --overwrite skip"],
  ["download --name=original-\t", "download --name=original-id"],
  ["download -o pic\t", "download -o pictures/"],
  ["download --api-key-file pic\t", "download --api-key-file pictures/"],
  ["get pic\t", "get pic"],
  ["mock --js\t", "mock --js"],
  ["mock --ho\torig\t", "mock --host orig"],
  ["completion fi\t", "completion fish"],
  ["help downl\t", "help download"],
  ["--vers\t", "--version"],
];

/** Types lines into a shell. @returns The arguments that the command got for each. */
async function typeLines(command: string, setUp: string): Promise<string[]> {
  const { child, output, exitCode } = startShellOnTerminal(`cd '${folder.path}'; ${command}`);
  child.stdin!.write(`${setUp}; chenyu-assets() { echo "<<$*>>"; }; echo rea''dy\r`);
  await until(() => /^ready/m.test(output.stdout));
  const results: string[] = [];
  for (const [text] of typed) {
    const start = output.stdout.length;
    child.stdin!.write(`chenyu-assets ${text}\r`);
    const result = (): string | undefined => /<<([^$>]*)>>/.exec(output.stdout.slice(start))?.[1];
    await until(() => result() !== undefined);
    results.push(result()!.trim());
  }
  child.stdin!.write("exit\r");
  await finish({ child, output, exitCode });
  return results;
}

/** Compares the results, of which zsh writes some otherwise: --overwrite=skip, and a folder without its slash. */
function expectResults(results: string[]): void {
  const normal = results.map((result) => result.replace(/(overwrite|host)=/, "$1 ").replace(/pictures$/, "pictures/"));
  expect(normal).toEqual(typed.map(([, result]) => result));
}

test.skipIf(findObstacle("bash"))("bash completes commands, options, their values and paths", async () => {
  const script = await writeScript("bash");
  expectResults(await typeLines("bash --norc --noprofile -i", `eval "$(cat '${script}')"`));
});

test.skipIf(findObstacle("zsh"))("zsh completes commands, options, their values and paths", async () => {
  const script = await writeScript("zsh");
  const setUp = `autoload -U compinit; compinit -u -D; eval "$(cat '${script}')"`;
  expectResults(await typeLines("zsh -f -i", setUp));
});

test.skipIf(findObstacle("fish"))("fish completes commands, options, their values and paths", async () => {
  const script = await writeScript("fish");
  const results = typed.map(([text]) => completeByFish(script, text));
  expectResults(results);
});

/** Completes the text before each TAB. */
function completeByFish(script: string, text: string): string {
  return text.split(/(?<=\t)/).reduce((line, part) => {
    const before = line + part.replace("\t", "");
    const code = `source '${script}'; complete -C 'chenyu-assets ${before}'`;
    const { stdout } = spawnSync("fish", ["--no-config", "-c", code], { cwd: folder.path, encoding: "utf8" });
    const [candidate] = stdout.split(/[\t\n]/);
    if (candidate === "") return before;
    return `${before.replace(/[^ ]*$/, "")}${candidate}${part === text.split(/(?<=\t)/).at(-1) ? "" : " "}`;
  }, "");
}

test("the descriptions are in the language of the help", async () => {
  for (const shell of ["zsh", "fish"]) {
    const { stdout } = await run(["completion", shell], { LC_ALL: "zh_CN.UTF-8" });
    expect(stdout).toContain("查询资源并输出");
    expect(stdout).not.toContain("。");
  }
});

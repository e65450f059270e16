/** The command, as a process of its own. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach } from "vitest";

export const root = fileURLToPath(new URL("../..", import.meta.url));

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
});

export interface Run {
  child: ChildProcess;
  output: { stdout: string; stderr: string };
  ended: Promise<number | null>;
}

/** Starts the command, without the key and the address of whoever runs the tests. */
export function run(args: string[], environment: Record<string, string> = {}): Run {
  return start(process.execPath, ["src/cli.ts", ...args], environment);
}

/** Why there is no terminal to test on, if there is none: the command `script` makes one. */
export const noTerminal =
  spawnSync("script", ["-qec", "true", "/dev/null"]).status === 0 ? undefined : "script of util-linux is missing";

if (noTerminal !== undefined) console.warn(`The tests on a terminal are skipped: ${noTerminal}.`);

/** Starts the command on a terminal of its own, whose whole output is `stdout`. What is written to `stdin` is typed. */
export function runOnTerminal(args: string[], environment: Record<string, string> = {}): Run {
  const command = [process.execPath, "src/cli.ts", ...args].map((word) => `'${word}'`).join(" ");
  return start("script", ["-qec", command, "/dev/null"], { TERM: "xterm-256color", ...environment });
}

/** What the runs of tests differ in: who pays for them, where they go, and whether there is colour. */
const own = ["CHENYU_API_KEY", "CHENYU_BASE_URL", "NO_COLOR", "FORCE_COLOR", "CI"];

function start(command: string, args: string[], environment: Record<string, string>): Run {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.includes(name)));
  const child = spawn(command, args, { cwd: root, env: { ...clean, ...environment } });
  running.push(child);
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (output.stderr += text));
  return { child, output, ended: once(child, "close").then(([exitCode]) => exitCode as number | null) };
}

export async function finish({ output, ended }: Run): Promise<Run["output"] & { exitCode: number | null }> {
  const exitCode = await ended;
  return { exitCode, ...output };
}

export async function until<T>(find: () => T | undefined): Promise<T> {
  for (;;) {
    const found = find();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

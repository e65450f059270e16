/** Runs the command in a process of its own. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach } from "vitest";
import { until } from "../helpers/timing.ts";

export const root = fileURLToPath(new URL("../..", import.meta.url));

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

export interface RunningCommand {
  child: ChildProcess;
  /** What it has printed so far. */
  output: { stdout: string; stderr: string };
  exitCode: Promise<number | null>;
}

export interface CommandResult {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** Starts the command, without the API key and the base URL of whoever runs the tests. */
export function start(args: string[], environment: Record<string, string> = {}): RunningCommand {
  return startProcess(process.execPath, ["src/cli.ts", ...args], environment);
}

/** Starts the command `mock`, and waits until it listens. */
export async function startMock(...args: string[]): Promise<RunningCommand & { url: string }> {
  const mock = start(["mock", "--port", "0", ...args]);
  const url = (): string | undefined => /http:\/\/127\.0\.0\.1:\d+(?=\n)/.exec(mock.output.stdout)?.[0];
  await until(() => url() !== undefined);
  return { ...mock, url: url()! };
}

/** Runs the command to its end. */
export function run(args: string[], environment?: Record<string, string>): Promise<CommandResult> {
  return finish(start(args, environment));
}

/** Why the tests on a terminal cannot run, if so: they need the command `script`. */
export const noTerminal =
  spawnSync("script", ["-qec", "true", "/dev/null"]).status === 0 ? undefined : "script of util-linux is missing";

if (noTerminal !== undefined) console.warn(`The tests on a terminal are skipped: ${noTerminal}.`);

/** Starts the command on a terminal of its own. All its output is in `stdout`; what `stdin` gets is typed. */
export function startOnTerminal(args: string[], environment: Record<string, string> = {}): RunningCommand {
  const command = [process.execPath, "src/cli.ts", ...args].map((word) => `'${word}'`).join(" ");
  return startShellOnTerminal(command, environment);
}

/** Starts a line of shell on a terminal of its own. */
export function startShellOnTerminal(command: string, environment: Record<string, string> = {}): RunningCommand {
  return startProcess("script", ["-qec", command, "/dev/null"], { TERM: "xterm-256color", ...environment });
}

/** Runs the command on a terminal to its end. */
export function runOnTerminal(args: string[], environment?: Record<string, string>): Promise<CommandResult> {
  return finish(startOnTerminal(args, environment));
}

/** Waits until the command has ended. */
export async function finish({ output, exitCode }: RunningCommand): Promise<CommandResult> {
  return { exitCode: await exitCode, ...output };
}

/** Variables that change what the command does. A test sets those that it needs. */
const clearedVariables = [
  "CHENYU_API_KEY",
  "CHENYU_BASE_URL",
  "CHENYU_ALLOW_INSECURE_HOSTS",
  "NO_COLOR",
  "FORCE_COLOR",
  "CI",
  "LC_ALL",
  "LC_MESSAGES",
  "LANG",
];

function startProcess(command: string, args: string[], environment: Record<string, string>): RunningCommand {
  const inherited = Object.entries(process.env).filter(([name]) => !clearedVariables.includes(name));
  const child = spawn(command, args, { cwd: root, env: { ...Object.fromEntries(inherited), ...environment } });
  children.push(child);
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (output.stderr += text));
  return { child, output, exitCode: once(child, "close").then(([exitCode]) => exitCode as number | null) };
}

/**
 * Stands in for a container engine: reads a Dockerfile, and starts its command as the first process of a PID namespace, as
 * the user nobody, in a network of its own. A second container can be joined to that network.
 */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { chmod, copyFile, cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeFolder } from "../helpers/temporary-folder.ts";
import { until } from "../helpers/timing.ts";
import { runCommand } from "./commands.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** An instruction of a Dockerfile: its name and what follows it. */
export type Instruction = [name: string, rest: string];

/** Reads the instructions of a Dockerfile, which continues no line. */
export async function readDockerfile(path: string): Promise<Instruction[]> {
  const lines = (await readFile(path, "utf8")).split("\n").filter((line) => /^[^#]/.test(line));
  return lines.map((line) => [/^[A-Z]+/.exec(line)![0], line.replace(/^[A-Z]+ +/, "")]);
}

/** Gives the words of a command that is written as JSON, after `CMD` or an option such as `--interval=2s`. */
export function readWords(rest: string): string[] {
  return JSON.parse(/\[.*\]$/.exec(rest)![0]) as string[];
}

/** What the host name `mock` means in a container. */
export const mockAddress = "10.64.0.10";
const appAddress = "10.64.0.11";

/** The first network interface of the mock, and a cable whose other end is for a second container. */
const plugIn = `ip link add eth0 type veth peer name cable && ip address add ${mockAddress}/24 dev eth0 && ip link set eth0 up`;
// The kernel ends a container, and removes its network, when the test's process has ended.
const unshare = "--pdeathsig KILL unshare --pid --fork --kill-child --net --mount --mount-proc".split(" ");

/** Why no container can be played here, if so. */
export const noContainer =
  spawnSync("setpriv", [...unshare, "sh", "-c", `${plugIn} && setpriv --reuid=65534 --clear-groups true`]).status === 0
    ? undefined
    : "unshare, setpriv or ip is missing, or may not be used";

if (noContainer !== undefined) console.warn(`The tests of containers are skipped: ${noContainer}.`);

/** What an image has: a folder to work in, which holds what the Dockerfile copies and installs, and Node 24. */
export interface Image extends AsyncDisposable {
  folder: string;
  node: string;
  hosts: string;
}

/** Builds the image in a folder that is empty at first. */
export async function buildImage(instructions: Instruction[], tarball: string): Promise<Image> {
  const place = await makeFolder();
  const folder = place.at("mock");
  await mkdir(folder);
  await mkdir(place.at("bin"));
  await chmod(place.path, 0o755); // the user nobody enters it, too
  // A copy, because the folders above node_modules may be closed to that user.
  await copyFile(join(root, "node_modules/node/bin/node"), place.at("bin/node"));
  await chmod(place.at("bin/node"), 0o755);
  await writeFile(place.at("hosts"), `127.0.0.1 localhost\n${mockAddress} mock\n`);
  for (const [name, rest] of instructions) {
    if (name === "COPY") await cp(tarball, join(folder, rest.split(" ").at(-1)!));
    const variables = [`PATH=${place.at("bin")}:${process.env.PATH}`, "npm_config_prefer_offline=true"];
    const line = rest.replace(/^--mount=\S+ /, "");
    if (name === "RUN") await runCommand("env", [...variables, "sh", "-c", line], folder);
  }
  return { ...place, folder, node: place.at("bin/node"), hosts: place.at("hosts") };
}

/** A container that runs. */
export interface Container {
  /** The process of `unshare`, which ends as the container does. */
  child: ChildProcess;
  /** The first process of the container, by its number outside. */
  pid: number;
  exitCode: Promise<number | null>;
  /** What it has written so far. */
  output: { stdout: string; stderr: string };
  /** Runs a command in its network, with its `/etc/hosts`, and returns what it writes to stdout. */
  run: (words: string[], environment?: Record<string, string>) => Promise<string>;
}

/** Starts a command of an image: the mock's, or in a network that is joined to that of a mock. */
export async function startContainer(image: Image, words: string[], mock?: Container): Promise<Container> {
  const { folder, node, hosts } = image;
  const prepare = `ip link set lo up && mount --bind ${hosts} /etc/hosts ${mock ? "" : `&& ${plugIn}`}`;
  const asNobody = "setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs --inh-caps=-all --pdeathsig KILL";
  const line = `${prepare} && exec env -i PATH=/usr/bin:/bin ${asNobody} "$@"`;
  const command = words.map((word) => (word === "node" ? node : word));
  const child = spawn("setpriv", [...unshare, "sh", "-c", line, "sh", ...command], { cwd: folder });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (output.stderr += text));
  const exitCode = once(child, "close").then(([code]) => code as number | null);
  const children = (): string => readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").trim();
  await until(() => children() !== "");
  const pid = Number(children());
  // The command replaces the shell when the network and the hosts are ready.
  await until(() => readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0")[0] === command[0]);
  if (mock !== undefined) await joinNetworks(mock.pid, pid);
  const run = (words: string[], environment: Record<string, string> = {}): Promise<string> => {
    const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    const entry = ["--target", String(pid), "--net", "--mount", `--wd=${folder}`, "env", "-i", ...variables];
    return runCommand("nsenter", [...entry, ...words.map((word) => (word === "node" ? node : word))], folder);
  };
  return { child, pid, exitCode, output, run };
}

/** Lays the cable of a mock into the network of another container. */
async function joinNetworks(mockPid: number, pid: number): Promise<void> {
  const enter = (target: number, line: string): Promise<string> =>
    runCommand("nsenter", ["--target", String(target), "--net", "sh", "-c", line], root);
  await enter(mockPid, `ip link set cable netns ${pid} name eth0`);
  await enter(pid, `ip address add ${appAddress}/24 dev eth0 && ip link set eth0 up`);
}

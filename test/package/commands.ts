/** Runs commands for tests of other processes, and finds the versions of Node that they run on. */
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));

// In npm scripts, `node` is the one of `node_modules`; what stands behind it in the PATH is the system's.
const systemFolders = process.env.PATH!.split(":").filter((folder) => !folder.includes("node_modules"));
const systemNode = systemFolders.map((folder) => join(folder, "node")).find((file) => existsSync(file));

const packageNode = (name: string): string => join(root, "node_modules", name, "bin/node");

/** The versions of Node that tests run on. The system's is Node 20 where the project's CI runs. */
export const nodes: [name: string, path: string][] = [
  ["the system's Node", systemNode ?? process.execPath],
  ["Node 22", packageNode("node22")],
  ["Node 24", packageNode("node")],
  ["Node 26", packageNode("node26")],
];

/** Other runtimes, where this machine has them. */
export const otherRuntimes: [name: string, words: string[]][] = [
  ["Bun", ["bun"]],
  ["Deno", ["deno", "run", "--allow-net", "--allow-env", "--allow-read"]],
];

export const missingRuntimes: string[] = otherRuntimes
  .filter(([, [command]]) => !systemFolders.some((folder) => existsSync(join(folder, command!))))
  .map(([name]) => name);

if (missingRuntimes.length > 0)
  console.warn(`The tests on ${missingRuntimes.join(" and ")} are skipped: not installed.`);

/** Runs a command in a folder, and returns what it writes to stdout. If it fails, the error has all that it wrote. */
export async function runCommand(command: string, args: string[], folder: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(command, args, { cwd: folder });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }; // compilers write their errors to stdout
    throw new Error(`${command} ${args.join(" ")}\n${stdout}${stderr}`, { cause: error });
  }
}

/** Lists the processes that work in a folder. */
export function listProcesses(folder: string): number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === folder;
    } catch {
      return false; // it has ended meanwhile
    }
  });
}

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { connect, createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A running program that listens on a port. */
export interface Program {
  /** Kills it with all processes that it has started. */
  kill(): Promise<void>;
}

/** Debian keeps servers where only root looks for programs. */
export const systemEnvironment = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };

const startTimeoutMs = 20_000;
const running = new Set<ChildProcess>();

/** Starts a program, and waits until it listens. What it prints goes to `output.log` in its folder. */
export async function startProgram(
  command: string,
  parameters: string[],
  port: number,
  folder: string,
): Promise<Program> {
  const outputPath = join(folder, "output.log");
  const output = openSync(outputPath, "w");
  // Detached, so that it has a process group of its own.
  const options = { cwd: folder, env: { ...systemEnvironment, HOME: folder }, detached: true };
  const child = spawn(command, parameters, { ...options, stdio: ["ignore", output, output] });
  closeSync(output);
  running.add(child);
  const failure = once(child, "exit").catch((error: unknown) => [error]);
  let ended: unknown[] | undefined;
  void failure.then((values) => (ended = values));
  const kill = async (): Promise<void> => {
    killGroup(child);
    await failure;
    running.delete(child);
    while (await listens(port)) await sleep(5);
  };
  const deadline = performance.now() + startTimeoutMs;
  while (!(await listens(port))) {
    if (ended === undefined && performance.now() < deadline) await sleep(10);
    else {
      await kill();
      const printed = (await readFile(outputPath, "utf8")).trim().split("\n").slice(-3).join(" ");
      throw new Error(`${command} does not listen (${String(ended ?? "running")}): ${printed}`);
    }
  }
  return { kill };
}

/** Kills all that is still running. For the end of this process. */
export function killAll(): void {
  for (const child of running) killGroup(child);
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (Object(error).code !== "ESRCH") throw error; // it has ended by itself
  }
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // not a pipe
  server.close();
  await once(server, "close");
  return port;
}

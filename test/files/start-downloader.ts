import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Task } from "./downloader.ts";

export interface Downloader extends Disposable {
  child: ChildProcess;
  /** What it tells in the end; `undefined` if it was killed before. */
  told: Promise<Record<string, unknown> | undefined>;
  /** With which code, or by which signal, it has ended, and what it has written to stderr. */
  ended: Promise<{ code: number | null; stderr: string }>;
}

/** Starts a process that downloads, and waits until it has begun. @param command - What starts Node, before its path. */
export async function startDownloader(task: Task, command: string[] = []): Promise<Downloader> {
  const script = fileURLToPath(new URL("./downloader.ts", import.meta.url));
  const [file, ...args] = [...command, process.execPath, "--unhandled-rejections=strict", script, JSON.stringify(task)];
  const child = spawn(file!, args, { stdio: ["ignore", "pipe", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (bytes) => (stderr += bytes));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, stderr }));
  const first = await lines.next();
  if (first.done) throw new Error(stderr);
  const told = lines.next().then(({ value }) => (value === undefined ? undefined : JSON.parse(value)));
  return { child, told, ended, [Symbol.dispose]: () => void child.kill("SIGKILL") };
}

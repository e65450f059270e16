/** A process that locks files on request: each message is one request, and is answered by one message. */
import { closeSync, openSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { lockFile, type FileLock } from "../../src/files/lock.ts";
import { caught } from "../helpers/caught.ts";

export interface LockRequest {
  /**
   * `lock` tells whether it was free. `lockWithoutHandles` tells the error of a process that has no file handle left. `count`
   * adds 25 to the number in a file beside the lock, one at a time, each time under the lock.
   */
  action: "lock" | "lockWithoutHandles" | "isHeld" | "release" | "count";
  path: string;
}

const locks = new Map<string, FileLock>();

async function handle({ action, path }: LockRequest): Promise<unknown> {
  if (action === "count") return count(path);
  if (action === "lockWithoutHandles") return lockWithoutHandles(path);
  if (action !== "lock") return locks.get(path)?.[action]();
  const lock = await lockFile(path);
  if ("release" in lock) locks.set(path, lock);
  return "release" in lock;
}

async function count(path: string): Promise<void> {
  const counter = `${path}.counter`;
  for (let done = 0; done < 25;) {
    const lock = await lockFile(path);
    if ("retryAfterMs" in lock) continue;
    await writeFile(counter, String(Number(await readFile(counter, "utf8")) + 1));
    await lock.release();
    done++;
  }
}

async function lockWithoutHandles(path: string): Promise<unknown> {
  const files: number[] = [];
  await caught(() => {
    for (;;) files.push(openSync("/dev/null", "r"));
  });
  const error = await caught(lockFile(path));
  for (const file of files) closeSync(file);
  return (error as NodeJS.ErrnoException).code;
}

process.on("message", async (request: LockRequest) => process.send!({ result: await handle(request) }));
process.send!({ result: "started" });

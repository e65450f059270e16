/** A process that locks files on request: each message is one request, and is answered by one message. */
import { readFile, writeFile } from "node:fs/promises";
import { lockFile, type FileLock } from "../../src/files/lock.ts";

export interface LockRequest {
  /** `count` adds 25 to the number in a file beside the lock, one at a time, each time under the lock. */
  action: "lock" | "isHeld" | "release" | "count";
  path: string;
}

const locks = new Map<string, FileLock | undefined>();

async function handle({ action, path }: LockRequest): Promise<unknown> {
  if (action === "count") return count(path);
  if (action !== "lock") return locks.get(path)?.[action]();
  locks.set(path, await lockFile(path));
  return locks.get(path) !== undefined;
}

async function count(path: string): Promise<void> {
  const counter = `${path}.counter`;
  for (let done = 0; done < 25;) {
    const lock = await lockFile(path);
    if (lock === undefined) continue;
    await writeFile(counter, String(Number(await readFile(counter, "utf8")) + 1));
    await lock.release();
    done++;
  }
}

process.on("message", async (request: LockRequest) => process.send!({ result: await handle(request) }));
process.send!({ result: "started" });

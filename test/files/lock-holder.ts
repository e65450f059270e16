/** A process that takes locks as it is told to, by messages. */
import { readFile, writeFile } from "node:fs/promises";
import { lockFile, type FileLock } from "../../src/files/lock.ts";

export interface Order {
  /** `count` counts 25 up in a file beside the lock, each time under the lock. */
  verb: "lock" | "isHeld" | "release" | "count";
  path: string;
}

const locks = new Map<string, FileLock | undefined>();

async function obey({ verb, path }: Order): Promise<unknown> {
  if (verb === "count") return count(path);
  if (verb !== "lock") return locks.get(path)?.[verb]();
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

process.on("message", async (order: Order) => process.send!({ result: await obey(order) }));
process.send!({ result: "started" });

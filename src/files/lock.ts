import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { readFile, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { codeOf } from "./disk-errors.ts";

/** A lock that this process holds. */
export interface FileLock {
  /** Whether this process still holds it. A lock not touched for 30 seconds, as on a sleeping machine, may be taken over. */
  isHeld(): Promise<boolean>;
  /** Releases the lock, if it is still held. */
  release(): Promise<void>;
}

/** The content of a lock file: who holds it. The token tells the owner's locks apart. */
interface Owner {
  pid: number;
  host: string;
  startedAtMs: number;
  token: string;
}

const touchEveryMs = 5000;
const staleAfterMs = 30_000;
/** For a lock file without content: its owner is about to write it, or was killed before it could. */
const unwrittenAfterMs = 10_000;
/** The same in each copy of this module and in each thread, and unmoved by changes of the clock. */
const startedAtMs = performance.timeOrigin;

/**
 * Takes a lock, by a file that every process can see. The lock of a dead owner is taken over: at once on the same host,
 * after 30 seconds from another host. Does not keep the process alive.
 *
 * @returns `undefined` if the lock is held, also by this process.
 */
export async function lockFile(path: string): Promise<FileLock | undefined> {
  const owner: Owner = { pid: process.pid, host: hostname(), startedAtMs, token: randomBytes(8).toString("hex") };
  // A dangling link looks free each time (`stat` finds nothing), but no lock can be made there. Hence the limit.
  for (let attempt = 0; attempt < 10; attempt++) {
    if (await create(path, owner)) return keepTouching(path, owner);
    if (!(await removeStaleLock(path))) return undefined;
  }
  return undefined;
}

/**
 * Makes and writes the lock file in one call. A process that is killed between two calls would leave an empty one.
 *
 * @returns Whether the lock was free.
 */
async function create(path: string, owner: Owner): Promise<boolean> {
  try {
    writeFileSync(path, JSON.stringify(owner), { flag: "wx" });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    await rm(path, { force: true }).catch(() => {}); // it was made, but not written
    throw error;
  }
}

/**
 * Removes the lock of a dead owner. It takes a recovery lock first: else a second process that has seen the same dead owner
 * could remove the first one's new lock.
 *
 * @returns Whether the lock may now be free.
 */
async function removeStaleLock(path: string): Promise<boolean> {
  const state = await stateOf(path);
  if (state !== "stale") return state === "free";
  const recovery = await lockFile(`${path}.recovery`);
  if (recovery === undefined) return false;
  try {
    if ((await stateOf(path)) === "stale") await rm(path, { force: true });
    return true;
  } finally {
    await recovery.release();
  }
}

function keepTouching(path: string, { token }: Owner): FileLock {
  const isHeld = async (): Promise<boolean> => (await readLock(path))?.owner?.token === token;
  const touch = async (): Promise<void> => {
    if (await isHeld()) await utimes(path, new Date(), new Date());
    else clearInterval(timer);
  };
  // A failed touch may succeed the next time. If it does not, `isHeld` will show it.
  const timer = setInterval(() => void touch().catch(() => {}), touchEveryMs).unref();
  let released: Promise<void> | undefined;
  const release = async (): Promise<void> => {
    clearInterval(timer);
    if (await isHeld()) await rm(path, { force: true });
  };
  return { isHeld, release: () => (released ??= release()) };
}

async function stateOf(path: string): Promise<"free" | "held" | "stale"> {
  const found = await readLock(path);
  if (found === undefined) return "free";
  const { owner, ageMs } = found;
  const isDead = owner?.host === hostname() && !isRunning(owner);
  return isDead || ageMs > (owner === undefined ? unwrittenAfterMs : staleAfterMs) ? "stale" : "held";
}

/** A restarted process, as in a container, may have the id of its predecessor. */
function isRunning({ pid, startedAtMs: itsStartMs }: Owner): boolean {
  if (pid === process.pid) return itsStartMs === startedAtMs;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) !== "ESRCH"; // EPERM: the process belongs to another user
  }
}

/** @returns `undefined` if there is no lock file. */
async function readLock(path: string): Promise<{ owner: Owner | undefined; ageMs: number } | undefined> {
  try {
    const stats = await stat(path);
    // Reading a pipe or a device may never end.
    const mayEnd = stats.isFile() || stats.isDirectory();
    const owner = mayEnd ? parseOwner(await readFile(path, "utf8")) : undefined;
    // A time in the future is as stale as one long past.
    return { owner, ageMs: Math.abs(Date.now() - stats.mtimeMs) };
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function parseOwner(text: string): Owner | undefined {
  try {
    return Object(JSON.parse(text)) as Owner; // its fields are compared, whatever they are
  } catch {
    return undefined;
  }
}

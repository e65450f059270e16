import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { readFile, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";

/** A lock that this process holds. */
export interface FileLock {
  /** Whether it still does: a lock that was not touched for 30 seconds, as in a machine asleep, may be taken over. */
  isHeld(): Promise<boolean>;
  /** Gives the lock back, where it is still held. */
  release(): Promise<void>;
}

/** What a lock's file says: who holds it, and by a token which of its owner's locks it is. */
interface Owner {
  pid: number;
  host: string;
  startedAtMs: number;
  token: string;
}

const touchEveryMs = 5000;
const staleAfterMs = 30_000;
/** For a lock without content: its owner is about to write it, or was killed before. */
const unwrittenAfterMs = 10_000;
/** The same in each copy of this module and in each thread, whatever becomes of the clock. */
const startedAtMs = performance.timeOrigin;

/**
 * Locks by a file, against every process that sees it. What a dead owner has left is taken over at once on the same host,
 * after 30 seconds from another one. Does not keep the process alive.
 *
 * @returns `undefined` when somebody else holds the lock, be it in this process.
 */
export async function lockFile(path: string): Promise<FileLock | undefined> {
  const owner: Owner = { pid: process.pid, host: hostname(), startedAtMs, token: randomBytes(8).toString("hex") };
  // A link to nowhere looks free each time, and yet takes no lock.
  for (let attempt = 0; attempt < 10; attempt++) {
    if (await create(path, owner)) return hold(path, owner);
    if (!(await clear(path))) return undefined;
  }
  return undefined;
}

/**
 * Makes the lock in one go, for a process that is killed between making it and writing it leaves one that says nothing.
 *
 * @returns Whether there was none.
 */
async function create(path: string, owner: Owner): Promise<boolean> {
  try {
    writeFileSync(path, JSON.stringify(owner), { flag: "wx" });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    await rm(path, { force: true }).catch(() => {}); // where it was made, but could not be written
    throw error;
  }
}

/**
 * Removes the lock of a dead owner. Under a lock of its own, for whoever finds the same dead owner a moment later would
 * remove the lock that the first one has made meanwhile.
 *
 * @returns Whether the lock may now be free.
 */
async function clear(path: string): Promise<boolean> {
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

function hold(path: string, { token }: Owner): FileLock {
  const isHeld = async (): Promise<boolean> => (await read(path))?.owner?.token === token;
  const touch = async (): Promise<void> => {
    if (await isHeld()) await utimes(path, new Date(), new Date());
    else clearInterval(timer);
  };
  // What fails now may work the next time; if not, `isHeld` will tell.
  const timer = setInterval(() => void touch().catch(() => {}), touchEveryMs).unref();
  let released: Promise<void> | undefined;
  const release = async (): Promise<void> => {
    clearInterval(timer);
    if (await isHeld()) await rm(path, { force: true });
  };
  return { isHeld, release: () => (released ??= release()) };
}

async function stateOf(path: string): Promise<"free" | "held" | "stale"> {
  const found = await read(path);
  if (found === undefined) return "free";
  const { owner, ageMs } = found;
  const isDead = owner?.host === hostname() && !isRunning(owner);
  return isDead || ageMs > (owner === undefined ? unwrittenAfterMs : staleAfterMs) ? "stale" : "held";
}

/** A process that was started anew, as in a container, may have the id that its predecessor had. */
function isRunning({ pid, startedAtMs: itsStartMs }: Owner): boolean {
  if (pid === process.pid) return itsStartMs === startedAtMs;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) !== "ESRCH"; // those of another user may not be asked
  }
}

/** @returns `undefined` when there is none. */
async function read(path: string): Promise<{ owner: Owner | undefined; ageMs: number } | undefined> {
  try {
    const stats = await stat(path);
    // A pipe or a device may never end to be read.
    const mayEnd = stats.isFile() || stats.isDirectory();
    const owner = mayEnd ? parseOwner(await readFile(path, "utf8")) : undefined;
    // A time ahead of this clock tells as little of an owner as one long past.
    return { owner, ageMs: Math.abs(Date.now() - stats.mtimeMs) };
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function parseOwner(text: string): Owner | undefined {
  try {
    return Object(JSON.parse(text)) as Owner;
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

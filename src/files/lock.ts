import { randomBytes } from "node:crypto";
import { closeSync, constants, openSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { clearInterval, setInterval } from "node:timers"; // the global ones may be a page's, without `unref`
import { codeOf } from "./disk-errors.ts";
import { removeFile, retryWhileInUse } from "./disk-retry.ts";
import { describeHolder, describeOwner, isDead, parseOwner, type Owner } from "./lock-owner.ts";

/** A lock that this process holds. */
export interface FileLock {
  /**
   * Touches the lock, and tells whether this process still holds it. A lock not touched for 30 seconds, as on a sleeping
   * machine, may be taken over.
   */
  isHeld(): Promise<boolean>;
  /** Whether a touch, one each five seconds, has found that another process holds it, or that it is gone. */
  isLost(): boolean;
  /** Releases the lock, if it is still held. */
  release(): Promise<void>;
}

/** A lock that somebody else holds. */
export interface BusyLock {
  /** In how many milliseconds it may be taken over, unless its owner touches it until then. */
  retryAfterMs: number;
  /** Who holds it, if this process can see that. Then it lives. */
  holder: string | undefined;
}

const touchEveryMs = 5000;
const staleAfterMs = 30_000;
/** For a lock file without content: its owner is about to write it, or was killed before it could. */
const unwrittenAfterMs = 10_000;

/**
 * Takes a lock, by a file that every process can see. The lock of a dead owner is taken over: at once if this process can
 * see that it is dead, else after 30 seconds, as from another host or container. Does not keep the process alive.
 */
export function lockFile(path: string): Promise<FileLock | BusyLock> {
  // As long as the path: where the lock can be made, its takeover cannot fail for a name that is too long.
  const recoveryPaths = [1, 2].map((level) => `${path.slice(0, -1)}${level}`);
  return takeLock(path, recoveryPaths);
}

/** @param recoveryPaths - Locks of the takeover, of the takeover of that lock, and so on. */
async function takeLock(path: string, recoveryPaths: string[]): Promise<FileLock | BusyLock> {
  const content = describeOwner();
  // On Windows, a dangling link looks free each time, but no lock can be made there. Hence the limit.
  for (let attempt = 0; attempt < 10; attempt++) {
    // Not for long: where no file may be made, nobody waits for it.
    const isMade = await retryWhileInUse(async () => makeLock(path, content), [20, 80]);
    if (isMade) return keepTouching(path, content);
    const found = await findLock(path);
    if (found === undefined) continue;
    const { restMs, holder } = found;
    if (restMs > 0) return { retryAfterMs: Math.ceil(restMs), holder };
    const recovery = await removeStaleLock(path, recoveryPaths);
    if (recovery !== undefined) return recovery;
  }
  return { retryAfterMs: touchEveryMs, holder: undefined };
}

/**
 * Makes and writes the lock file without a wait in between: a process that is killed there would leave an empty one.
 *
 * @returns Whether the lock was free.
 */
function makeLock(path: string, content: string): boolean {
  let file: number;
  try {
    file = openSync(path, "wx");
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error; // nothing was made, so whatever is there is another owner's
  }
  try {
    writeAndClose(file, content);
    return true;
  } catch (error) {
    unlinkSync(path);
    throw error;
  }
}

/** Some network file systems report a failed write only when the file is closed. */
function writeAndClose(file: number, content: string): void {
  try {
    writeFileSync(file, content);
  } finally {
    closeSync(file);
  }
}

/**
 * Removes the lock of a dead owner. It takes a recovery lock first: else a second process that has seen the same dead owner
 * could remove the first one's new lock. The last recovery lock has none of its own: only two processes killed during
 * takeovers leave it behind.
 *
 * @returns The recovery lock, if somebody else holds it.
 */
async function removeStaleLock(path: string, recoveryPaths: string[]): Promise<BusyLock | undefined> {
  const [recoveryPath, ...rest] = recoveryPaths;
  const recovery = recoveryPath === undefined ? undefined : await takeLock(recoveryPath, rest);
  if (recovery !== undefined && "retryAfterMs" in recovery) return recovery;
  try {
    if ((await findLock(path))?.restMs === 0) await removeFile(path);
  } finally {
    await recovery?.release();
  }
  return undefined;
}

function keepTouching(path: string, content: string): FileLock {
  const isHeld = (): Promise<boolean> => touch(path, content);
  let isLost = false;
  const touchOrStop = async (): Promise<void> => {
    isLost = !(await isHeld());
    if (isLost) clearInterval(timer);
  };
  // A failed touch may succeed the next time. If it does not, `isHeld` will show it.
  const timer = setInterval(() => void touchOrStop().catch(ignore), touchEveryMs).unref();
  const release = async (): Promise<void> => {
    clearInterval(timer);
    if (await isHeld()) await removeFile(path);
  };
  return { isHeld, isLost: () => isLost, release };
}

/**
 * Writes the same content anew, if the lock has it. The file system then sets the time, by its own clock.
 *
 * The file is opened each time. Some systems set the time only when it is closed, and on Windows, the name of a removed
 * file stays taken while it is open. If the lock is replaced meanwhile, this writes to the old file.
 *
 * @returns Whether the lock has this content.
 */
async function touch(path: string, content: string): Promise<boolean> {
  const file = await openIfExists(path, constants.O_RDWR);
  if (file === undefined) return false;
  try {
    if ((await readStart(file)) !== content) return false;
    await file.write(content, 0).catch(ignore); // a full disk is no sign that the lock is lost
    return true;
  } finally {
    await file.close().catch(ignore);
  }
}

/** @returns How long the lock is still respected, and who holds it. `undefined` if there is none. */
async function findLock(path: string): Promise<{ restMs: number; holder: string | undefined } | undefined> {
  const lock = await readLock(path);
  if (lock === undefined) return undefined;
  const { owner, mtimeMs } = lock;
  if (owner !== undefined && isDead(owner)) return { restMs: 0, holder: undefined };
  const limitMs = owner === undefined ? unwrittenAfterMs : staleAfterMs;
  const ageMs = readClock(dirname(path)) - mtimeMs;
  // A time in the future is as stale as one long past.
  const restMs = Math.abs(ageMs) < limitMs ? limitMs - ageMs : 0;
  return { restMs, holder: owner && describeHolder(owner) };
}

async function readLock(path: string): Promise<{ owner: Owner | undefined; mtimeMs: number } | undefined> {
  const file = await openIfExists(path, constants.O_RDONLY);
  if (file === undefined) return undefined;
  try {
    return { owner: parseOwner(await readStart(file)), mtimeMs: (await file.stat()).mtimeMs };
  } finally {
    await file.close();
  }
}

/**
 * Reads the clock of a folder's file system: that of a network folder is its server's, not this host's. Without a wait in
 * between: a process that is killed there would leave the file.
 */
function readClock(folder: string): number {
  const path = join(folder, `.chenyu-assets-${randomBytes(8).toString("hex")}`);
  try {
    writeFileSync(path, "clock", { flag: "wx" });
    return statSync(path).mtimeMs;
  } finally {
    removeProbe(path);
  }
}

/** Removes it at once, because the process can be killed. Nobody waits for a virus scanner that holds it. */
function removeProbe(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    removeFile(path).catch(ignore);
  }
}

/** Opens a lock, but no link in its place. Windows has no such flags: they count as 0 there. */
async function openIfExists(path: string, access: number): Promise<FileHandle | undefined> {
  try {
    return await retryWhileInUse(() => open(path, access | constants.O_NOFOLLOW | constants.O_NONBLOCK));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Reads at a position: a pipe refuses that, where it would else wait for a writer. No lock is longer. */
async function readStart(file: FileHandle): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(1024), 0, 1024, 0);
  return buffer.toString("utf8", 0, bytesRead);
}

function ignore(): void {}

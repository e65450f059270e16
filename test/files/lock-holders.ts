/** What the tests of the lock share: locks that other processes hold, and locks of a given age. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { utimes } from "node:fs/promises";
import { expect } from "vitest";
import { lockFile, type BusyLock, type FileLock } from "../../src/files/lock.ts";
import type { TemporaryFolder } from "../helpers/temporary-folder.ts";
import type { LockRequest } from "./lock-holder.ts";

/** Another process that locks a file. */
export interface LockHolder extends Disposable {
  child: ChildProcess;
  request(action: LockRequest["action"]): Promise<unknown>;
  kill(): Promise<void>;
}

/** @param command - Starts Node, whose path follows. */
export async function startLockHolder(path: string, command: string[] = []): Promise<LockHolder> {
  const [execPath, ...execArgv] = [...command, process.execPath];
  const child = fork(new URL("./lock-holder.ts", import.meta.url), { execPath: execPath!, execArgv });
  const nextResult = async (): Promise<unknown> => {
    const [{ result }] = (await once(child, "message")) as [{ result: unknown }];
    return result;
  };
  await nextResult();
  return {
    child,
    request(action) {
      child.send({ action, path } satisfies LockRequest);
      return nextResult();
    },
    async kill() {
      child.kill("SIGKILL");
      await once(child, "exit");
    },
    [Symbol.dispose]: () => void child.kill("SIGKILL"),
  };
}

export function isFree(lock: FileLock | BusyLock): lock is FileLock {
  return "release" in lock;
}

/** Takes a lock that is free. */
export async function takeLock(path: string): Promise<FileLock> {
  const lock = await lockFile(path);
  if (!isFree(lock)) throw new Error(`${path} is held for ${lock.retryAfterMs} ms more`);
  return lock;
}

export async function expectFree(path: string, folder: TemporaryFolder): Promise<void> {
  const lock = await takeLock(path);
  expect(await lock.isHeld()).toBe(true);
  await lock.release();
  expect(await folder.names()).toEqual([]);
}

/** Expects a lock that is held for at most so long if nobody touches it. */
export async function expectHeld(path: string, maxMs = 30_000): Promise<void> {
  const lock = await lockFile(path);
  if (isFree(lock)) throw new Error(`${path} was free`);
  expect(lock.retryAfterMs).toBeGreaterThan(0);
  expect(lock.retryAfterMs).toBeLessThanOrEqual(maxMs + 10); // a file's time may be a clock tick behind
}

export async function setAge(path: string, ageMs: number): Promise<void> {
  const time = new Date(Date.now() - ageMs);
  await utimes(path, time, time);
}

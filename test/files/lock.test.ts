/** `lockFile` in one process: whose lock it respects, and whose it takes over. Races are in lock-race.test.ts. */
import { spawnSync } from "node:child_process";
import { utimesSync, writeFileSync } from "node:fs";
import { link, mkdir, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { lockFile } from "../../src/files/lock.ts";
import { makeFolder, type TemporaryFolder } from "../helpers/temporary-folder.ts";

vi.mock(import("node:fs"), async (original) => {
  const actual = await original();
  return { ...actual, writeFileSync: vi.fn<typeof writeFileSync>(actual.writeFileSync) };
});
vi.mock(import("node:fs/promises"), async (original) => {
  const actual = await original();
  return { ...actual, utimes: vi.fn<typeof utimes>(actual.utimes) };
});
const { writeFileSync: actualWriteFileSync } = await vi.importActual<typeof import("node:fs")>("node:fs");

let folder: TemporaryFolder;
let path: string;
beforeEach(async () => {
  folder = await makeFolder();
  path = folder.at("a.png.part.lock");
});
afterEach(async () => {
  vi.useRealTimers();
  await folder[Symbol.asyncDispose]();
});

/** Writes a lock as another process would. A text is its whole content. */
async function leaveLock(owner: unknown, ageMs = 0): Promise<void> {
  await writeFile(path, typeof owner === "string" ? owner : JSON.stringify(owner));
  await setAge(ageMs);
}

async function setAge(ageMs: number): Promise<void> {
  const time = new Date(Date.now() - ageMs);
  await utimes(path, time, time);
}

async function ageMs(): Promise<number> {
  return Date.now() - (await stat(path)).mtimeMs;
}

function useFakeIntervals(): void {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
}

async function expectHeld(): Promise<void> {
  expect(await lockFile(path)).toBeUndefined();
}

async function expectFree(): Promise<void> {
  const lock = await lockFile(path);
  expect(await lock?.isHeld()).toBe(true);
  await lock!.release();
  expect(await folder.names()).toEqual([]);
}

const myStartMs = performance.timeOrigin;
const mine = { pid: process.pid, host: hostname(), startedAtMs: myStartMs, token: "mine" };
const dead = { ...mine, pid: spawnSync(process.execPath, ["--version"]).pid };
const foreign = { ...mine, host: "elsewhere.example" };

test.each<[whose: string, owner: unknown, ageMs?: number]>([
  ["of a dead process", dead],
  ["of a dead process that had the id of this one", { ...mine, startedAtMs: myStartMs - 60_000 }],
  ["of another host, 31 s old", foreign, 31_000],
  ["of another host, 31 s in the future", foreign, -31_000],
  ["of a process whose id another one has now, 31 s old", { ...mine, pid: process.ppid }, 31_000],
  ["without content, 11 s old", "", 11_000],
  ["that is half written, 11 s old", '{"pid":', 11_000],
  ["with other content, 31 s old", "null", 31_000],
])("lockFile takes over a lock %s", async (_whose, owner, age) => {
  await leaveLock(owner, age);
  await expectFree();
});

test("lockFile takes over from a process that died while it took over from a dead one", async () => {
  await leaveLock(dead);
  await link(path, `${path}.recovery`);
  await expectFree();
});

test.each<[whose: string, owner: unknown, ageMs?: number]>([
  ["of this process", mine],
  ["of a running process of this host", { ...mine, pid: process.ppid }],
  ["of a process of another user", { ...mine, pid: 1 }],
  ["of another host, 25 s old", foreign, 25_000],
  ["without content, 5 s old", "", 5000],
  ["that is half written, 5 s old", '{"pid":', 5000],
  ["with other content, 25 s old", "7", 25_000],
  ["with an invalid process id", { ...mine, pid: "none" }],
])("lockFile respects a lock %s", async (_whose, owner, age) => {
  await leaveLock(owner, age);
  await expectHeld();
  expect(await folder.names()).toEqual(["a.png.part.lock"]);
});

test("lockFile respects an old lock while another process takes it over", async () => {
  await leaveLock(foreign, 31_000);
  await writeFile(`${path}.recovery`, JSON.stringify(mine));
  await expectHeld();
});

test("lockFile respects an old lock that another process has taken over a moment before", async () => {
  await leaveLock(foreign, 31_000);
  vi.mocked(writeFileSync)
    .mockImplementationOnce(actualWriteFileSync)
    .mockImplementationOnce((recovery, ...content) => {
      actualWriteFileSync(path, JSON.stringify(mine));
      utimesSync(path, new Date(), new Date());
      actualWriteFileSync(recovery, ...content);
    });
  await expectHeld();
  expect(await folder.names()).toEqual(["a.png.part.lock"]);
});

test("lockFile gives a lock once, and again after its release", async () => {
  const lock = await lockFile(path);
  await expectHeld();
  await lock!.release();
  await expectFree();
});

test("a lock is touched every 5 s, so that it does not become old", async () => {
  useFakeIntervals();
  const lock = await lockFile(path);
  await setAge(60_000);
  vi.advanceTimersByTime(5000);
  await vi.waitFor(async () => expect(await ageMs()).toBeLessThan(10_000));
  await lock!.release();
  expect(vi.getTimerCount()).toBe(0);
});

test("a lock that another process has taken over is not held, touched or removed any more", async () => {
  useFakeIntervals();
  const lock = await lockFile(path);
  await leaveLock(foreign, 20_000);
  expect(await lock!.isHeld()).toBe(false);
  vi.advanceTimersByTime(5000);
  await vi.waitFor(() => expect(vi.getTimerCount()).toBe(0));
  expect(await ageMs()).toBeGreaterThan(19_000);
  await lock!.release();
  expect(await readFile(path, "utf8")).toBe(JSON.stringify(foreign));
});

test("a second release does not remove the next owner's lock", async () => {
  const lock = await lockFile(path);
  await Promise.all([lock!.release(), lock!.release()]);
  expect(await lock!.isHeld()).toBe(false);
  const nextLock = await lockFile(path);
  await lock!.release();
  expect(await nextLock!.isHeld()).toBe(true);
  await nextLock!.release();
});

test("a lock is touched again after a touch has failed", async () => {
  useFakeIntervals();
  const lock = await lockFile(path);
  await setAge(60_000);
  vi.mocked(utimes).mockClear().mockRejectedValueOnce(new Error("EIO"));
  vi.advanceTimersByTime(5000);
  await vi.waitFor(() => expect(vi.mocked(utimes).mock.settledResults).toMatchObject([{ type: "rejected" }]));
  vi.advanceTimersByTime(5000);
  await vi.waitFor(async () => expect(await ageMs()).toBeLessThan(10_000));
  await lock!.release();
});

test("a lock that cannot be read rejects, and is not touched any more after its release", async () => {
  useFakeIntervals();
  const lock = await lockFile(path);
  await rm(path);
  await mkdir(path);
  await expect(lock!.isHeld()).rejects.toThrow("EISDIR");
  expect(vi.getTimerCount()).toBe(1);
  await expect(lock!.release()).rejects.toThrow("EISDIR");
  expect(vi.getTimerCount()).toBe(0);
});

test("lockFile rejects when the lock cannot be written, and leaves none", async () => {
  vi.mocked(writeFileSync).mockImplementationOnce((file) => {
    actualWriteFileSync(file, "");
    throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
  });
  await expect(lockFile(path)).rejects.toThrow("ENOSPC");
  expect(await folder.names()).toEqual([]);
  await writeFile(path, "");
  await expect(lockFile(join(path, "lock"))).rejects.toThrow("ENOTDIR");
});

test("lockFile does not wait for a pipe in the place of the lock", async () => {
  spawnSync("mkfifo", [path]);
  await expectHeld();
});

test("lockFile gives no lock when there is a link that leads nowhere", async () => {
  await symlink(folder.at("nowhere"), path);
  await expectHeld();
  expect(await folder.names()).toEqual(["a.png.part.lock"]);
});

test("lockFile rejects when the folder is missing, or a folder is in the place of the lock", async () => {
  await expect(lockFile(folder.at("none/lock"))).rejects.toThrow("ENOENT");
  await mkdir(path);
  await expect(lockFile(path)).rejects.toThrow("EISDIR");
  expect(await folder.names()).toEqual(["a.png.part.lock"]);
});

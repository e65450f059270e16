/** A lock that this process holds: it is touched, looked at and released. */
import { copyFile, mkdir, open, readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { makeFolder, type TemporaryFolder } from "../helpers/temporary-folder.ts";
import { expectFree, expectHeld, setAge, startLockHolder, takeLock } from "./lock-holders.ts";

// Vitest fakes only the global timers.
vi.mock(import("node:timers"), async (original) => ({
  ...(await original()),
  setInterval: ((run: () => void, everyMs: number) => setInterval(run, everyMs)) as typeof setInterval,
  clearInterval: (timer) => clearInterval(timer),
}));
vi.mock(import("node:fs/promises"), async (original) => {
  const actual = await original();
  return { ...actual, open: vi.fn<typeof open>(actual.open) };
});
let folder: TemporaryFolder;
let path: string;
beforeEach(async () => {
  folder = await makeFolder();
  path = folder.at("a.png.part.lock");
});
afterEach(async () => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
  await folder[Symbol.asyncDispose]();
});

async function ageMs(): Promise<number> {
  return Date.now() - (await stat(path)).mtimeMs;
}

function useFakeIntervals(): void {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
}

test("lockFile gives a lock once, and again after its release", async () => {
  const lock = await takeLock(path);
  await expectHeld(path);
  await lock.release();
  await expectFree(path, folder);
});

test("a lock is touched every 5 s, so that it does not become old", async () => {
  useFakeIntervals();
  const lock = await takeLock(path);
  await setAge(path, 60_000);
  vi.advanceTimersByTime(5000);
  await vi.waitFor(async () => expect(await ageMs()).toBeLessThan(10_000));
  await lock.release();
  expect(vi.getTimerCount()).toBe(0);
});

// The time of a lock is the file system's, whatever the clock of its owner's host says.
test.each([-40_000, 40_000])("a lock is respected when its owner's clock is %d ms off", async (offsetMs) => {
  using other = await startLockHolder(path);
  useFakeIntervals();
  const lock = await takeLock(path);
  await setAge(path, 25_000);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + offsetMs });
  expect(await lock.isHeld()).toBe(true);
  vi.useRealTimers();
  await expectHeld(path);
  expect(await ageMs()).toBeLessThan(10_000);
  expect(await other.request("lock")).toBe(false);
  await lock.release();
});

test("a lock that another process has taken over is not held, touched or removed any more", async () => {
  useFakeIntervals();
  const lock = await takeLock(path);
  await writeFile(path, "of another process");
  await setAge(path, 20_000);
  expect(await lock.isHeld()).toBe(false);
  vi.advanceTimersByTime(5000);
  await vi.waitFor(() => expect(vi.getTimerCount()).toBe(0));
  expect(await ageMs()).toBeGreaterThan(19_000);
  await lock.release();
  expect(await readFile(path, "utf8")).toBe("of another process");
});

test("a lock that was replaced while it is touched stays as it is", async () => {
  const lock = await takeLock(path);
  const { open: actualOpen } = await vi.importActual<typeof import("node:fs/promises")>("node:fs/promises");
  vi.mocked(open).mockImplementationOnce(async (...args) => {
    const file = await actualOpen(...args);
    await rename(path, folder.at("old"));
    await writeFile(path, "of another process");
    await setAge(path, 20_000);
    return file;
  });
  await lock.isHeld();
  expect(await readFile(path, "utf8")).toBe("of another process");
  expect(await ageMs()).toBeGreaterThan(19_000);
  expect(await lock.isHeld()).toBe(false);
  await lock.release();
});

// Some network and FUSE file systems change the number of a file, or have none.
test("a lock is held by its content, whatever file it is in", async () => {
  const lock = await takeLock(path);
  await copyFile(path, folder.at("copy"));
  await rename(folder.at("copy"), path);
  expect(await lock.isHeld()).toBe(true);
  await lock.release();
  expect(await folder.names()).toEqual([]);
});

test("a second release does not remove the next owner's lock", async () => {
  const lock = await takeLock(path);
  await Promise.all([lock.release(), lock.release()]);
  expect(await lock.isHeld()).toBe(false);
  const nextLock = await takeLock(path);
  await lock.release();
  expect(await nextLock.isHeld()).toBe(true);
  await nextLock.release();
});

test("a lock is touched again after a touch has failed", async () => {
  useFakeIntervals();
  const lock = await takeLock(path);
  await setAge(path, 60_000);
  vi.mocked(open).mockClear().mockRejectedValueOnce(new Error("EIO"));
  vi.advanceTimersByTime(5000);
  await vi.waitFor(() => expect(vi.mocked(open).mock.settledResults).toMatchObject([{ type: "rejected" }]));
  vi.advanceTimersByTime(5000);
  await vi.waitFor(async () => expect(await ageMs()).toBeLessThan(10_000));
  await lock.release();
});

test("a lock is held and released also when the disk is too full to touch it", async () => {
  const lock = await takeLock(path);
  const { open: actualOpen } = await vi.importActual<typeof import("node:fs/promises")>("node:fs/promises");
  const fails = (): Promise<never> => Promise.reject(new Error("ENOSPC"));
  vi.mocked(open).mockImplementation(async (...args) => {
    const file = await actualOpen(...args);
    const close = (): Promise<void> => file.close().then(fails);
    return Object.assign(Object.create(file) as typeof file, { write: fails, close, read: file.read.bind(file) });
  });
  expect(await lock.isHeld()).toBe(true);
  await lock.release();
  vi.mocked(open).mockReset().mockImplementation(actualOpen);
  expect(await folder.names()).toEqual([]);
});

test.each<[what: string, code: string, place: () => unknown]>([
  ["a folder", "EISDIR", () => mkdir(path)],
  ["a link", "ELOOP", () => symlink(folder.at("elsewhere"), path)],
])("a lock that %s has replaced rejects, and is not touched after its release", async (_what, code, place) => {
  useFakeIntervals();
  const lock = await takeLock(path);
  await rm(path);
  await place();
  await expect(lock.isHeld()).rejects.toMatchObject({ code });
  expect(vi.getTimerCount()).toBe(1);
  await expect(lock.release()).rejects.toMatchObject({ code });
  expect(vi.getTimerCount()).toBe(0);
});

test.runIf(process.platform === "linux")("a lock leaves no file handle open", async () => {
  const lock = await takeLock(path);
  const files = await readdir("/proc/self/fd");
  for (let round = 0; round < 50; round++) {
    await lock.isHeld();
    await expectHeld(path);
  }
  const names = await readdir("/proc/self/fd");
  expect(names.length).toBeLessThan(files.length + 20);
  await lock.release();
});

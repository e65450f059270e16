/** Whose lock is held, and whose is had, by what its file says. The races are in file-lock-race.test.ts. */
import { spawnSync } from "node:child_process";
import { utimesSync, writeFileSync } from "node:fs";
import { link, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { lockFile } from "../../src/files/lock.ts";

vi.mock(import("node:fs"), async (original) => {
  const actual = await original();
  return { ...actual, writeFileSync: vi.fn<typeof writeFileSync>(actual.writeFileSync) };
});
vi.mock(import("node:fs/promises"), async (original) => {
  const actual = await original();
  return { ...actual, utimes: vi.fn<typeof utimes>(actual.utimes) };
});

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "chenyu-assets-"));
  path = join(folder, "a.png.part.lock");
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(folder, { recursive: true });
});

/** Lays a lock down as somebody else would have. */
async function leave(owner: unknown, ageMs = 0): Promise<void> {
  await writeFile(path, typeof owner === "string" ? owner : JSON.stringify(owner));
  await backdate(ageMs);
}

async function backdate(ageMs: number): Promise<void> {
  const time = new Date(Date.now() - ageMs);
  await utimes(path, time, time);
}

const myStartMs = performance.timeOrigin;
const mine = { pid: process.pid, host: hostname(), startedAtMs: myStartMs, token: "mine" };
const dead = { ...mine, pid: spawnSync(process.execPath, ["--version"]).pid };
const foreign = { ...mine, host: "elsewhere.example" };

async function expectHeld(): Promise<void> {
  expect(await lockFile(path)).toBeUndefined();
}

async function expectFree(): Promise<void> {
  const lock = await lockFile(path);
  expect(await lock?.isHeld()).toBe(true);
  await lock!.release();
  expect(await readdir(folder)).toEqual([]);
}

describe("a lock that was left", () => {
  test.each<[who: string, owner: unknown, ageMs?: number]>([
    ["by a process that is dead", dead],
    ["by a process that had this one's id", { ...mine, startedAtMs: myStartMs - 60_000 }],
    ["on another host, long ago", foreign, 31_000],
    ["on another host, far in the future", foreign, -31_000],
    ["by a process whose id another one has now, long ago", { ...mine, pid: process.ppid }, 31_000],
    ["without content, a while ago", "", 11_000],
    ["half written, a while ago", '{"pid":', 11_000],
    ["with other content, long ago", "null", 31_000],
  ])("%s is had", async (_who, owner, ageMs) => {
    await leave(owner, ageMs);
    await expectFree();
  });

  test("by a process that died while it took the lock of a dead one is had", async () => {
    await leave(dead);
    await link(path, `${path}.recovery`);
    await expectFree();
  });

  test.each<[who: string, owner: unknown, ageMs?: number]>([
    ["by this process", mine],
    ["by a process of this host that runs", { ...mine, pid: process.ppid }],
    ["by a process that may not be asked", { ...mine, pid: 1 }],
    ["on another host, a while ago", foreign, 25_000],
    ["without content, just now", "", 5000],
    ["half written, just now", '{"pid":', 5000],
    ["with other content, a while ago", "7", 25_000],
    ["with an id that is none", { ...mine, pid: "none" }],
  ])("%s is held", async (_who, owner, ageMs) => {
    await leave(owner, ageMs);
    await expectHeld();
    expect(await readdir(folder)).toEqual(["a.png.part.lock"]);
  });

  test("is held while another process takes it", async () => {
    await leave(foreign, 31_000);
    await writeFile(`${path}.recovery`, JSON.stringify(mine));
    await expectHeld();
  });

  test("is held when another process has taken it a moment before", async () => {
    await leave(foreign, 31_000);
    const { writeFileSync: actual } = await vi.importActual<typeof import("node:fs")>("node:fs");
    vi.mocked(writeFileSync)
      .mockImplementationOnce(actual)
      .mockImplementationOnce((recovery, ...content) => {
        actual(path, JSON.stringify(mine));
        utimesSync(path, new Date(), new Date());
        actual(recovery, ...content);
      });
    await expectHeld();
    expect(await readdir(folder)).toEqual(["a.png.part.lock"]);
  });
});

describe("the lock of this process", () => {
  test("is held against a second call", async () => {
    const lock = await lockFile(path);
    await expectHeld();
    await lock!.release();
    await expectFree();
  });

  test("is touched, so that it is not taken for a dead owner's", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const lock = await lockFile(path);
    await backdate(60_000);
    vi.advanceTimersByTime(5000);
    await vi.waitFor(async () => expect(Date.now() - (await stat(path)).mtimeMs).toBeLessThan(10_000));
    await lock!.release();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("does not touch that of who has taken it over, and is not held", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const lock = await lockFile(path);
    await leave(foreign, 20_000);
    expect(await lock!.isHeld()).toBe(false);
    vi.advanceTimersByTime(5000);
    await vi.waitFor(() => expect(vi.getTimerCount()).toBe(0));
    expect(Date.now() - (await stat(path)).mtimeMs).toBeGreaterThan(19_000);
    await lock!.release();
    expect(await readFile(path, "utf8")).toBe(JSON.stringify(foreign));
  });

  test("is released once, so that a successor keeps its own", async () => {
    const lock = await lockFile(path);
    await Promise.all([lock!.release(), lock!.release()]);
    expect(await lock!.isHeld()).toBe(false);
    const successor = await lockFile(path);
    await lock!.release();
    expect(await successor!.isHeld()).toBe(true);
    await successor!.release();
  });

  test("outlives a touch that fails", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const lock = await lockFile(path);
    await backdate(60_000);
    vi.mocked(utimes).mockClear().mockRejectedValueOnce(new Error("EIO"));
    vi.advanceTimersByTime(5000);
    await vi.waitFor(() => expect(vi.mocked(utimes).mock.settledResults).toMatchObject([{ type: "rejected" }]));
    vi.advanceTimersByTime(5000);
    await vi.waitFor(async () => expect(Date.now() - (await stat(path)).mtimeMs).toBeLessThan(10_000));
    await lock!.release();
  });

  test("that cannot be read says so, and is touched no more once it was to be released", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const lock = await lockFile(path);
    await rm(path);
    await mkdir(path);
    await expect(lock!.isHeld()).rejects.toThrow("EISDIR");
    expect(vi.getTimerCount()).toBe(1);
    await expect(lock!.release()).rejects.toThrow("EISDIR");
    expect(vi.getTimerCount()).toBe(0);
  });
});

test("a lock that cannot be written is none", async () => {
  const { writeFileSync: actual } = await vi.importActual<typeof import("node:fs")>("node:fs");
  vi.mocked(writeFileSync).mockImplementationOnce((file) => {
    actual(file, "");
    throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
  });
  await expect(lockFile(path)).rejects.toThrow("ENOSPC");
  expect(await readdir(folder)).toEqual([]);
  await writeFile(path, "");
  await expect(lockFile(join(path, "lock"))).rejects.toThrow("ENOTDIR");
});

test("a pipe in the place of a lock is not waited for", async () => {
  spawnSync("mkfifo", [path]);
  await expectHeld();
});

test("a link to nowhere is no lock that can be had", async () => {
  await symlink(join(folder, "nowhere"), path);
  await expectHeld();
  expect(await readdir(folder)).toEqual(["a.png.part.lock"]);
});

test("what stands in the way is told", async () => {
  await expect(lockFile(join(folder, "none", "lock"))).rejects.toThrow("ENOENT");
  await mkdir(path);
  await expect(lockFile(path)).rejects.toThrow("EISDIR");
  expect(await readdir(folder)).toEqual(["a.png.part.lock"]);
});

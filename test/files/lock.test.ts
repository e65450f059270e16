/** `lockFile` in one process: whose lock it respects, whose it takes over, and what it does not take for a lock. */
import { spawnSync } from "node:child_process";
import { closeSync, openSync, readlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { link, mkdir, open, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { describeOwner } from "../../src/files/lock-owner.ts";
import { lockFile, type BusyLock } from "../../src/files/lock.ts";
import { makeFolder, type TemporaryFolder } from "../helpers/temporary-folder.ts";
import { isFree, setAge, takeLock } from "./lock-holders.ts";
import * as locks from "./lock-holders.ts";

vi.mock(import("node:fs"), async (original) => {
  const actual = await original();
  return {
    ...actual,
    closeSync: vi.fn<typeof closeSync>(actual.closeSync),
    unlinkSync: vi.fn<typeof unlinkSync>(actual.unlinkSync),
    openSync: vi.fn<typeof openSync>(actual.openSync),
    readlinkSync: vi.fn<(path: string) => string>(actual.readlinkSync) as unknown as typeof readlinkSync,
    writeFileSync: vi.fn<typeof writeFileSync>(actual.writeFileSync),
  };
});
vi.mock(import("node:fs/promises"), async (original) => {
  const actual = await original();
  return { ...actual, open: vi.fn<typeof open>(actual.open) };
});
const actual = await vi.importActual<typeof import("node:fs")>("node:fs");

let folder: TemporaryFolder;
let path: string;
beforeEach(async () => {
  folder = await makeFolder();
  path = folder.at("a.png.part.lock");
});
afterEach(async () => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  await folder[Symbol.asyncDispose]();
});

/** Writes a lock as another process would. A text is its whole content. */
async function leaveLock(owner: unknown, ageMs = 0): Promise<void> {
  await writeFile(path, typeof owner === "string" ? owner : JSON.stringify(owner));
  await setAge(path, ageMs);
}

const expectFree = (): Promise<void> => locks.expectFree(path, folder);
const expectHeld = (maxMs?: number): Promise<void> => locks.expectHeld(path, maxMs);

const mine = JSON.parse(describeOwner()) as { pid: number; pidSpace: string; startedAtMs: number };
const dead = { ...mine, pid: spawnSync(process.execPath, ["--version"]).pid };
const foreign = { ...mine, pidSpace: "elsewhere.example" };
const withoutPidSpace = { ...dead, pidSpace: undefined };

test.each<[whose: string, owner: unknown, ageMs?: number]>([
  ["of a dead process", dead],
  ["of a dead process that had the id of this one", { ...mine, startedAtMs: mine.startedAtMs - 60_000 }],
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

test("lockFile takes over from processes that died while they took over from a dead one", async () => {
  await leaveLock(dead);
  await link(path, `${path.slice(0, -1)}1`);
  await expectFree();
  await leaveLock(dead);
  await link(path, `${path.slice(0, -1)}1`);
  await link(path, `${path.slice(0, -1)}2`);
  await expectFree();
});

test.each<[whose: string, owner: unknown, ageMs?: number, restMs?: number]>([
  ["of this process", mine],
  ["of a running process of this host", { ...mine, pid: process.ppid }],
  ["of a process of another user", { ...mine, pid: 1 }],
  ["of another host, 25 s old", foreign, 25_000, 5000],
  ["of another host, 25 s in the future", foreign, -25_000, 55_000],
  ["of a process id of another host, 25 s old", { ...dead, pidSpace: "elsewhere.example" }, 25_000, 5000],
  ["of a process id of an unknown place, 25 s old", withoutPidSpace, 25_000, 5000],
  ["of version 0.1.0, 25 s old", { ...withoutPidSpace, host: "elsewhere.example" }, 25_000, 5000],
  ["without content, 5 s old", "", 5000, 5000],
  ["that is half written, 5 s old", '{"pid":', 5000, 5000],
  ["with other content, 25 s old", "7", 25_000, 5000],
  ["with an invalid process id", { ...mine, pid: "none" }],
])("lockFile respects a lock %s, and says when it ends", async (_whose, owner, age, restMs) => {
  await leaveLock(owner, age);
  await expectHeld(restMs);
  expect(await folder.names()).toEqual(["a.png.part.lock"]);
});

test("lockFile respects an old lock while another process takes it over", async () => {
  await leaveLock(foreign, 31_000);
  await writeFile(`${path.slice(0, -1)}1`, JSON.stringify(mine));
  const lock = (await lockFile(path)) as BusyLock;
  expect(lock.retryAfterMs).toBeGreaterThan(10_000); // when the takeover ends at the latest
});

test("lockFile respects an old lock that another process has taken over a moment before", async () => {
  await leaveLock(foreign, 31_000);
  vi.mocked(openSync)
    .mockImplementationOnce(actual.openSync)
    .mockImplementationOnce((recovery, ...flags) => {
      actual.rmSync(path);
      actual.writeFileSync(path, JSON.stringify(mine));
      return actual.openSync(recovery, ...flags);
    });
  await expectHeld();
  expect(await folder.names()).toEqual(["a.png.part.lock"]);
});

test.each([-40_000, 40_000])("a clock of the host that is %d ms off makes no lock older", async (offsetMs) => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + offsetMs });
  await writeFile(path, JSON.stringify(foreign));
  await expectHeld();
  const other = folder.at("other.lock");
  const lock = await takeLock(other);
  vi.useRealTimers();
  await locks.expectHeld(other);
  await lock.release();
});

// Electron's renderers and jsdom: a timer is a number there, and the start of a page is no start of a process.
test("lockFile needs no global timers, and takes no page for another process", async () => {
  vi.stubGlobal("setInterval", () => 7);
  const lock = await takeLock(path);
  vi.stubGlobal("performance", { timeOrigin: performance.timeOrigin + 60_000 });
  vi.resetModules();
  const copy = await import("../../src/files/lock.ts");
  expect(isFree(await copy.lockFile(path))).toBe(false);
  await lock.release();
  expect(await folder.names()).toEqual([]);
});

// Each imports a new copy of the module, as a process on such a system would.
test.each<[system: string, platform: NodeJS.Platform, isFreed: boolean]>([
  ["macOS", "darwin", true],
  ["Windows", "win32", true],
  ["a system without /proc", "freebsd", false],
])("on %s, lockFile trusts process ids only if one host has one space of them", async (_system, platform, isFreed) => {
  vi.stubGlobal("process", Object.create(process, { platform: { value: platform } }));
  vi.mocked(readlinkSync).mockImplementationOnce(() => {
    throw new Error("ENOENT");
  });
  vi.resetModules();
  const copy = await import("../../src/files/lock.ts");
  const owner = await import("../../src/files/lock-owner.ts");
  vi.mocked(readlinkSync)
    .mockReset()
    .mockImplementation(actual.readlinkSync as typeof readlinkSync);
  await leaveLock({ ...(JSON.parse(owner.describeOwner()) as object), pid: dead.pid });
  const lock = await copy.lockFile(path);
  expect(isFree(lock)).toBe(isFreed);
  if (isFree(lock)) await lock.release();
});

test("lockFile rejects when the lock cannot be written, and leaves none", async () => {
  const fails = (): never => {
    throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
  };
  vi.mocked(writeFileSync).mockImplementationOnce(fails);
  await expect(lockFile(path)).rejects.toThrow("ENOSPC");
  expect(await folder.names()).toEqual([]);
  vi.mocked(closeSync).mockImplementationOnce((file) => {
    actual.closeSync(file);
    fails();
  });
  await expect(lockFile(path)).rejects.toThrow("ENOSPC");
  expect(await folder.names()).toEqual([]);
  await writeFile(path, "");
  await expect(lockFile(join(path, "lock"))).rejects.toThrow("ENOTDIR");
});

test.each<[what: string, code: string, place: () => unknown]>([
  ["a pipe", "ESPIPE", () => spawnSync("mkfifo", [path])],
  ["a folder", "EISDIR", () => mkdir(path)],
  ["a link that leads nowhere", "ELOOP", () => symlink(folder.at("nowhere"), path)],
  ["a link to a file", "ELOOP", () => symlink(folder.at("../file"), path)],
  ["a link to itself", "ELOOP", () => symlink(path, path)],
])("lockFile rejects when %s is in the place of the lock", async (_what, code, place) => {
  await place();
  await expect(lockFile(path)).rejects.toMatchObject({ code });
  expect(await folder.names()).toEqual(["a.png.part.lock"]);
});

test("lockFile follows no link to an old file", async () => {
  await writeFile(folder.at("mine"), "text");
  await setAge(folder.at("mine"), 60_000);
  await symlink(folder.at("mine"), path);
  await expect(lockFile(path)).rejects.toMatchObject({ code: "ELOOP" });
  expect(await readFile(folder.at("mine"), "utf8")).toBe("text");
});

// As a link that leads nowhere on Windows does.
test("lockFile gives up when there is a lock that cannot be seen", async () => {
  await leaveLock(mine);
  vi.mocked(open).mockRejectedValue(Object.assign(new Error("ENOENT"), { code: "ENOENT" }));
  try {
    expect(await lockFile(path)).toEqual({ retryAfterMs: 5000 });
  } finally {
    vi.mocked(open).mockReset();
  }
});

test("lockFile rejects when the folder is missing", async () => {
  await expect(lockFile(folder.at("none/lock"))).rejects.toThrow("ENOENT");
});

test("a virus scanner that holds the probe of the clock stops nobody", async () => {
  await leaveLock(foreign);
  vi.mocked(unlinkSync).mockImplementationOnce(() => {
    throw Object.assign(new Error("EBUSY"), { code: "EBUSY" });
  });
  await expectHeld();
  await vi.waitFor(async () => expect(await folder.names()).toEqual(["a.png.part.lock"]));
});

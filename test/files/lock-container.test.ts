/** The lock between PID namespaces, as of two containers that share a folder and a host name. */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { expect } from "vitest";
import { test as testInFolder } from "./downloads.ts";
import { expectFree, expectHeld, setAge, startLockHolder, takeLock } from "./lock-holders.ts";

const container = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"];
const containerWithProcOfHost = container.slice(0, -1);
const withoutProc = ["unshare", "--mount", "sh", "-c", 'umount --lazy /proc && exec "$@"', "sh"];
/** A container whose process ids nobody outside has. */
const takeHighId = "echo $(($(cat /proc/sys/kernel/pid_max) - 100)) > /proc/sys/kernel/ns_last_pid";
const containerWithHighIds = [...container, "sh", "-c", `${takeHighId} && { "$@" & wait; }`, "sh"];

const test = testInFolder.extend("lockPath", ({ path }) => `${path}.part.lock`);

function cannotRun([file, ...args]: string[]): boolean {
  return spawnSync(file!, [...args, "true"]).status !== 0;
}

const reason = "this user may not make a PID namespace or a mount";

test.for<[where: string, command: string[]]>([
  ["a container", container],
  ["a container that sees the host's /proc", containerWithProcOfHost],
  ["a place without /proc", withoutProc],
])(
  "a lock that is held outside is respected in %s, and free once it is released",
  async ([, command], { lockPath, folder, skip }) => {
    skip(cannotRun(command), reason);
    const lock = await takeLock(lockPath);
    using inside = await startLockHolder(lockPath, command);
    expect(await inside.request("lock")).toBe(false);
    expect(await lock.isHeld()).toBe(true);
    await lock.release();
    expect(await inside.request("lock")).toBe(true);
    await inside.request("release");
    expect(await folder.names()).toEqual([]);
  },
);

test.for<[where: string, command: string[]]>([
  ["a container", container],
  ["a container whose process ids nobody outside has", containerWithHighIds],
  ["a container that sees the host's /proc", containerWithProcOfHost],
  ["a place without /proc", withoutProc],
])(
  "a lock that is held in %s is respected outside, and free once it is released",
  async ([, command], { lockPath, folder, skip }) => {
    skip(cannotRun(command), reason);
    using inside = await startLockHolder(lockPath, command);
    expect(await inside.request("lock")).toBe(true);
    await expectHeld(lockPath);
    expect(await inside.request("isHeld")).toBe(true);
    await inside.request("release");
    await expectFree(lockPath, folder);
  },
);

test("two containers whose first processes have one id respect each other's locks", async ({ lockPath, skip }) => {
  skip(cannotRun(container), reason);
  using first = await startLockHolder(lockPath, container);
  using second = await startLockHolder(lockPath, container);
  expect(await first.request("lock")).toBe(true);
  expect(await second.request("lock")).toBe(false);
  await first.request("release");
  expect(await second.request("lock")).toBe(true);
  expect(await first.request("lock")).toBe(false);
});

test("the lock of a container that was killed ends after 30 s", async ({ folder, lockPath, skip }) => {
  skip(cannotRun(container), reason);
  using inside = await startLockHolder(lockPath, container);
  await inside.request("lock");
  inside.child.kill("SIGKILL");
  await once(inside.child, "exit");
  await expectHeld(lockPath);
  await setAge(lockPath, 25_000);
  await expectHeld(lockPath, 5000);
  await setAge(lockPath, 31_000);
  await expectFree(lockPath, folder);
});

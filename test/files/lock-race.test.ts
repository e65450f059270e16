/** The lock between real processes, and between two downloads to the same file. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { expect, onTestFinished, vi } from "vitest";
import { lockFile } from "../../src/files/lock.ts";
import type { DownloadError } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { until } from "../helpers/timing.ts";
import { serve, type ContentStep } from "../servers/content-server.ts";
import { bytes, expectFile, id, leavePart, save, size, sizeOf, startDownloader } from "./downloads.ts";
import { startFileServer, test as testInFolder, whole } from "./downloads.ts";
import { expectFree, expectHeld, setAge, startLockHolder, takeLock, type LockHolder } from "./lock-holders.ts";

const test = testInFolder
  .extend("lockPath", ({ path }) => `${path}.part.lock`)
  .extend("startHolder", ({ lockPath }, { onCleanup }) => {
    const holders: LockHolder[] = [];
    onCleanup(() => holders.forEach((holder) => holder[Symbol.dispose]()));
    return async (...command: string[]): Promise<LockHolder> => {
      const holder = await startLockHolder(lockPath, command);
      holders.push(holder);
      return holder;
    };
  });

test("a lock of another process is free once it is released", async ({ folder, lockPath, startHolder }) => {
  const other = await startHolder();
  expect(await other.request("lock")).toBe(true);
  await expectHeld(lockPath);
  expect(await other.request("isHeld")).toBe(true);
  await other.request("release");
  await expectFree(lockPath, folder);
});

test("the lock of a process that was killed is free at once", async ({ folder, lockPath, startHolder }) => {
  const other = await startHolder();
  await other.request("lock");
  await other.kill();
  await expectFree(lockPath, folder);
});

const onPosix = test.runIf(process.platform !== "win32");

onPosix("a process that was frozen until its lock was taken over knows it", async ({ lockPath, startHolder }) => {
  const frozen = await startHolder();
  await frozen.request("lock");
  frozen.child.kill("SIGSTOP");
  await expectHeld(lockPath);
  await setAge(lockPath, 31_000);
  const lock = await takeLock(lockPath);
  frozen.child.kill("SIGCONT");
  expect(await frozen.request("isHeld")).toBe(false);
  await frozen.request("release");
  expect(await lock.isHeld()).toBe(true);
  await lock.release();
});

onPosix("a process without file handles leaves another's lock alone", async ({ folder, lockPath, startHolder }) => {
  const other = await startHolder("sh", "-c", 'ulimit -n 64; exec "$@"', "sh");
  const lock = await takeLock(lockPath);
  expect(await other.request("lockWithoutHandles")).toBe("EMFILE");
  expect(await lock.isHeld()).toBe(true);
  await lock.release();
  expect(await other.request("lockWithoutHandles")).toBe("EMFILE");
  expect(await folder.names()).toEqual([]);
});

test("four processes that count under the lock lose no count", async ({ folder, lockPath, startHolder }) => {
  await writeFile(`${lockPath}.counter`, "0");
  const others = await Promise.all(Array.from({ length: 4 }, () => startHolder()));
  await Promise.all(others.map((other) => other.request("count")));
  expect(await readFile(`${lockPath}.counter`, "utf8")).toBe("100");
  expect(await folder.names()).toEqual(["a.png.part.lock.counter"]);
});

test("one of eight processes gets the lock that a dead process left", async ({ folder, lockPath, startHolder }) => {
  const dead = await startHolder();
  await dead.request("lock");
  await dead.kill();
  const deadLock = await readFile(lockPath);
  const others = await Promise.all(Array.from({ length: 8 }, () => startHolder()));
  for (let round = 0; round < 30; round++) {
    await writeFile(lockPath, deadLock);
    const results = await Promise.all(others.map((other) => other.request("lock")));
    expect(results.filter(Boolean)).toHaveLength(1);
    expect(await others[results.indexOf(true)]!.request("isHeld")).toBe(true);
    expect(await folder.names()).toEqual(["a.png.part.lock"]);
    await Promise.all(others.map((other) => other.request("release")));
    expect(await folder.names()).toEqual([]);
  }
});

test("a worker thread does not get the lock of its own process", async ({ lockPath }) => {
  const lock = await takeLock(lockPath);
  const module = JSON.stringify(new URL("../../src/files/lock.ts", import.meta.url).href);
  const code = `import(${module})
    .then(({ lockFile }) => lockFile(${JSON.stringify(lockPath)}))
    .then((lock) => require("node:worker_threads").parentPort.postMessage("retryAfterMs" in lock));`;
  expect(await once(new Worker(code, { eval: true }), "message")).toEqual([true]);
  await lock.release();
});

test("a second copy of this package does not get the lock of its own process", async ({ lockPath }) => {
  const lock = await takeLock(lockPath);
  vi.resetModules();
  const copy = await import("../../src/files/lock.ts");
  expect(copy.lockFile).not.toBe(lockFile);
  const holder = "another download of this process";
  expect(await copy.lockFile(lockPath)).toEqual({ retryAfterMs: expect.any(Number), holder });
  await lock.release();
});

test("a lock does not keep its process alive", async ({ folder, lockPath, startHolder }) => {
  const other = await startHolder();
  await other.request("lock");
  other.child.disconnect();
  expect(await once(other.child, "exit")).toEqual([0, null]);
  await expectFree(lockPath, folder);
});

test.concurrent("the second of two downloads to a file is DownloadError `busy`", async ({ folder, path }) => {
  await using server = await startFileServer(serve(bytes, { pieceBytes: 100_000 }));
  const first = save(server, path);
  await until(() => server.requests.length === 1);
  const error = (await caught(save(server, path, { maxRetries: 3 }))) as DownloadError;
  expect(error).toMatchObject({ name: "DownloadError", kind: "busy", retryable: true, attempts: 1 });
  expect(error.retryAfterMs).toBeGreaterThan(20_000);
  expect(Number.isInteger(error.retryAfterMs)).toBe(true);
  expect(error.message).toBe(`${path}: another download of this process writes to it. Wait until it ends.`);
  expect(await first).toEqual({ path, size, resumedFrom: 0, skipped: false });
  await expectFile(path, bytes);
  expect([await folder.names(), server.requests.length]).toEqual([["a.png"], 1]);
});

test.concurrent("of a download that this process cannot see, `busy` says when its lock ends", async ({
  path,
  lockPath,
}) => {
  await using server = await startFileServer(whole);
  await writeFile(lockPath, JSON.stringify({ pid: 1, pidSpace: "another container", startedAtMs: 0, token: "other" }));
  const error = (await caught(save(server, path))) as DownloadError;
  const seconds = Math.ceil(error.retryAfterMs! / 1000);
  expect(error.message).toBe(
    `${path}: another download writes to it. Wait until it ends. If it was killed, its lock ends in ${seconds} s.`,
  );
});

test.runIf(process.platform === "linux")(
  "the lock of a killed process is free although its parent never asks",
  async ({ folder, lockPath }) => {
    const script = fileURLToPath(new URL("./lock-forever.ts", import.meta.url));
    // The shell becomes `sleep`, which never asks how its child has ended.
    const parent = spawn("sh", ["-c", '"$0" "$1" "$2" & exec sleep 60', process.execPath, script, lockPath]);
    onTestFinished(() => void parent.kill("SIGKILL"));
    await until(async () => (await sizeOf(lockPath)) > 0);
    const { pid } = JSON.parse(await readFile(lockPath, "utf8")) as { pid: number };
    process.kill(pid, "SIGKILL");
    await until(() => / Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1")));
    await expectFree(lockPath, folder);
  },
);

test.concurrent("the second process that downloads to a file is DownloadError `busy`", async ({ folder, path }) => {
  await using server = await startFileServer(serve(bytes, { pieceBytes: 100_000 }));
  using other = await startDownloader({ baseUrl: server.url, assets: [id], target: path });
  await until(() => server.requests.length === 1);
  const message = `${path}: process ${other.child.pid} writes to it. Wait until it ends.`;
  expect(await caught(save(server, path))).toMatchObject({ name: "DownloadError", kind: "busy", message });
  expect(await other.result).toEqual({ path, size, resumedFrom: 0, skipped: false });
  await expectFile(path, bytes);
  expect(await folder.names()).toEqual(["a.png"]);
});

// That may happen while the machine sleeps.
test.concurrent("a download whose lock was taken over publishes nothing", async ({ folder, path, lockPath }) => {
  await leavePart(path, bytes);
  const takesOver: ContentStep = (request) => async (socket, head) => {
    await writeFile(lockPath, JSON.stringify({ pid: process.ppid, host: hostname(), token: "other" }));
    await whole(request)(socket, head); // 416: all bytes are there
  };
  await using server = await startFileServer(takesOver);
  expect(await caught(save(server, path))).toMatchObject({ kind: "busy", retryable: false });
  expect(await folder.names()).toEqual(["a.png.part", "a.png.part.json", "a.png.part.lock"]);
});

test.concurrent("a download whose part was replaced publishes nothing", async ({ folder, path }) => {
  const replacesPart: ContentStep = (request) => async (socket, head) => {
    await rm(`${path}.part`);
    await writeFile(`${path}.part`, "of a process that was frozen");
    await whole(request)(socket, head);
  };
  await using server = await startFileServer(replacesPart, whole);
  expect(await caught(save(server, path, { overwrite: "replace" }))).toMatchObject({ kind: "busy" });
  expect(await folder.names()).not.toContain("a.png");
  expect(await save(server, path)).toMatchObject({ size });
  await expectFile(path, bytes);
  expect(await folder.names()).toEqual(["a.png"]);
});

test.concurrent("a download whose lock was taken over removes nothing", async ({ folder, path, lockPath }) => {
  const takesOver: ContentStep = (request) => async (socket, head) => {
    await writeFile(lockPath, JSON.stringify({ pid: process.ppid, host: hostname(), token: "other" }));
    await rm(`${path}.part`);
    await writeFile(`${path}.part`, "");
    await whole(request)(socket, head);
  };
  await using server = await startFileServer(takesOver);
  expect(await caught(save(server, path))).toMatchObject({ kind: "busy" });
  expect(await folder.names()).toEqual(["a.png.part", "a.png.part.lock"]);
  expect(await sizeOf(`${path}.part`)).toBe(0);
});

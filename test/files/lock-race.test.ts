/** The lock between real processes, and between two downloads to the same file. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { Worker } from "node:worker_threads";
import { expect } from "vitest";
import { lockFile } from "../../src/files/lock.ts";
import { caught } from "../helpers/caught.ts";
import type { TemporaryFolder } from "../helpers/temporary-folder.ts";
import { until } from "../helpers/timing.ts";
import { serve, type ContentStep } from "../servers/content-server.ts";
import { bytes, expectFile, id, leavePart, save, size, sizeOf, startDownloader } from "./downloads.ts";
import { startFileServer, test as testInFolder, whole } from "./downloads.ts";
import type { LockRequest } from "./lock-holder.ts";

/** Another process that locks the same file. */
interface LockHolder {
  child: ChildProcess;
  request(action: LockRequest["action"]): Promise<unknown>;
}

const test = testInFolder
  .extend("lockPath", ({ path }) => `${path}.part.lock`)
  .extend("startHolder", ({ lockPath }, { onCleanup }) => {
    const children: ChildProcess[] = [];
    onCleanup(() => children.forEach((child) => child.kill("SIGKILL")));
    return async (): Promise<LockHolder> => {
      const child = fork(new URL("./lock-holder.ts", import.meta.url), { execArgv: [] });
      children.push(child);
      const nextResult = async (): Promise<unknown> => {
        const [{ result }] = (await once(child, "message")) as [{ result: unknown }];
        return result;
      };
      await nextResult();
      return {
        child,
        request(action) {
          child.send({ action, path: lockPath } satisfies LockRequest);
          return nextResult();
        },
      };
    };
  });

async function kill({ child }: LockHolder): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

async function expectFree(lockPath: string, folder: TemporaryFolder): Promise<void> {
  const lock = await lockFile(lockPath);
  expect(await lock?.isHeld()).toBe(true);
  await lock!.release();
  expect(await folder.names()).toEqual([]);
}

test("a lock of another process is free once it is released", async ({ folder, lockPath, startHolder }) => {
  const other = await startHolder();
  expect(await other.request("lock")).toBe(true);
  expect(await lockFile(lockPath)).toBeUndefined();
  expect(await other.request("isHeld")).toBe(true);
  await other.request("release");
  await expectFree(lockPath, folder);
});

test("the lock of a process that was killed is free at once", async ({ folder, lockPath, startHolder }) => {
  const other = await startHolder();
  await other.request("lock");
  await kill(other);
  await expectFree(lockPath, folder);
});

test("four processes that count under the lock lose no count", async ({ folder, lockPath, startHolder }) => {
  await writeFile(`${lockPath}.counter`, "0");
  const others = await Promise.all(Array.from({ length: 4 }, startHolder));
  await Promise.all(others.map((other) => other.request("count")));
  expect(await readFile(`${lockPath}.counter`, "utf8")).toBe("100");
  expect(await folder.names()).toEqual(["a.png.part.lock.counter"]);
});

test("one of eight processes gets the lock that a dead process left", async ({ folder, lockPath, startHolder }) => {
  const dead = await startHolder();
  await dead.request("lock");
  await kill(dead);
  const deadLock = await readFile(lockPath);
  const others = await Promise.all(Array.from({ length: 8 }, startHolder));
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
  const lock = await lockFile(lockPath);
  const module = JSON.stringify(new URL("../../src/files/lock.ts", import.meta.url).href);
  const code = `import(${module})
    .then(({ lockFile }) => lockFile(${JSON.stringify(lockPath)}))
    .then((lock) => require("node:worker_threads").parentPort.postMessage(lock === undefined));`;
  expect(await once(new Worker(code, { eval: true }), "message")).toEqual([true]);
  await lock!.release();
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
  expect(await caught(save(server, path))).toMatchObject({ name: "DownloadError", kind: "busy" });
  expect(await first).toEqual({ path, size, resumedFrom: 0, skipped: false });
  await expectFile(path, bytes);
  expect([await folder.names(), server.requests.length]).toEqual([["a.png"], 1]);
});

test.concurrent("the second process that downloads to a file is DownloadError `busy`", async ({ folder, path }) => {
  await using server = await startFileServer(serve(bytes, { pieceBytes: 100_000 }));
  using other = await startDownloader({ baseUrl: server.url, assets: [id], target: path });
  await until(() => server.requests.length === 1);
  expect(await caught(save(server, path))).toMatchObject({ name: "DownloadError", kind: "busy" });
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
  expect(await caught(save(server, path))).toMatchObject({ kind: "busy" });
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

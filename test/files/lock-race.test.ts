/** The lock between real processes. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockFile } from "../../src/files/lock.ts";
import type { Order } from "./lock-holder.ts";

let folder: string;
let path: string;
const running: ChildProcess[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "chenyu-assets-"));
  path = join(folder, "a.png.part.lock");
});
afterEach(async () => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
  await rm(folder, { recursive: true });
});

interface Holder {
  child: ChildProcess;
  tell(verb: Order["verb"]): Promise<unknown>;
}

async function start(): Promise<Holder> {
  const child = fork(new URL("./lock-holder.ts", import.meta.url), { execArgv: [] });
  running.push(child);
  const answer = async (): Promise<unknown> => ((await once(child, "message")) as [{ result: unknown }])[0].result;
  await answer();
  return { child, tell: (verb) => (child.send({ verb, path } satisfies Order), answer()) };
}

const startSeveral = (count: number): Promise<Holder[]> => Promise.all(Array.from({ length: count }, start));

async function kill({ child }: Holder): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

async function expectFree(): Promise<void> {
  const lock = await lockFile(path);
  expect(await lock?.isHeld()).toBe(true);
  await lock!.release();
  expect(await readdir(folder)).toEqual([]);
}

test("a lock that another process holds is not had until it is released", async () => {
  const other = await start();
  expect(await other.tell("lock")).toBe(true);
  expect(await lockFile(path)).toBeUndefined();
  expect(await other.tell("isHeld")).toBe(true);
  await other.tell("release");
  await expectFree();
});

test("the lock of a process that was killed is had at once", async () => {
  const other = await start();
  await other.tell("lock");
  await kill(other);
  await expectFree();
});

test("four processes count under a lock, and miscount nothing", async () => {
  await writeFile(`${path}.counter`, "0");
  const others = await startSeveral(4);
  await Promise.all(others.map((other) => other.tell("count")));
  expect(await readFile(`${path}.counter`, "utf8")).toBe("100");
  expect(await readdir(folder)).toEqual(["a.png.part.lock.counter"]);
});

test("of eight processes that find a dead owner's lock at once, one has it, each time", async () => {
  const dead = await start();
  await dead.tell("lock");
  await kill(dead);
  const left = await readFile(path);
  const others = await startSeveral(8);
  for (let round = 0; round < 30; round++) {
    await writeFile(path, left);
    const had = await Promise.all(others.map((other) => other.tell("lock")));
    expect(had.filter(Boolean)).toHaveLength(1);
    expect(await others[had.indexOf(true)]!.tell("isHeld")).toBe(true);
    expect(await readdir(folder)).toEqual(["a.png.part.lock"]);
    await Promise.all(others.map((other) => other.tell("release")));
    expect(await readdir(folder)).toEqual([]);
  }
});

test("a lock of this process is held against a worker thread of it", async () => {
  const lock = await lockFile(path);
  const module = JSON.stringify(new URL("../../src/files/lock.ts", import.meta.url).href);
  const code = `import(${module})
    .then(({ lockFile }) => lockFile(${JSON.stringify(path)}))
    .then((lock) => require("node:worker_threads").parentPort.postMessage(lock === undefined));`;
  expect(await once(new Worker(code, { eval: true }), "message")).toEqual([true]);
  await lock!.release();
});

test("a lock does not keep its process alive", async () => {
  const other = await start();
  await other.tell("lock");
  other.child.disconnect();
  expect(await once(other.child, "exit")).toEqual([0, null]);
  await expectFree();
});

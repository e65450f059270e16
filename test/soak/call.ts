/**
 * Makes many calls to a server that fails in every way, and checks that each call ends, with its own asset or with one of
 * our errors, and that nothing stays open.
 *
 *     npm run soak
 *     node --expose-gc test/soak/call.ts CALLS
 */
import { getEventListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient, isChenyuError } from "../../src/index.ts";
import {
  answer,
  close,
  cutOff,
  garbage,
  reset,
  silence,
  stall,
  startFaultServer,
  trickle,
} from "../servers/fault-server.ts";
import type { Step } from "../servers/fault-server.ts";

const calls = Number(process.argv[2] ?? 20_000);
const concurrency = 250;

const failed = JSON.stringify({ code: 503, msg: "服务繁忙" });
/** Each fault with its share of the requests, in percent. All other requests get the asset. */
const faults: [name: string, percent: number, step: (body: string) => Step][] = [
  ["503, small body", 4, () => answer(503, failed)],
  ["503, large body", 2, () => answer(503, failed.padEnd(300_000))],
  ["500, stalled body", 1, () => stall(500, failed.padEnd(500), 10)],
  ["429", 3, () => answer(429, failed, { "Retry-After": "1" })],
  ["429, malformed Retry-After", 1, () => answer(429, failed, { "Retry-After": "soon" })],
  ["code 429 in a 200", 2, () => answer(200, JSON.stringify({ code: 429, msg: "请求过于频繁" }))],
  ["404", 2, () => answer(404, failed)],
  ["a gateway's page", 1, () => answer(200, "<html>", { "Content-Type": "text/html" })],
  ["reset", 4, () => reset],
  ["closed", 4, () => close],
  ["cut off", 3, (body) => cutOff("end", 200, body, 20)],
  ["reset inside the body", 3, (body) => cutOff("reset", 200, body, 20)],
  ["JSON cut off", 2, (body) => answer(200, body.slice(0, -5))],
  ["silence", 2, () => silence],
  ["stalled body", 2, (body) => stall(200, body, 30)],
  ["trickled", 2, (body) => trickle(body, 20, 5)],
  ["not HTTP", 2, () => garbage("SSH-2.0-OpenSSH\r\n\r\n")],
];

const faultCounts = new Map<string, number>();
const outcomes = new Map<string, number>();

function increase(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function sum(counts: Map<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}

const answerOrFail: Step = (socket, head) => {
  const [, asset_id] = /assets\/(\S+)/.exec(head)!;
  const body = JSON.stringify({ code: 0, msg: "查询成功", data: { asset_id, status: "confirmed" } });
  let dice = Math.random() * 100;
  const [name, , step] = faults.find(([, percent]) => (dice -= percent) < 0) ?? ["none", 0, () => answer(200, body)];
  increase(faultCounts, name);
  return step(body)(socket, head);
};

function heapMiB(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

const unhandled: unknown[] = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));

const server = await startFaultServer(answerOrFail);
const { signal } = new AbortController();
const { assets } = createClient({ apiKey: "cy_soak", baseUrl: server.url, timeoutMs: 500, totalTimeoutMs: 20_000 });
let wrongAssets = 0;
let next = 0;

async function callInTurn(): Promise<void> {
  while (next < calls) {
    const id = `asset_${next++}`;
    const outcome = await assets.get(id, { signal }).then(
      (asset) => {
        if (asset.asset_id !== id) wrongAssets += 1;
        return "asset";
      },
      (error: unknown) => (isChenyuError(error) ? error.name : `not ours: ${String(error)}`),
    );
    increase(outcomes, outcome);
  }
}

const start = performance.now();
const heapBefore = heapMiB();
const heaps: number[] = [];
const sampling = setInterval(() => {
  server.requests.length = 0; // the server's own record must not count as memory of the client
  heaps.push(heapMiB());
}, 5000);
await Promise.all(Array.from({ length: concurrency }, callInTurn));
clearInterval(sampling);
const seconds = (performance.now() - start) / 1000;
const listeners = getEventListeners(signal, "abort").length;
await server[Symbol.asyncDispose]();
server.requests.length = 0;
await sleep(500);
const heapAfter = heapMiB();
const handles = process.getActiveResourcesInfo().filter((name) => !/^(TTYWrap|PipeWrap|FSReqPromise)$/.test(name));

console.log(`${calls} calls, ${sum(faultCounts)} requests in ${seconds.toFixed(0)} s`);
for (const [name, count] of [...faultCounts].toSorted(([, a], [, b]) => b - a))
  console.log(`  ${String(count).padStart(6)} ${name}`);
console.log("outcomes:", Object.fromEntries(outcomes));
console.log(
  `heap: ${heapBefore.toFixed(1)} MiB before, ${heapAfter.toFixed(1)} MiB after; ${server.connections.opened} connections`,
);
console.log(`heap every 5 s: ${heaps.map((mib) => mib.toFixed(1)).join(" ")}`);

const failures = Object.entries({
  "calls without an outcome": calls - sum(outcomes),
  "calls with the asset of another call": wrongAssets,
  "errors that are not ours": [...outcomes.keys()].filter((outcome) => outcome.startsWith("not ours")).length,
  "unhandled rejections": unhandled.length,
  "listeners left": listeners,
  "connections left": server.connections.open,
  "handles left": handles.length,
}).filter(([, count]) => count !== 0);
for (const [name, count] of failures) console.error(`${name}: ${count}`);
console.log(failures.length === 0 ? "soak: nothing lost, nothing left open" : "soak: failed");
process.exitCode = failures.length === 0 ? 0 : 1;

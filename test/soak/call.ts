/**
 * Many calls through a server that does everything wrong: is any lost, answered twice or left open?
 *
 *     npm run soak
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

const calls = 20_000;
const concurrency = 250;

const failed = JSON.stringify({ code: 503, msg: "服务繁忙" });
/** Each fault with its share of the requests, in percent; the rest is answered well. */
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

const dealt = new Map<string, number>();
function deal(socket: Parameters<Step>[0], head: string): void | Promise<void> {
  const [, asset_id] = /assets\/(\S+)/.exec(head)!;
  const body = JSON.stringify({ code: 0, msg: "查询成功", data: { asset_id, status: "confirmed" } });
  let dice = Math.random() * 100;
  const [name, , step] = faults.find(([, percent]) => (dice -= percent) < 0) ?? ["none", 0, () => answer(200, body)];
  dealt.set(name, (dealt.get(name) ?? 0) + 1);
  return step(body)(socket, head);
}

function heapMiB(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

const unhandled: unknown[] = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));

const server = await startFaultServer(deal);
const { signal } = new AbortController();
const { assets } = createClient({ apiKey: "cy_soak", baseUrl: server.url, timeoutMs: 500, totalTimeoutMs: 20_000 });
const ends = new Map<string, number>();
let wrong = 0;
let next = 0;

async function work(): Promise<void> {
  while (next < calls) {
    const id = `asset_${next++}`;
    const end = await assets.get(id, { signal }).then(
      (asset) => {
        if (asset.asset_id !== id) wrong += 1;
        return "asset";
      },
      (error: unknown) => (isChenyuError(error) ? error.name : `not ours: ${String(error)}`),
    );
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }
}

const start = performance.now();
const heapBefore = heapMiB();
const heaps: number[] = [];
const sampling = setInterval(() => {
  // The record of requests is the test server's, not the client's.
  server.requests.length = 0;
  heaps.push(heapMiB());
}, 5000);
await Promise.all(Array.from({ length: concurrency }, work));
clearInterval(sampling);
const seconds = (performance.now() - start) / 1000;
const listeners = getEventListeners(signal, "abort").length;
await server[Symbol.asyncDispose]();
server.requests.length = 0;
await sleep(500);
const heapAfter = heapMiB();
const left = process.getActiveResourcesInfo().filter((name) => !/^(TTYWrap|PipeWrap|FSReqPromise)$/.test(name));
const requests = [...dealt.values()].reduce((sum, count) => sum + count, 0);
const settled = [...ends.values()].reduce((sum, count) => sum + count, 0);

console.log(`${calls} calls, ${requests} requests in ${seconds.toFixed(0)} s`);
for (const [name, count] of [...dealt].toSorted(([, a], [, b]) => b - a))
  console.log(`  ${String(count).padStart(6)} ${name}`);
console.log("ends:", Object.fromEntries(ends));
console.log(
  `heap: ${heapBefore.toFixed(1)} MiB before, ${heapAfter.toFixed(1)} MiB after; ${server.connections.opened} connections`,
);
console.log(`heap on the way, every 5 s: ${heaps.map((mib) => mib.toFixed(1)).join(" ")}`);

const problems = Object.entries({
  "calls not settled": calls - settled,
  "calls with another call's answer": wrong,
  "errors that are not ours": [...ends.keys()].filter((end) => end.startsWith("not ours")).length,
  "unhandled rejections": unhandled.length,
  "listeners left": listeners,
  "connections left": server.connections.open,
  "handles left": left.length,
}).filter(([, count]) => count !== 0);
for (const [name, count] of problems) console.error(`${name}: ${count}`);
console.log(problems.length === 0 ? "soak: nothing lost, nothing left" : "soak: failed");
process.exitCode = problems.length === 0 ? 0 : 1;

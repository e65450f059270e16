/**
 * Sends many requests with many keys to a mock in a process of its own, and checks that its memory does not grow.
 *
 *     npm run soak
 *     node test/soak/mock.ts LOOKUPS
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { contentPath, getAssetPath, testAssets } from "../../generated/document.ts";
import { startMockServer } from "../../src/mock.ts";

const [, , role = "100000"] = process.argv;
const concurrency = 50;
const keys = 1000;
const downloads = 20;
/** Garbage that is not collected yet also counts as memory: downloads make much of it at 600 MB a second. */
const maxGrowthMiB = 150;
const assets = Object.values(testAssets);
const largeBytes = 1e8;

if (role === "serve") await serve();
else await soak(Number(role));

/** Starts the mock and sends its URL. Later it answers each message with the memory of the process, in MiB. */
async function serve(): Promise<void> {
  const { url } = await startMockServer();
  process.on("message", () => {
    globalThis.gc?.();
    process.send!(process.memoryUsage().rss / 2 ** 20);
  });
  process.send!(url);
}

async function soak(lookUps: number): Promise<void> {
  const server = fork(import.meta.filename, ["serve"], { execArgv: ["--expose-gc"] });
  const [url] = (await once(server, "message")) as [string];
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  let peakMiB = 0;

  async function measureMemory(): Promise<number> {
    server.send("memory");
    const [mib] = (await once(server, "message")) as [number];
    peakMiB = Math.max(peakMiB, mib);
    return mib;
  }

  async function request(path: string, key = "any"): Promise<IncomingMessage> {
    const [response] = await once(get(url + path, { agent, headers: { authorization: `Bearer ${key}` } }), "response");
    return response as IncomingMessage;
  }

  const statusCounts: Record<number, number> = {};
  async function lookUp(index: number): Promise<void> {
    // Every second round asks for assets that the mock does not know.
    const id = assets[index % (2 * assets.length)]?.asset_id ?? `asset_${index}`;
    const response = await request(getAssetPath.replace("{asset_id}", id), `key-${index % keys}`);
    const { statusCode = 0 } = response.resume();
    statusCounts[statusCode] = (statusCounts[statusCode] ?? 0) + 1;
    await once(response, "end");
  }

  let next = 0;
  async function lookUpUntil(end: number): Promise<void> {
    while (next < end) await lookUp(next++);
  }
  const memory: number[] = [];
  for (let tenth = 1; tenth <= 10; tenth++) {
    await Promise.all(Array.from({ length: concurrency }, () => lookUpUntil((lookUps * tenth) / 10)));
    memory.push(await measureMemory());
  }
  const shown = memory.map((mib) => mib.toFixed(0)).join(" ");
  console.log(
    `${next} look-ups with ${keys} keys by HTTP status`,
    statusCounts,
    `memory after each tenth: ${shown} MiB`,
  );
  const memoryBefore = memory.at(-1)!;
  const growths = { "look-ups": memoryBefore - memory[1]! } as Record<string, number>;

  const requestContent = (): Promise<IncomingMessage> =>
    request(contentPath.replace("{asset_id}", testAssets.large.asset_id));
  let received = 0;
  async function download(): Promise<void> {
    for await (const bytes of await requestContent()) received += (bytes as Buffer).length;
  }
  const start = performance.now();
  peakMiB = 0;
  const sampling = setInterval(measureMemory, 200);
  await Promise.all(Array.from({ length: downloads }, download));
  const seconds = (performance.now() - start) / 1000;
  const megabytes = (received / 1e6).toFixed(0);
  console.log(
    `${downloads} downloads, ${megabytes} MB in ${seconds.toFixed(1)} s, peak memory ${peakMiB.toFixed(0)} MiB`,
  );
  growths["downloads"] = peakMiB - memoryBefore;

  peakMiB = 0;
  const unread = await Promise.all(Array.from({ length: downloads }, requestContent));
  await sleep(3000);
  console.log(`${downloads} downloads that nobody reads, peak memory ${peakMiB.toFixed(0)} MiB`);
  growths["downloads that nobody reads"] = peakMiB - memoryBefore;
  for (const response of unread) response.destroy();
  clearInterval(sampling);
  agent.destroy();
  server.kill();

  const failures = Object.entries(growths)
    .filter(([, mib]) => mib > maxGrowthMiB)
    .map(([name, mib]) => `${name}: memory grew by ${mib.toFixed(0)} MiB, more than ${maxGrowthMiB}`);
  if (received !== downloads * largeBytes) failures.push(`the downloads gave ${received} bytes`);
  for (const failure of failures) console.error(failure);
  console.log(failures.length === 0 ? "soak of the mock: memory stays flat" : "soak of the mock: failed");
  process.exitCode = failures.length === 0 ? 0 : 1;
}

/**
 * Much traffic through the mock, which runs in a process of its own: does its memory stay flat?
 *
 *     npm run soak
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { contentPath, getAssetPath, testAssets } from "../../generated/document.ts";
import { startMockServer } from "../../src/mock.ts";

const lookUps = 100_000;
const clients = 20;
/** What the collector may leave lying while 600 MB a second pass. */
const maxGrowthMiB = 150;
const assets = Object.values(testAssets);

if (process.argv[2] === "serve") await serve();
else await soak();

/** Starts the mock and tells its URL; then, for each message, how much memory the process has. */
async function serve(): Promise<void> {
  const { url } = await startMockServer();
  process.on("message", () => {
    globalThis.gc?.();
    process.send!(process.memoryUsage().rss / 2 ** 20);
  });
  process.send!(url);
}

async function soak(): Promise<void> {
  const server = fork(import.meta.filename, ["serve"], { execArgv: ["--expose-gc"] });
  const [url] = (await once(server, "message")) as [string];
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  let peakMiB = 0;

  async function measure(): Promise<number> {
    server.send("memory");
    const [mib] = (await once(server, "message")) as [number];
    peakMiB = Math.max(peakMiB, mib);
    return mib;
  }

  async function request(path: string): Promise<IncomingMessage> {
    const [response] = await once(get(url + path, { agent, headers: { authorization: "Bearer any" } }), "response");
    return response as IncomingMessage;
  }

  const answers = new Map<number, number>();
  async function lookUp(index: number): Promise<void> {
    const id = assets[index % (2 * assets.length)]?.asset_id ?? `asset_${index}`;
    const response = await request(getAssetPath.replace("{asset_id}", id));
    const { statusCode = 0 } = response.resume();
    answers.set(statusCode, (answers.get(statusCode) ?? 0) + 1);
    await once(response, "end");
  }

  let next = 0;
  async function lookUpUntil(end: number): Promise<void> {
    while (next < end) await lookUp(next++);
  }
  const memory: number[] = [];
  for (let end = lookUps / 10; end <= lookUps; end += lookUps / 10) {
    await Promise.all(Array.from({ length: 50 }, () => lookUpUntil(end)));
    memory.push(await measure());
  }
  const shown = memory.map((mib) => mib.toFixed(0)).join(" ");
  console.log(`${next} look-ups, answered with`, Object.fromEntries(answers), `memory on the way: ${shown} MiB`);
  const lookUpGrowth = memory.at(-1)! - memory[1]!;

  let received = 0;
  async function download(): Promise<void> {
    const response = await request(contentPath.replace("{asset_id}", testAssets.large.asset_id));
    for await (const bytes of response) received += (bytes as Buffer).length;
  }
  peakMiB = 0;
  const start = performance.now();
  const sampling = setInterval(measure, 200);
  await Promise.all(Array.from({ length: clients }, download));
  const seconds = (performance.now() - start) / 1000;
  console.log(
    `${clients} clients took ${(received / 1e6).toFixed(0)} MB in ${seconds.toFixed(1)} s, peak ${peakMiB.toFixed(0)} MiB`,
  );
  const downloadGrowth = peakMiB - memory.at(-1)!;

  peakMiB = 0;
  const stalled = await Promise.all(
    Array.from({ length: clients }, () => request(contentPath.replace("{asset_id}", testAssets.large.asset_id))),
  );
  await sleep(3000);
  console.log(`${clients} clients that took nothing of it, peak ${peakMiB.toFixed(0)} MiB`);
  const stallGrowth = peakMiB - memory.at(-1)!;
  for (const response of stalled) response.destroy();
  clearInterval(sampling);
  agent.destroy();
  server.kill();

  const growths = { lookUpGrowth, downloadGrowth, stallGrowth };
  const grown = Object.entries(growths).filter(([, mib]) => mib > maxGrowthMiB);
  for (const [name, mib] of grown) console.error(`${name}: ${mib.toFixed(0)} MiB, more than ${maxGrowthMiB}`);
  const isWhole = received === clients * 1e8;
  if (!isWhole) console.error(`the downloads brought ${received} bytes`);
  console.log(grown.length === 0 && isWhole ? "soak of the mock: memory stays flat" : "soak of the mock: failed");
  process.exitCode = grown.length === 0 && isWhole ? 0 : 1;
}

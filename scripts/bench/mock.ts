/**
 * How many look-ups a second the mock answers, against plain Prism and a bare server: each on one core, in its own process.
 *
 *     npm run bench
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { Agent, createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { getAssetPath, testAssets } from "../../generated/document.ts";
import { startMockServer } from "../../src/mock.ts";
import { readDocument } from "../document.ts";
import { median } from "./median.ts";
import { startPrism } from "../prism.ts";

const rounds = 7;
const requestsPerRound = 3000;
const concurrency = 20;
const path = getAssetPath.replace("{asset_id}", testAssets.image.asset_id);

const contestants: Record<string, () => Promise<{ url: string }>> = {
  "node:http alone": startBare,
  "plain Prism": async () => startPrism(await readDocument()),
  "the mock": () => startMockServer(),
};

const [, , role] = process.argv;
if (role === undefined) await bench();
else process.send!((await contestants[role]!()).url);

async function startBare(): Promise<{ url: string }> {
  const { components } = await readDocument();
  const body = JSON.stringify(components.examples.Confirmed!.value);
  const server = createServer((_request, response) => response.setHeader("Content-Type", "application/json").end(body));
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function bench(): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const headers = { authorization: "Bearer any" };

  async function perSecond(url: string): Promise<number> {
    let next = 0;
    async function work(): Promise<void> {
      while (next++ < requestsPerRound) {
        const [response] = (await once(get(url + path, { agent, headers }), "response")) as [IncomingMessage];
        if (response.statusCode !== 200) throw new Error(`HTTP ${response.statusCode}`);
        await once(response.resume(), "end");
      }
    }
    const start = performance.now();
    await Promise.all(Array.from({ length: concurrency }, work));
    return (requestsPerRound * 1000) / (performance.now() - start);
  }

  const servers: ChildProcess[] = [];
  const results = new Map<string, { url: string; rates: number[] }>();
  for (const name of Object.keys(contestants)) {
    const server = fork(import.meta.filename, [name]);
    servers.push(server);
    const [url] = (await once(server, "message")) as [string];
    results.set(name, { url, rates: [] });
  }
  // In turns, so that a busy moment of the machine meets all of them.
  for (let round = -1; round < rounds; round++) {
    for (const { url, rates } of results.values()) {
      const rate = await perSecond(url);
      if (round >= 0) rates.push(rate);
    }
  }
  agent.destroy();
  for (const server of servers) server.kill();

  console.log(
    `Look-ups a second over loopback, ${concurrency} at once, medians of ${rounds} rounds of ${requestsPerRound}`,
  );
  const bare = median(results.get("node:http alone")!.rates);
  for (const [name, { rates }] of results) {
    const rate = median(rates);
    console.log(`  ${name.padEnd(22)}${rate.toFixed(0).padStart(6)}  ${(rate / bare).toFixed(2)}×`);
  }
}

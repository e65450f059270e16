/**
 * How many look-ups a second the mock answers, compared to plain Prism and to a bare server. Each server has a process
 * of its own.
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
import { startPrism } from "../prism.ts";
import { measureInRounds } from "./rounds.ts";

const rounds = 7;
const requestsPerRound = 3000;
const concurrency = 20;
const path = getAssetPath.replace("{asset_id}", testAssets.image.asset_id);

const servers: Record<string, () => Promise<{ url: string }>> = {
  "node:http alone": startBare,
  "plain Prism": async () => startPrism(await readDocument()),
  "the mock": () => startMockServer(),
};

const [, , role] = process.argv;
if (role === undefined) await bench();
else process.send!((await servers[role]!()).url);

async function startBare(): Promise<{ url: string }> {
  const { components } = await readDocument();
  const body = JSON.stringify(components.examples.Confirmed!.value);
  const server = createServer((_request, response) => response.setHeader("Content-Type", "application/json").end(body));
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function bench(): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const processes: ChildProcess[] = [];
  const urls = new Map<string, string>();
  for (const name of Object.keys(servers)) {
    const server = fork(import.meta.filename, [name]);
    processes.push(server);
    const [url] = (await once(server, "message")) as [string];
    urls.set(name, url);
  }
  const results = await measureInRounds(rounds, [...urls.keys()], async (name) => ({
    perSecond: await measureRate(urls.get(name)!, agent),
  }));
  agent.destroy();
  for (const server of processes) server.kill();

  console.log(
    `Look-ups a second over loopback, ${concurrency} at once, medians of ${rounds} rounds of ${requestsPerRound}`,
  );
  for (const [name, { median, ratio }] of results) {
    const times = ["node:http alone", "plain Prism"].map(
      (other) => `${ratio("perSecond", other).toFixed(2)}× ${other}`,
    );
    console.log(`  ${name.padEnd(16)}${median("perSecond").toFixed(0).padStart(6)}  ${times.join("  ")}`);
  }
}

async function measureRate(url: string, agent: Agent): Promise<number> {
  let next = 0;
  async function lookUp(): Promise<void> {
    while (next++ < requestsPerRound) {
      const request = get(url + path, { agent, headers: { authorization: "Bearer any" } });
      const [response] = (await once(request, "response")) as [IncomingMessage];
      if (response.statusCode !== 200) throw new Error(`HTTP ${response.statusCode}`);
      await once(response.resume(), "end");
    }
  }
  const start = performance.now();
  await Promise.all(Array.from({ length: concurrency }, lookUp));
  return (requestsPerRound * 1000) / (performance.now() - start);
}

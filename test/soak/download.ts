/**
 * Many downloads from a host that does everything wrong, some of them by a process that is killed: is every file one of
 * the source's, and nothing left beside it?
 *
 *     npm run soak
 *     node test/soak/download.ts SEED
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  createClient,
  isChenyuError,
  parseAssetId,
  type ChenyuClient,
  type Fetch,
  type Progress,
} from "../../src/index.ts";
import { downloadAll, downloadToFile, type SavedFile } from "../../src/node.ts";
import { secretKey, startContentServer, type ContentServer } from "../servers/content-server.ts";
import { bytesOf, deal, describe, makeSource, type Source } from "./faulty-host.ts";

const downloads = 500;
const killedDownloads = 50;
/** Of one run after the other, each for what the last one has left: the first ones leave much. */
const maxRetriesOfRuns = [0, 0, 2, 8];
const maxKills = 4;
const maxMsToKill = 1500;
const idleTimeoutMs = 500;
const sizesAtEdges = [0, 1, 2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1, 20e6];

const sources = new Map<string, Source>();
const saved = new Map<string, SavedFile>();
/** How often something was dealt, or has happened. */
const counts = { faults: {}, ends: {}, processes: {}, left: {} } as Record<string, Record<string, number>>;
const problems = new Map<string, unknown[]>();

const [, , role = String(Date.now() % 1e6), ...details] = process.argv;
if (role === "download") await download(details as [string, string, string]);
else await soak(role);

function count(what: "faults" | "ends" | "processes" | "left", name: string): void {
  const numbers = counts[what]!;
  numbers[name] = (numbers[name] ?? 0) + 1;
}

function report(problem: string, what: unknown): void {
  problems.set(problem, [...(problems.get(problem) ?? []), what]);
}

function connect(baseUrl: string, options: { fetch?: Fetch } = {}): ChenyuClient {
  return createClient({ apiKey: secretKey, baseUrl, ...options });
}

function nameOf(error: unknown): string {
  if (!isChenyuError(error)) return `not ours: ${String(error)}`;
  return error.name === "DownloadError" ? `${error.name}, ${error.kind}` : error.name;
}

/** Saves what it can, with some luck. */
async function saveAll(client: ChenyuClient, ids: string[], folder: string, maxRetries: number): Promise<void> {
  const options = { concurrency: 16, idleTimeoutMs, maxRetries, onProgress: checkProgress };
  for await (const { asset, file, error } of downloadAll(client, ids, folder, options)) {
    if (file !== undefined) saved.set(parseAssetId(asset), file);
    else if (!isChenyuError(error)) report("errors that are not ours", error);
    const how = file?.resumedFrom ? "saved, with bytes of an earlier run" : "saved";
    count("ends", file === undefined ? nameOf(error) : how);
  }
}

function checkProgress({ receivedBytes, totalBytes = receivedBytes }: Progress, asset: unknown): void {
  if (receivedBytes > totalBytes) report("progress over 100 %", asset);
}

/** What a process does that may be killed. */
async function download([url, id, path]: [string, string, string]): Promise<void> {
  process.send!("begun");
  const options = { idleTimeoutMs, maxRetries: 8, overwrite: "skip" } as const;
  process.send!(await downloadToFile(connect(url), id, path, options).catch(nameOf));
}

/** Downloads in a process of its own, which may be killed so long after it has begun. */
async function downloadInChild(parameters: string[], killAfterMs: number | undefined): Promise<SavedFile | string> {
  const child = fork(import.meta.filename, ["download", ...parameters]);
  const messages: (SavedFile | string)[] = [];
  child.on("message", (message: SavedFile | string) => {
    if (messages.push(message) > 1 || killAfterMs === undefined) return;
    setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  });
  // Its last message may come after its end.
  await Promise.all([once(child, "exit"), once(child, "disconnect")]);
  return messages[1] ?? "killed";
}

/** Saves it by a process that is killed one to four times, then by one that is not. */
async function saveKilled(url: string, source: Source, folder: string): Promise<void> {
  const path = join(folder, `${source.id}.png`);
  let kills = 1 + Math.floor(source.random() * maxKills);
  for (let waits = 0; kills >= 0 && waits < 10 && !saved.has(source.id);) {
    source.misfortune = kills === 0 ? 0 : 1.6;
    const wasThere = existsSync(path);
    const killAfterMs = kills > 0 ? source.random() * maxMsToKill : undefined;
    const end = await downloadInChild([url, source.id, path], killAfterMs);
    if (typeof end !== "string") saved.set(source.id, end);
    const how = typeof end !== "string" && end.resumedFrom > 0 ? "saved, with bytes of an earlier process" : "saved";
    count("processes", typeof end === "string" ? end : wasThere ? "saved before the kill" : how);
    if (end === "DownloadError, busy") {
      // Killed between making its lock and writing to it, a process blocks the file for ten seconds.
      await sleep(2000);
      waits += 1;
    } else kills -= 1;
  }
}

/** Looks at each file in the folder. */
async function verify(folder: string): Promise<void> {
  const names = await readdir(folder);
  for (const name of names) {
    const [, id = "", suffix = ""] = /^(\w+)\.png(.*)$/.exec(name) ?? [];
    const source = sources.get(id)!;
    if (suffix !== "") {
      // What a process leaves that is killed when the file is there, nobody asks for any more.
      if (id.startsWith("killed")) count("left", suffix.replace(/[0-9a-f]{16}$/, "…"));
      else if (saved.has(id) || !/^\.part(\.json)?$/.test(suffix)) report("files left", name);
      continue;
    }
    const bytes = await readFile(join(folder, name));
    const isVersion = source.sizes.some((_size, version) => bytes.equals(bytesOf(source, version)));
    if (!isVersion) report("files that no version of the source has", name);
    if (saved.get(id)?.size !== bytes.length) report("files that nobody was told of", name);
  }
  for (const id of saved.keys()) if (!names.includes(`${id}.png`)) report("successes without a file", id);
}

async function soak(seed: string): Promise<void> {
  console.log(`seed ${seed}`);
  const start = performance.now();
  const folder = await mkdtemp(join(tmpdir(), "soak-"));
  process.on("unhandledRejection", (reason) => report("unhandled rejections", reason));
  const ids = Array.from({ length: downloads }, (_, index) => `asset_${index}`);
  for (const [index, id] of ids.entries()) sources.set(id, makeSource(id, seed, 1, sizesAtEdges[index]));
  const killed = Array.from({ length: killedDownloads }, (_, index) => makeSource(`killed_${index}`, seed, 2e6));
  for (const source of killed) sources.set(source.id, source);

  const server = await startContentServer(
    (url, _lookUp, id) => describe(sources.get(id)!, url),
    (request) => {
      const [fault, step] = deal(sources.get(/\w+/.exec(request.path)![0])!, request);
      count("faults", fault);
      return step;
    },
  );
  const fetchHere: Fetch = (url, init) => {
    if (!String(url).startsWith(server.url)) report("requests to another host", url);
    return fetch(url, init);
  };
  const client = connect(server.url, { fetch: fetchHere });
  const wanted = (): string[] => ids.filter((id) => !saved.has(id));

  for (const maxRetries of maxRetriesOfRuns) {
    await saveAll(client, wanted(), folder, maxRetries);
    await verify(folder);
  }
  for (const id of ids) sources.get(id)!.misfortune = 0;
  await saveAll(client, wanted(), folder, 0);
  const work = async (): Promise<void> => {
    for (let next = killed.pop(); next !== undefined; next = killed.pop()) await saveKilled(server.url, next, folder);
  };
  await Promise.all(Array.from({ length: 5 }, work));
  await verify(folder);
  for (const id of sources.keys()) if (!saved.has(id)) report("not saved, though all went well at last", id);
  // The pool keeps idle ones for four seconds.
  for (let waits = 0; waits < 100 && server.connections.open > 0; waits++) await sleep(100);
  if (server.connections.open > 0) report("connections left", server.connections.open);
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });

  print((performance.now() - start) / 1000, server);
  process.exitCode = problems.size === 0 ? 0 : 1;
}

function print(seconds: number, { requests, lookUps }: ContentServer): void {
  const megabytes = [...saved.values()].reduce((sum, { size }) => sum + size, 0) / 1e6;
  const rests = requests.filter(({ range }) => range !== undefined).length;
  console.log(`${saved.size} files of ${megabytes.toFixed(0)} MB in all, in ${seconds.toFixed(0)} s`);
  console.log(`${requests.length} requests, ${rests} of them for the rest of a file; ${lookUps()} look-ups`);
  const faults = Object.entries(counts.faults!).toSorted(([, a], [, b]) => b - a);
  for (const [name, number] of faults) console.log(`  ${String(number).padStart(6)} ${name}`);
  console.log("ends:", counts.ends);
  console.log("ends of processes that may be killed:", counts.processes, "left by them:", counts.left);
  console.log(`peak memory: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB, the host's included`);
  for (const [name, what] of problems) console.error(`${name}: ${what.length}`, what.slice(0, 5));
  console.log(problems.size === 0 ? "soak of downloads: every file is the source's" : "soak of downloads: failed");
}

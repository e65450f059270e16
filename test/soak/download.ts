/**
 * Downloads many files from a host that fails in every way, and kills some of the processes that download. Then checks
 * that each file is a version that the host had, and that no other file is left.
 *
 *     npm run soak
 *     node test/soak/download.ts SEED DOWNLOADS
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
import { bytesOf, chooseFault, makeAsset, makeSource, type Source } from "./faulty-host.ts";

/** The `maxRetries` of each run. A run downloads what the runs before could not. */
const maxRetriesOfRuns = [0, 0, 2, 8];
const maxKills = 4;
const maxMsToKill = 1500;
const idleTimeoutMs = 500;
const sizesAtEdges = [0, 1, 2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1, 20e6];

const sources = new Map<string, Source>();
const saved = new Map<string, SavedFile>();
/** How often the host chose each fault. */
const faultCounts: Record<string, number> = {};
const outcomes: Record<string, number> = {};
/** Outcomes of processes that may be killed. */
const processOutcomes: Record<string, number> = {};
const leftFiles: Record<string, number> = {};
/** The details of each check that failed. */
const failures = new Map<string, unknown[]>();

const [, , role = String(Date.now() % 1e6), ...details] = process.argv;
if (role === "download") await download(details as [string, string, string]);
else await soak(role, Number(details[0] ?? 500));

function increase(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

function fail(check: string, detail: unknown): void {
  failures.set(check, [...(failures.get(check) ?? []), detail]);
}

function connect(baseUrl: string, options: { fetch?: Fetch } = {}): ChenyuClient {
  return createClient({ apiKey: secretKey, baseUrl, ...options });
}

function nameOf(error: unknown): string {
  if (!isChenyuError(error)) return `not ours: ${String(error)}`;
  return error.name === "DownloadError" ? `${error.name}, ${error.kind}` : error.name;
}

/** Downloads all that the faults let through. */
async function saveAll(client: ChenyuClient, ids: string[], folder: string, maxRetries: number): Promise<void> {
  const options = { concurrency: 16, idleTimeoutMs, maxRetries, onProgress: checkProgress };
  for await (const { asset, file, error } of downloadAll(client, ids, folder, options)) {
    if (file !== undefined) saved.set(parseAssetId(asset), file);
    else if (!isChenyuError(error)) fail("errors that are not ours", error);
    const success = file?.resumedFrom ? "saved, with bytes of an earlier run" : "saved";
    increase(outcomes, file === undefined ? nameOf(error) : success);
  }
}

function checkProgress({ receivedBytes, totalBytes = receivedBytes }: Progress, asset: unknown): void {
  if (receivedBytes > totalBytes) fail("progress over 100 %", asset);
}

/** Downloads one file. This is all that a child process does. */
async function download([url, id, path]: [string, string, string]): Promise<void> {
  process.send!("started");
  const options = { idleTimeoutMs, maxRetries: 8, overwrite: "skip" } as const;
  process.send!(await downloadToFile(connect(url), id, path, options).catch(nameOf));
}

/** Downloads in a process of its own, and kills it some time after its start. */
async function downloadInChild(parameters: string[], killAfterMs: number | undefined): Promise<SavedFile | string> {
  const child = fork(import.meta.filename, ["download", ...parameters]);
  const messages: (SavedFile | string)[] = [];
  child.on("message", (message: SavedFile | string) => {
    if (messages.push(message) > 1 || killAfterMs === undefined) return;
    setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  });
  // The last message may arrive after the exit.
  await Promise.all([once(child, "exit"), once(child, "disconnect")]);
  return messages[1] ?? "killed";
}

/** Downloads with one to four processes that are killed, then with one that is not. */
async function saveDespiteKills(url: string, source: Source, folder: string): Promise<void> {
  const path = join(folder, `${source.id}.png`);
  let killsLeft = 1 + Math.floor(source.random() * maxKills);
  for (let waits = 0; killsLeft >= 0 && waits < 10 && !saved.has(source.id);) {
    source.faultFactor = killsLeft === 0 ? 0 : 1.6;
    const existed = existsSync(path);
    const killAfterMs = killsLeft > 0 ? source.random() * maxMsToKill : undefined;
    const result = await downloadInChild([url, source.id, path], killAfterMs);
    if (typeof result === "string") increase(processOutcomes, result);
    else {
      saved.set(source.id, result);
      const success = result.resumedFrom > 0 ? "saved, with bytes of an earlier process" : "saved";
      increase(processOutcomes, existed ? "saved before the kill" : success);
    }
    if (result === "DownloadError, busy") {
      // A process that is killed between creating its lock and writing to it blocks the file for ten seconds.
      await sleep(2000);
      waits += 1;
    } else killsLeft -= 1;
  }
}

/** Checks each file in the folder. */
async function verify(folder: string): Promise<void> {
  const names = await readdir(folder);
  for (const name of names) {
    // Left by a process that was killed while it read the file system's clock.
    if (name.startsWith(".chenyu-assets-")) {
      increase(leftFiles, ".chenyu-assets-…");
      continue;
    }
    const [, id = "", suffix = ""] = /^(\w+)\.png(.*)$/.exec(name) ?? [];
    const source = sources.get(id)!;
    if (suffix !== "") {
      // A process that is killed right after it published the file leaves others, and no later download removes them.
      if (id.startsWith("killed")) increase(leftFiles, suffix.replace(/[0-9a-f]{16}$/, "…"));
      else if (saved.has(id) || !/^\.part(\.json)?$/.test(suffix)) fail("files left", name);
      continue;
    }
    const bytes = await readFile(join(folder, name));
    const isVersion = source.sizes.some((_size, version) => bytes.equals(bytesOf(source, version)));
    if (!isVersion) fail("files that are no version of the source", name);
    if (saved.get(id)?.size !== bytes.length) fail("files that no download reported", name);
  }
  for (const id of saved.keys()) if (!names.includes(`${id}.png`)) fail("successes without a file", id);
}

async function soak(seed: string, downloads: number): Promise<void> {
  console.log(`seed ${seed}`);
  const start = performance.now();
  const folder = await mkdtemp(join(tmpdir(), "soak-"));
  process.on("unhandledRejection", (reason) => fail("unhandled rejections", reason));
  const ids = Array.from({ length: downloads }, (_, index) => `asset_${index}`);
  for (const [index, id] of ids.entries()) sources.set(id, makeSource(id, seed, 1, sizesAtEdges[index]));
  const killed = Array.from({ length: Math.ceil(downloads / 10) }, (_, index) =>
    makeSource(`killed_${index}`, seed, 2e6),
  );
  for (const source of killed) sources.set(source.id, source);

  const server = await startContentServer(
    (url, _lookUp, id) => makeAsset(sources.get(id)!, url),
    (request) => {
      const [fault, step] = chooseFault(sources.get(/\w+/.exec(request.path)![0])!, request);
      increase(faultCounts, fault);
      return step;
    },
  );
  const checkedFetch: Fetch = (url, init) => {
    if (!String(url).startsWith(server.url)) fail("requests to another host", url);
    return fetch(url, init);
  };
  const client = connect(server.url, { fetch: checkedFetch });
  const missing = (): string[] => ids.filter((id) => !saved.has(id));

  for (const maxRetries of maxRetriesOfRuns) {
    await saveAll(client, missing(), folder, maxRetries);
    await verify(folder);
  }
  for (const id of ids) sources.get(id)!.faultFactor = 0;
  await saveAll(client, missing(), folder, 0);
  const saveInTurn = async (): Promise<void> => {
    for (let next = killed.pop(); next !== undefined; next = killed.pop())
      await saveDespiteKills(server.url, next, folder);
  };
  await Promise.all(Array.from({ length: 5 }, saveInTurn));
  await verify(folder);
  for (const id of sources.keys()) if (!saved.has(id)) fail("not saved, though the last run had no faults", id);
  // The connection pool of fetch keeps idle connections open for four seconds.
  for (let waits = 0; waits < 100 && server.connections.open > 0; waits++) await sleep(100);
  if (server.connections.open > 0) fail("connections left", server.connections.open);
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });

  print((performance.now() - start) / 1000, server);
  process.exitCode = failures.size === 0 ? 0 : 1;
}

function print(seconds: number, { requests, lookUps }: ContentServer): void {
  const megabytes = [...saved.values()].reduce((sum, { size }) => sum + size, 0) / 1e6;
  const rests = requests.filter(({ range }) => range !== undefined).length;
  console.log(`${saved.size} files of ${megabytes.toFixed(0)} MB in ${seconds.toFixed(0)} s`);
  console.log(`${requests.length} requests, ${rests} of them for the rest of a file; ${lookUps()} look-ups`);
  const faults = Object.entries(faultCounts).toSorted(([, a], [, b]) => b - a);
  for (const [name, number] of faults) console.log(`  ${String(number).padStart(6)} ${name}`);
  console.log("outcomes:", outcomes);
  console.log("outcomes of processes that may be killed:", processOutcomes, "files that they left:", leftFiles);
  console.log(`peak memory: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB, including the host`);
  for (const [check, all] of failures) console.error(`${check}: ${all.length}`, all.slice(0, 5));
  console.log(
    failures.size === 0 ? "soak of downloads: every file is a version of its source" : "soak of downloads: failed",
  );
}

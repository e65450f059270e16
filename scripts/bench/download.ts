/**
 * How much time and memory a download takes: as a stream, compared to `fetch` alone; to a file, compared to a pipeline
 * and to curl. The server has a process of its own. Each download to a file has one, too, to measure its memory.
 *
 *     npm run bench
 */
import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm, statfs } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import "../../src/download/download.ts"; // loaded here, so that no download is measured with the time of loading it
import { createClient } from "../../src/index.ts";
import { downloadToFile } from "../../src/node.ts";
import { measureInRounds, type Result } from "./rounds.ts";

const streamBytes = 2 ** 29;
const streamRounds = 21;
const fileBytes = 2 ** 30;
const fileRounds = 5;

/** What one download takes. Only the time means something for curl, which is another process. */
interface Cost {
  seconds: number;
  cpuSeconds: number;
  /** The peak memory of the process. */
  peakMiB: number;
}

type Contestant = (url: string, path: string) => Promise<unknown>;

const streams: Record<string, Contestant> = {
  "fetch alone": async (url) => readAll((await fetch(contentUrl(url, streamBytes))).body!),
  "assets.download": async (url) => readAll((await connect(url).assets.download(`asset_${streamBytes}`)).stream),
};

const files: Record<string, Contestant> = {
  pipeline: (url, path) => saveByPipeline(url, path, {}),
  "pipeline, fsync": (url, path) => saveByPipeline(url, path, { flush: true }),
  downloadToFile: (url, path) => downloadToFile(connect(url), `asset_${fileBytes}`, path),
  curl: (url, path) =>
    promisify(execFile)("curl", ["--silent", "--fail", "--output", path, contentUrl(url, fileBytes)]),
};

const [, , role, ...parameters] = process.argv;
if (role === undefined) await bench();
else if (role === "serve") await serve();
else process.send!(await measure(() => files[role]!(parameters[0]!, parameters[1]!)));

/** Serves assets from memory, and sends its URL to the parent process. The id of an asset ends with its size. */
async function serve(): Promise<void> {
  const piece = Buffer.alloc(2 ** 20, "0123456789abcdef");
  const server = createServer((request, response) => {
    const size_bytes = Number(/\d+$/.exec(request.url!));
    if (request.url!.startsWith("/api/")) {
      const signed_url = contentUrl(`http://${request.headers.host}`, size_bytes);
      const data = {
        asset_id: `asset_${size_bytes}`,
        status: "confirmed",
        size_bytes,
        mime_type: "video/mp4",
        signed_url,
      };
      response.setHeader("Content-Type", "application/json").end(JSON.stringify({ code: 0, msg: "", data }));
      return;
    }
    response.writeHead(200, { "Content-Length": size_bytes, ETag: '"1"' });
    const pieces = Array.from({ length: size_bytes / piece.length }, () => piece);
    pipeline(Readable.from(pieces), response).catch(() => {});
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  process.send!(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

function contentUrl(url: string, bytes: number): string {
  return `${url}/content/${bytes}`;
}

function connect(baseUrl: string): ReturnType<typeof createClient> {
  return createClient({ apiKey: "cy_bench", baseUrl });
}

async function readAll(stream: ReadableStream<Uint8Array>): Promise<void> {
  const reader = stream.getReader();
  while (!(await reader.read()).done);
}

async function saveByPipeline(url: string, path: string, options: { flush?: boolean }): Promise<void> {
  const { body } = await fetch(contentUrl(url, fileBytes));
  await pipeline(body!, createWriteStream(path, { highWaterMark: 1 << 20, ...options }));
}

async function measure(download: () => Promise<unknown>): Promise<Cost> {
  const start = performance.now();
  const cpuBefore = process.cpuUsage();
  await download();
  const { user, system } = process.cpuUsage(cpuBefore);
  const seconds = (performance.now() - start) / 1000;
  return { seconds, cpuSeconds: (user + system) / 1e6, peakMiB: process.resourceUsage().maxRSS / 1024 };
}

async function measureInChild(name: string, url: string, path: string): Promise<Cost> {
  const child = fork(import.meta.filename, [name, url, path]);
  const [cost] = (await once(child, "message")) as [Cost];
  await rm(path);
  return cost;
}

async function bench(): Promise<void> {
  const server = fork(import.meta.filename, ["serve"]);
  const [url] = (await once(server, "message")) as [string];
  const folder = await mkdtemp(join(tmpdir(), "bench-"));
  try {
    console.log(`A stream of ${streamBytes / 2 ** 20} MiB over loopback, medians of ${streamRounds} rounds`);
    const measureStream = (name: string): Promise<Cost> => measure(() => streams[name]!(url, ""));
    print(await measureInRounds(streamRounds, Object.keys(streams), measureStream), streamBytes, "fetch alone");

    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize < 2 * fileBytes) return console.log("The disk has no room for the files.");
    const names = (await hasCurl()) ? Object.keys(files) : Object.keys(files).filter((name) => name !== "curl");
    console.log(`A file of ${fileBytes / 2 ** 20} MiB over loopback, medians of ${fileRounds} rounds`);
    const measureFile = (name: string): Promise<Cost> => measureInChild(name, url, join(folder, "file"));
    print(await measureInRounds(fileRounds, names, measureFile), fileBytes, "pipeline", "pipeline, fsync");
  } finally {
    server.kill();
    await rm(folder, { recursive: true });
  }
}

async function hasCurl(): Promise<boolean> {
  try {
    await promisify(execFile)("curl", ["--version"]);
    return true;
  } catch {
    console.log("curl is not installed.");
    return false;
  }
}

/** Prints the medians, and the ratios to each reference. */
function print(results: Map<string, Result<keyof Cost>>, bytes: number, ...references: string[]): void {
  for (const [name, { median, ratio }] of results) {
    const rate = `${(bytes / 2 ** 20 / median("seconds")).toFixed(0)} MiB/s`;
    const times = references.map((reference) => `${ratio("seconds", reference).toFixed(2)}× the time of ${reference}`);
    const cpuTimes = references.map((reference) => `${ratio("cpuSeconds", reference).toFixed(2)}×`).join(" and ");
    const cpu = `CPU time ${median("cpuSeconds").toFixed(2)} s, ${cpuTimes}`;
    const peak = `peak ${median("peakMiB").toFixed(0)} MiB`;
    const details = name === "curl" ? times : [...times, `${cpu}; ${peak}`];
    console.log(`  ${name.padEnd(17)}${rate.padStart(11)}  ${details.join(", ")}`);
  }
}

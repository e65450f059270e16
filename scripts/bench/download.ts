/**
 * What a download costs beside the wire: against a bare `fetch` as a stream, and a bare pipeline and curl to a file. The
 * server has a process of its own, and so has each download to a file, for its memory to be measured: none is warm.
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
import "../../src/download/download.ts"; // so that no download is charged for stripping its types
import { createClient } from "../../src/index.ts";
import { downloadToFile } from "../../src/node.ts";
import { median } from "./median.ts";

const streamBytes = 2 ** 29;
const streamRounds = 21;
const fileBytes = 2 ** 30;
const fileRounds = 5;

/** What one download has taken; of curl, only the time is known. */
interface Cost {
  seconds: number;
  cpuSeconds: number;
  /** The most memory that its process has had. */
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

/** Serves assets whose ids say how large they are, from memory, and tells its URL. */
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

/** Measures all of them in turns, so that a busy moment of the machine meets all; to and fro, for each has a trail. */
async function inTurns(
  names: string[],
  rounds: number,
  run: (name: string) => Promise<Cost>,
): Promise<Map<string, Cost[]>> {
  const costs = new Map<string, Cost[]>(names.map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const cost = await run(name);
      if (round >= 0) costs.get(name)!.push(cost);
    }
  }
  return costs;
}

async function runInChild(name: string, url: string, path: string): Promise<Cost> {
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
    print(
      await inTurns(Object.keys(streams), streamRounds, (name) => measure(() => streams[name]!(url, ""))),
      streamBytes,
      "fetch alone",
    );

    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize < 2 * fileBytes) return console.log("There is no room for files.");
    const hasCurl = await promisify(execFile)("curl", ["--version"]).then(
      () => true,
      () => false,
    );
    if (!hasCurl) console.log("There is no curl.");
    const names = Object.keys(files).filter((name) => name !== "curl" || hasCurl);
    console.log(`A file of ${fileBytes / 2 ** 20} MiB over loopback, medians of ${fileRounds} rounds`);
    print(
      await inTurns(names, fileRounds, (name) => runInChild(name, url, join(folder, "file"))),
      fileBytes,
      "pipeline",
      "pipeline, fsync",
    );
  } finally {
    server.kill();
    await rm(folder, { recursive: true });
  }
}

/** Prints the medians, and those of what each round gives in comparison to a reference. */
function print(costs: Map<string, Cost[]>, bytes: number, ...references: string[]): void {
  for (const [name, rounds] of costs) {
    const middle = (figure: keyof Cost): number => median(rounds.map((cost) => cost[figure]));
    const times = (figure: keyof Cost, reference: string): string =>
      median(rounds.map((cost, round) => cost[figure] / costs.get(reference)![round]![figure])).toFixed(2);
    const rate = `${(bytes / 2 ** 20 / middle("seconds")).toFixed(0)} MiB/s`;
    const seconds = references.map((reference) => `${times("seconds", reference)}× the time of ${reference}`);
    const cpu = references.map((reference) => `${times("cpuSeconds", reference)}×`).join(" and ");
    const own = `CPU time ${middle("cpuSeconds").toFixed(2)} s, ${cpu}; peak ${middle("peakMiB").toFixed(0)} MiB`;
    console.log(
      `  ${name.padEnd(17)}${rate.padStart(11)}  ${[...seconds, ...(name === "curl" ? [] : [own])].join(", ")}`,
    );
  }
}

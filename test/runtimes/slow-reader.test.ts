/**
 * Downloads that are read slowly, from hosts that close the connection after each response. Some versions of
 * undici end the process there unless the end of a body is read ahead, so each `fetch` has a process of its own.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeFolder } from "../helpers/temporary-folder.ts";
import { nodes } from "../package/commands.ts";
import { framings, startClosingServer, type ClosingFile, type Framing } from "../servers/closing-server.ts";
import { makeBytes } from "../servers/content-server.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = await makeFolder();
afterAll(() => folder[Symbol.asyncDispose]());

const sdk = folder.at("sdk.mjs");
beforeAll(async () => {
  await build({ entryPoints: [`${root}src/index.ts`], outfile: sdk, bundle: true, format: "esm", platform: "node" });
});

const sizes = [1, 10_240, 102_400, 262_144, 307_200, 1_048_576];

const files = [
  ...sizes.flatMap((size) => framings.map((framing) => makeFile(framing, size, 0))),
  ...framings.map((framing) => makeFile(framing, 307_200, 50)),
];
/** Files of which only a part is read. The first host sends only that, the others ignore ranges. */
const partFiles = framings.map((framing) => makeFile(framing, framing === "length" ? 5_000_000 : 640_000, 0));
const part = { start: 1000, end: 470_000 };

const wanted = [
  ...files.map(({ bytes }) => bytes),
  ...partFiles.map(({ bytes }) => bytes.subarray(part.start, part.end)),
];
const hashes = wanted.map((bytes) => createHash("sha256").update(bytes).digest("hex"));

const fetches = [
  ["the global fetch", "global"],
  ["the fetch of undici 7", `${root}node_modules/undici/index.js`],
  ["the fetch of undici 8", `${root}node_modules/undici8/index.js`],
] as const;

// All but undici 8 on the system's Node, which may be Node 20: undici 8 needs Node 22.19.
const pairs = nodes.flatMap(([name, node], index) =>
  fetches.slice(0, index === 0 ? 2 : 3).map(([fetchName, fetch]) => [name, fetchName, node, fetch] as const),
);

test.concurrent.each(pairs)(
  "on %s, a slow reader gets every byte by %s from hosts that close the connection",
  { timeout: 60_000 },
  async (_name, _fetchName, node, fetch) => {
    await using server = await startClosingServer([...files, ...partFiles]);
    const script = fileURLToPath(new URL("read-slowly.mjs", import.meta.url));
    const reads = [...files.map(({ id }) => ({ id })), ...partFiles.map(({ id }) => ({ id, range: part }))];
    const { exitCode, stdout, stderr } = await run(node, [script, sdk, fetch, server.url, JSON.stringify(reads)]);
    const [versions, output] = stdout.split("\n");
    console.log(versions);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(JSON.parse(output!)).toEqual(hashes);
  },
);

function makeFile(framing: Framing, size: number, openMs: number): ClosingFile {
  const id = `asset_${framing}_${size}_${openMs}`;
  return { id, bytes: makeBytes(size, id), framing, openMs };
}

function run(node: string, args: string[]): Promise<{ exitCode: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(node, args, (error, stdout, stderr) => resolve({ exitCode: error?.code ?? 0, stdout, stderr }));
  });
}

/** What the tests of this folder share: a folder for each test, an asset, servers, other processes, and checks. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile, stat, writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { expect, test as baseTest } from "vitest";
import { downloadToFile, type FileOptions, type SavedFile } from "../../src/node.ts";
import { clientFor, id } from "../download/downloads.ts";
import { makeFolder } from "../helpers/temporary-folder.ts";
import { until } from "../helpers/timing.ts";
import { makeBytes, readyAsset, secretKey, serve, startContentServer } from "../servers/content-server.ts";
import type { ContentServer, ContentStep } from "../servers/content-server.ts";
import type { DownloadTask } from "./downloader.ts";

/** Gives each test a temporary `folder` of its own, and the `path` of a file in it that does not exist yet. */
export const test = baseTest
  // oxlint-disable-next-line no-empty-pattern -- Vitest needs it here.
  .extend("folder", async ({}, { onCleanup }) => {
    const folder = await makeFolder();
    onCleanup(() => folder[Symbol.asyncDispose]());
    return folder;
  })
  .extend("path", ({ folder }) => folder.at("a.png"));

export { clientFor, id };
export const size = 3_000_000;
export const half = 1_500_000;
export const bytes = makeBytes(size);
export const otherBytes = makeBytes(size, "b");
export const etag = '"v1"';
export const asset = readyAsset(size);
/** The whole file arrives. */
export const whole = serve(bytes, { etag });
/** The first half arrives, then the connection ends. */
export const dropped = serve(bytes, { etag, sent: half, fault: "end" });
/** The first half arrives, then nothing. */
export const stalled = serve(bytes, { etag, sent: half, fault: "stall" });
export const withoutRetries = { maxRetries: 0 };

export function startFileServer(...script: ContentStep[]): Promise<ContentServer> {
  return startContentServer(asset, ...script);
}

export function save(server: ContentServer, target: string | URL, options?: FileOptions): Promise<SavedFile> {
  return downloadToFile(clientFor(server), id, target, options);
}

/** @returns -1 when there is no file. */
export async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? -1;
}

/** Waits until first bytes of a file are on disk. */
export function waitForPart(path: string): Promise<void> {
  return until(async () => (await sizeOf(`${path}.part`)) > 0);
}

/** A failure shows the lengths, because nobody can read the diff of two long buffers. */
export async function expectFile(path: string, content: Buffer): Promise<void> {
  const found = await readFile(path);
  expect([found.length, found.equals(content)]).toEqual([content.length, true]);
}

/** Writes what an interrupted download leaves. An object changes fields of `.part.json`, a text is the whole of it. */
export async function leavePart(path: string, content: Buffer, state: object | string = {}): Promise<void> {
  await writeFile(`${path}.part`, content);
  const valid = { asset_id: id, size_bytes: size, validator: etag };
  await writeFile(`${path}.part.json`, typeof state === "string" ? state : JSON.stringify({ ...valid, ...state }));
}

export function rangesOf({ requests }: ContentServer): (string | undefined)[] {
  return requests.map(({ range }) => range);
}

export function expectNoSecret(...texts: unknown[]): void {
  const shown = texts.map((text) => (typeof text === "string" ? text : inspect(text, { depth: 9, showHidden: true })));
  expect(shown.join("\n")).not.toMatch(new RegExp(`${secretKey}|signature=s|expires=\\d`));
}

/** Another process that downloads. */
export interface Downloader extends Disposable {
  child: ChildProcess;
  /** What the download has given, or the error; `undefined` if the process was killed before. */
  result: Promise<Record<string, unknown> | undefined>;
  /** Resolves when the process has ended. */
  ended: Promise<{ code: number | null; stderr: string }>;
}

/** Starts a process that downloads, and waits until it has begun. @param command - Starts Node, whose path follows. */
export async function startDownloader(task: DownloadTask, command: string[] = []): Promise<Downloader> {
  const script = fileURLToPath(new URL("./downloader.ts", import.meta.url));
  const [file, ...args] = [...command, process.execPath, "--unhandled-rejections=strict", script, JSON.stringify(task)];
  const child = spawn(file!, args, { stdio: ["ignore", "pipe", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (bytes) => (stderr += bytes));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, stderr }));
  const first = await lines.next();
  if (first.done) throw new Error(stderr);
  const result = lines.next().then(({ value }) => (value === undefined ? undefined : JSON.parse(value)));
  return { child, result, ended, [Symbol.dispose]: () => void child.kill("SIGKILL") };
}

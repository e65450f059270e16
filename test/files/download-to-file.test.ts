/** `downloadToFile`: what it saves, which arguments it refuses, and what it never leaves behind. */
import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { expect } from "vitest";
import { downloadToFile, type FileOptions, type SavedFile } from "../../src/node.ts";
import { caught } from "../helpers/caught.ts";
import type { TemporaryFolder } from "../helpers/temporary-folder.ts";
import { until } from "../helpers/timing.ts";
import { makeBytes, readyAsset, say, serve, startContentServer } from "../servers/content-server.ts";
import type { ContentStep } from "../servers/content-server.ts";
import {
  asset,
  bytes,
  dropped,
  etag,
  expectFile,
  expectNoSecret,
  half,
  id,
  leavePart,
  otherBytes,
} from "./downloads.ts";
import { rangesOf, save, size, sizeOf, stalled, startFileServer, test, waitForPart } from "./downloads.ts";
import { whole, withoutRetries } from "./downloads.ts";

test.concurrent("downloadToFile saves the file at a path, and leaves nothing beside it", async ({ folder, path }) => {
  await using server = await startFileServer(whole);
  expect(await save(server, path)).toEqual({ path, size, resumedFrom: 0, skipped: false });
  await expectFile(path, bytes);
  expect(await folder.names()).toEqual(["a.png"]);
  expect(rangesOf(server)).toEqual([undefined]);
});

test.concurrent("downloadToFile saves the file at a file: URL", async ({ folder }) => {
  await using server = await startFileServer(whole);
  const path = folder.at("my file.png");
  expect(await save(server, pathToFileURL(path))).toMatchObject({ path });
});

test.concurrent("downloadToFile saves an empty file", async ({ folder, path }) => {
  await using server = await startContentServer(readyAsset(0), serve(Buffer.alloc(0)));
  expect(await save(server, path)).toMatchObject({ size: 0, resumedFrom: 0 });
  expect([await folder.names(), await sizeOf(path)]).toEqual([["a.png"], 0]);
});

test.concurrent("downloadToFile saves a file whose size nobody reports", async ({ path }) => {
  await using server = await startContentServer(
    (url, lookUp) => ({ ...asset(url, lookUp), size_bytes: undefined }),
    serve(bytes, { length: "hidden" }),
  );
  expect(await save(server, path)).toMatchObject({ size });
  await expectFile(path, bytes);
});

test.concurrent("downloadToFile saves a file that arrives in small pieces", async ({ path }) => {
  await using server = await startFileServer(serve(bytes, { pieceBytes: 50_021 }));
  await save(server, path);
  await expectFile(path, bytes);
});

test.concurrent.for<[what: string, target: unknown, options?: object]>([
  ["an empty target", ""],
  ["a target that is not a path", 7],
  ["a target with a zero byte", "a\0.png"],
  ["a URL with a zero byte", new URL("file:///tmp/a%00.png")],
  ["a URL of a web page", new URL("https://example.com/a.png")],
  ["a URL of a file on another host", new URL("file://elsewhere/a.png")],
  ["an unknown overwrite", "a.png", { overwrite: "always" }],
  ["an unknown fileName", "a.png", { fileName: "a.png" }],
  ["a range", "a.png", { range: { start: 1 } }],
  ["an idleTimeoutMs that no timer can hold", "a.png", { idleTimeoutMs: -1 }],
  ["headers that cannot be sent", "a.png", { headers: { "a b": "c" } }],
  ["a signal that is not an AbortSignal", "a.png", { signal: {} }],
])("downloadToFile rejects with ConfigError before it does anything: %s", async ([, given, options], { folder }) => {
  await using server = await startFileServer(whole);
  const target = typeof given === "string" && given !== "" ? folder.at(`new/${given}/`) : (given as string);
  expect(await caught(save(server, target, options))).toMatchObject({ name: "ConfigError" });
  expect([await folder.names(), server.lookUps()]).toEqual([[], 0]);
});

test.concurrent("downloadToFile allows a range that is undefined", async ({ path }) => {
  await using server = await startFileServer(whole);
  expect(await save(server, path, { range: undefined } as FileOptions)).toMatchObject({ size });
});

test.concurrent("downloadToFile rejects with ConfigError when the client is missing", async () => {
  const forgetful = downloadToFile as unknown as (asset: string, target: string) => Promise<SavedFile>;
  const error = await caught(forgetful(id, "a.png"));
  expect(error).toMatchObject({ name: "ConfigError", message: "client: pass what createClient returns." });
});

test.concurrent("a signal that has aborted rejects with its reason before anything is done", async ({ folder }) => {
  await using server = await startFileServer(whole);
  expect(await caught(save(server, folder.at("new/"), { signal: AbortSignal.abort("left") }))).toBe("left");
  expect([await folder.names(), server.lookUps()]).toEqual([[], 0]);
});

test.concurrent.for<[what: string, step: ContentStep]>([
  ["shorter than size_bytes", serve(bytes.subarray(0, half), { etag })],
  ["shorter than size_bytes and has no Content-Length", serve(bytes.subarray(0, half), { etag, length: "hidden" })],
  ["longer than size_bytes", serve(makeBytes(size + 1), { etag })],
  ["longer than size_bytes and has no Content-Length", serve(makeBytes(size + 1), { etag, length: "hidden" })],
])("a file that is %s is not saved, and leaves no part", async ([, step], { folder, path }) => {
  await using server = await startFileServer(step);
  expect(await caught(save(server, path))).toMatchObject({ name: "DownloadError", kind: "size" });
  expect(await folder.names()).toEqual([]);
});

test.concurrent("a refusal of the host leaves nothing, and keeps an earlier part", async ({ folder, path }) => {
  await using server = await startFileServer(say(404));
  expect(await caught(save(server, path))).toMatchObject({ kind: "refused", status: 404 });
  expect(await folder.names()).toEqual([]);
  await leavePart(path, bytes.subarray(0, half));
  expect(await caught(save(server, path))).toMatchObject({ kind: "refused" });
  expect(await folder.names()).toEqual(["a.png.part", "a.png.part.json"]);
});

function openFilesIn({ path }: TemporaryFolder): string[] {
  return readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      const file = readlinkSync(`/proc/self/fd/${fd}`);
      return file.startsWith(path) ? [file] : [];
    } catch {
      return []; // It was closed a moment ago.
    }
  });
}

const onLinux = test.runIf(existsSync("/proc/self/fd"));

onLinux.concurrent("no file and no connection stays open, however a download ends", async ({ folder }) => {
  await using server = await startFileServer(whole, dropped, stalled, say(404), say(404), serve(otherBytes));
  await save(server, folder.at("a.png"));
  await caught(save(server, folder.at("b.png"), withoutRetries));
  const controller = new AbortController();
  const aborted = caught(save(server, folder.at("c.png"), { signal: controller.signal }));
  await waitForPart(folder.at("c.png"));
  expect(openFilesIn(folder)).toEqual([folder.at("c.png.part")]);
  controller.abort();
  await aborted;
  await caught(save(server, folder.at("d.png")));
  await save(server, folder.at("b.png"));
  expect(openFilesIn(folder)).toEqual([]);
  expect(await folder.names()).toEqual(["a.png", "b.png", "c.png.part", "c.png.part.json"]);
  await until(() => server.connections.open === 0);
});

test.concurrent("no error and no file but the content shows a secret", async ({ folder, path }) => {
  const hostile = serve(bytes, { etag, headers: { "Content-Range": "bytes 5-6/7?signature=s1" } });
  const droppedSoon = serve(bytes, { etag, sent: 10, fault: "end" });
  await using server = await startFileServer(stalled, droppedSoon, say(403), say(403), hostile);
  const controller = new AbortController();
  const aborted = caught(save(server, path, { signal: controller.signal }));
  await waitForPart(path);
  for (const name of await folder.names()) {
    if (name !== "a.png.part") expectNoSecret(await readFile(folder.at(name), "utf8"));
  }
  expectNoSecret(await caught(save(server, path)));
  controller.abort();
  expectNoSecret(await aborted);
  for (let call = 0; call < 2; call++) expectNoSecret(await caught(save(server, path, withoutRetries)));
  expectNoSecret(await save(server, path, withoutRetries)); // the answer with a hostile header to a request for the whole
  await rm(path);
  expectNoSecret(await readFile(`${path}.part.json`, "utf8").catch(() => ""));
  await rm(`${path}.part`, { force: true });
  await mkdir(`${path}.part`);
  expectNoSecret(await caught(save(server, path)));
});

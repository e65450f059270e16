/** A process that downloads: it is killed, or it ends by itself. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, vi } from "vitest";
import { serve, type ContentStep, type ServeOptions } from "../servers/content-server.ts";
import { bytes, dropped, etag, expectFile, id, rangesOf, save, size, sizeOf, stalled } from "./downloads.ts";
import { startDownloader, startFileServer, test, waitForPart, whole } from "./downloads.ts";
import * as many from "./many-downloads.ts";

// On a busy machine a process may start slowly.
vi.setConfig({ testTimeout: 60_000 });

test.concurrent("a process that is killed at any moment leaves no unfinished file at its target", async ({ path }) => {
  await using server = await startFileServer(serve(bytes, { etag, pieceBytes: 100_000 }));
  for (let round = 0; round < 4; round++) {
    using downloader = await startDownloader({ baseUrl: server.url, assets: [id], target: path });
    await sleep(Math.random() * 1000);
    downloader.child.kill("SIGKILL");
    await downloader.ended;
    if (existsSync(path)) await expectFile(path, bytes);
    const part = await readFile(`${path}.part`).catch(() => Buffer.alloc(0));
    expect(part.equals(bytes.subarray(0, part.length))).toBe(true);
  }
  await save(server, path, { overwrite: "skip" });
  await expectFile(path, bytes);
});

test.concurrent("a download resumes at once what a killed process has left", async ({ folder, path }) => {
  await using server = await startFileServer(stalled, whole);
  using downloader = await startDownloader({ baseUrl: server.url, assets: [id], target: path });
  await waitForPart(path);
  downloader.child.kill("SIGKILL");
  await downloader.ended;
  expect(await folder.names()).toEqual(["a.png.part", "a.png.part.json", "a.png.part.lock"]);
  const partSize = await sizeOf(`${path}.part`);
  expect(await save(server, path)).toEqual({ path, size, resumedFrom: partSize, skipped: false });
  await expectFile(path, bytes);
  expect([rangesOf(server), await folder.names()]).toEqual([[undefined, `bytes=${partSize}-`], ["a.png"]]);
});

test.concurrent.for<[how: string, step: ContentStep, task: object, result: object]>([
  ["has succeeded", whole, {}, { size }],
  ["has failed", dropped, {}, { name: "NetworkError" }],
  ["was aborted", stalled, { abortAfterMs: 300 }, { name: "Error", message: "aborted" }],
])("a process ends by itself once its download %s", async ([, step, task, result], { path }) => {
  await using server = await startFileServer(step);
  using downloader = await startDownloader({ baseUrl: server.url, assets: [id], target: path, ...task });
  expect(await downloader.result).toMatchObject(result);
  const finishedAt = performance.now();
  expect(await downloader.ended).toEqual({ code: 0, stderr: "" });
  // A timer that was left would take 5 or 30 seconds.
  expect(performance.now() - finishedAt).toBeLessThan(4000);
});

test.concurrent.for<[how: string, step: ServeOptions, task: object, result: object]>([
  ["has saved all assets", { pieceBytes: 5000 }, {}, { count: 6 }],
  ["is left early", { pieceBytes: 5000 }, { maxResults: 1 }, { count: 1 }],
  ["was aborted", many.stalled, { abortAfterMs: 300 }, { name: "Error", message: "aborted" }],
])("a process ends by itself, without an unhandled rejection, once its downloadAll %s", async (row, { folder }) => {
  const [, lastStep, task, result] = row;
  await using server = await many.startServerOfMany({ asset_f: lastStep });
  using downloader = await startDownloader({ baseUrl: server.url, assets: many.ids, target: folder.path, ...task });
  expect(await downloader.result).toEqual(result);
  expect(await downloader.ended).toEqual({ code: 0, stderr: "" });
});

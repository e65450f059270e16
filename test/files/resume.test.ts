/** The `.part` file that an earlier download has left: the next download resumes it, or starts over. */
import { link, lstat, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { expect } from "vitest";
import { DownloadError, type Progress } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { until } from "../helpers/timing.ts";
import { makeBytes, serve } from "../servers/content-server.ts";
import { bytes, dropped, etag, expectFile, expectNoSecret, half, id, leavePart, otherBytes } from "./downloads.ts";
import { rangesOf, save, size, sizeOf, stalled, startFileServer, test, waitForPart } from "./downloads.ts";
import { whole, withoutRetries } from "./downloads.ts";

const firstHalf = bytes.subarray(0, half);
const otherVersion = serve(otherBytes, { etag: '"v2"' });

test.concurrent("an aborted download rejects with the signal's reason, and is resumed", async ({ folder, path }) => {
  await using server = await startFileServer(stalled, whole);
  const controller = new AbortController();
  const reason = new Error("the user left");
  const aborted = caught(save(server, path, { signal: controller.signal }));
  await waitForPart(path);
  controller.abort(reason);
  expect(await aborted).toBe(reason);
  expect(await folder.names()).toEqual(["a.png.part", "a.png.part.json"]);
  const state = await readFile(`${path}.part.json`, "utf8");
  expect(JSON.parse(state)).toEqual({ asset_id: id, size_bytes: size, validator: etag });
  expectNoSecret(state);
  const partSize = await sizeOf(`${path}.part`);
  expect(await save(server, path)).toEqual({ path, size, resumedFrom: partSize, skipped: false });
  expect(server.requests[1]).toMatchObject({ range: `bytes=${partSize}-`, ifRange: etag });
  await expectFile(path, bytes);
  expect(await folder.names()).toEqual(["a.png"]);
  await until(() => server.connections.open === 0);
});

test.concurrent("a failed download is resumed from the last byte that arrived", async ({ folder, path }) => {
  await using server = await startFileServer(dropped, whole);
  expect(await caught(save(server, path, withoutRetries))).toMatchObject({ name: "NetworkError" });
  expect(await folder.names()).toEqual(["a.png.part", "a.png.part.json"]);
  expect(await save(server, path)).toEqual({ path, size, resumedFrom: half, skipped: false });
  expect(rangesOf(server)).toEqual([undefined, `bytes=${half}-`]);
  await expectFile(path, bytes);
});

test.concurrent("a download that fails several times gets further each time", async ({ path }) => {
  await using server = await startFileServer(serve(bytes, { etag, sent: 700_001, fault: "end" }));
  for (let partSize = 700_001; partSize < size; partSize += 700_001) {
    await caught(save(server, path, withoutRetries));
    expect(await sizeOf(`${path}.part`)).toBe(partSize);
  }
  expect(await save(server, path, withoutRetries)).toMatchObject({ resumedFrom: 2_800_004 });
  await expectFile(path, bytes);
});

test.concurrent("a download without an ETag is resumed by Last-Modified", async ({ path }) => {
  const lastModified = "Tue, 16 Jun 2020 12:00:00 GMT";
  const headers = { Date: "Tue, 16 Jun 2020 12:00:01 GMT" };
  const dated = { etag: null, lastModified, headers };
  await using server = await startFileServer(serve(bytes, { ...dated, sent: half, fault: "end" }), serve(bytes, dated));
  await caught(save(server, path, withoutRetries));
  expect(await save(server, path)).toMatchObject({ resumedFrom: half });
  expect(server.requests[1]).toMatchObject({ range: `bytes=${half}-`, ifRange: lastModified });
  await expectFile(path, bytes);
});

test.concurrent("a download without a validator leaves no part, and starts over", async ({ folder, path }) => {
  await using server = await startFileServer(
    serve(bytes, { etag: null, sent: half, fault: "end" }),
    serve(bytes, { etag: null }),
  );
  expect(await caught(save(server, path, withoutRetries))).toMatchObject({ name: "NetworkError" });
  expect(await folder.names()).toEqual([]);
  expect(await save(server, path)).toMatchObject({ resumedFrom: 0 });
  expect(rangesOf(server)).toEqual([undefined, undefined]);
  await expectFile(path, bytes);
});

test.concurrent("a part is resumed when the host ignores the range", async ({ path }) => {
  await leavePart(path, firstHalf);
  await using server = await startFileServer(serve(bytes, { etag, ranges: "ignored" }));
  expect(await save(server, path)).toMatchObject({ resumedFrom: half });
  await expectFile(path, bytes);
});

test.concurrent.for([
  ["answers 416", whole],
  ["ignores the range", serve(bytes, { etag, ranges: "ignored" })],
] as const)("a part that is already whole is saved when the host %s", async ([, step], { folder, path }) => {
  await leavePart(path, bytes);
  await using server = await startFileServer(step);
  expect(await save(server, path)).toMatchObject({ size, resumedFrom: size });
  await expectFile(path, bytes);
  expect([rangesOf(server), await folder.names()]).toEqual([[`bytes=${size}-`], ["a.png"]]);
});

test.concurrent("progress counts the bytes of the part as received", async ({ path }) => {
  await leavePart(path, firstHalf);
  await using server = await startFileServer(serve(bytes, { etag, pieceBytes: 100_000 }));
  const events: Progress[] = [];
  await save(server, path, { onProgress: (event) => events.push(event) });
  const received = events.map(({ receivedBytes }) => receivedBytes);
  expect(received.length).toBeGreaterThan(2);
  expect(received[0]).toBeGreaterThan(half);
  expect(received).toEqual(received.toSorted((a, b) => a - b));
  expect(received.at(-1)).toBe(size);
  expect(new Set(events.map(({ totalBytes }) => totalBytes))).toEqual(new Set([size]));
});

// That error says nothing about this download.
test.concurrent.for<[how: string, end: (reason: Error, controller: AbortController) => void]>([
  ["the signal aborts with", (reason, controller) => controller.abort(reason)],
  ["onProgress throws", rethrow],
])("a part is kept when %s the DownloadError `changed` of another download", async ([, end], { path }) => {
  await leavePart(path, firstHalf);
  await using server = await startFileServer(serve(bytes, { etag, pieceBytes: 100_000 }));
  const reason = new DownloadError("another asset has changed", { kind: "changed" });
  const controller = new AbortController();
  const onProgress = (): void => end(reason, controller);
  expect(await caught(save(server, path, { signal: controller.signal, onProgress }))).toBe(reason);
  expect(server.lookUps()).toBe(1);
  expect(await sizeOf(`${path}.part`)).toBeGreaterThanOrEqual(half);
  expect((await save(server, path)).resumedFrom).toBeGreaterThanOrEqual(half);
  await expectFile(path, bytes);
});

function rethrow(reason: Error): never {
  throw reason;
}

test.concurrent("a download starts over when the file has changed since its part", async ({ folder, path }) => {
  await leavePart(path, firstHalf);
  await using server = await startFileServer(otherVersion);
  expect(await save(server, path)).toMatchObject({ size, resumedFrom: 0 });
  await expectFile(path, otherBytes);
  expect(rangesOf(server)).toEqual([`bytes=${half}-`, undefined]);
  expect(await folder.names()).toEqual(["a.png"]);
});

test.concurrent("a download starts over when the file changes during it", async ({ path }) => {
  await using server = await startFileServer(dropped, otherVersion);
  const events: Progress[] = [];
  const onProgress = (event: Progress): number => events.push(event);
  expect(await save(server, path, { onProgress })).toMatchObject({ size, resumedFrom: 0 });
  await expectFile(path, otherBytes);
  expect(events.at(-1)).toMatchObject({ restarts: 1 });
  expect(rangesOf(server)).toEqual([undefined, `bytes=${half}-`, undefined]);
});

test.concurrent("a download starts over at most three times, then leaves its last bytes", async ({ folder, path }) => {
  const script = Array.from({ length: 12 }, (_, at) => {
    return serve(bytes, { etag: `"v${at}"`, sent: at % 2 === 0 ? half : 0, fault: "end" });
  });
  await using server = await startFileServer(...script);
  expect(await caught(save(server, path))).toMatchObject({ name: "DownloadError", kind: "changed" });
  expect([server.lookUps(), server.requests.length]).toEqual([4, 8]);
  expect(await folder.names()).toEqual(["a.png.part", "a.png.part.json"]);
});

test.concurrent.for<[what: string, content: Buffer, state?: object | string]>([
  ["a part of another asset", firstHalf, { asset_id: "asset_other" }],
  ["a part of a file of another size", firstHalf, { size_bytes: size + 1 }],
  ["a part that is longer than the file", makeBytes(size + 1)],
  ["a part without bytes", Buffer.alloc(0)],
  ["an empty .part.json", firstHalf, ""],
  ["a .part.json that is half written", firstHalf, '{"asset_id":'],
  ["a .part.json that is null", firstHalf, "null"],
  ["a .part.json that is a number", firstHalf, "7"],
  ["a .part.json without a validator", firstHalf, { validator: undefined }],
  ["a .part.json whose validator is not a text", firstHalf, { validator: [etag] }],
  ["a .part.json whose validator cannot be sent", firstHalf, { validator: '"v1"\r\nX-Own: 1' }],
])("a download starts over when there is %s", async ([, content, state], { folder, path }) => {
  await leavePart(path, content, state);
  await using server = await startFileServer(otherVersion);
  expect(await save(server, path)).toMatchObject({ size, resumedFrom: 0 });
  await expectFile(path, otherBytes);
  expect([rangesOf(server), await folder.names()]).toEqual([[undefined], ["a.png"]]);
});

test.concurrent("a download starts over when there is a part without a .part.json", async ({ path }) => {
  await writeFile(`${path}.part`, otherBytes);
  await using server = await startFileServer(whole);
  expect(await save(server, path)).toMatchObject({ resumedFrom: 0 });
  await expectFile(path, bytes);
});

test.concurrent("a download starts over when there is a .part.json without a part", async ({ folder, path }) => {
  await leavePart(path, bytes);
  await rm(`${path}.part`);
  await using server = await startFileServer(whole);
  expect(await save(server, path)).toMatchObject({ resumedFrom: 0 });
  expect(await folder.names()).toEqual(["a.png"]);
});

test.concurrent("a part that is a symbolic link is replaced, and its target kept", async ({ folder, path }) => {
  await leavePart(path, firstHalf);
  await rename(`${path}.part`, folder.at("elsewhere"));
  await symlink(folder.at("elsewhere"), `${path}.part`);
  await using server = await startFileServer(whole);
  expect(await save(server, path)).toMatchObject({ resumedFrom: 0 });
  expect((await lstat(path)).isFile()).toBe(true);
  await expectFile(path, bytes);
  await expectFile(folder.at("elsewhere"), firstHalf);
});

// A process that is killed while it gives a whole part its final name leaves both names.
test.concurrent("a part that is a hard link to the file is replaced, and the file kept", async ({ folder, path }) => {
  await leavePart(path, otherBytes);
  await link(`${path}.part`, path);
  await using server = await startFileServer(dropped, whole);
  expect(await caught(save(server, path))).toMatchObject({ kind: "exists" });
  await caught(save(server, path, { overwrite: "replace", ...withoutRetries }));
  await expectFile(path, otherBytes);
  expect(await save(server, path, { overwrite: "replace" })).toMatchObject({ resumedFrom: half });
  await expectFile(path, bytes);
  expect([rangesOf(server), await folder.names()]).toEqual([[undefined, `bytes=${half}-`], ["a.png"]]);
});

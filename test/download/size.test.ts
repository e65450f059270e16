/** The size of a file: reported by the API, reported by the content host, unknown, wrong, or hidden by an encoding. */
import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { caught } from "../helpers/caught.ts";
import { readyAsset, serve, startContentServer } from "../servers/content-server.ts";
import { bytes, dropAtHalf, expectBytes, failureOf, half, recordProgress } from "./downloads.ts";
import { startDownload, startReady, startWithoutSize } from "./downloads.ts";

test.concurrent("download reads an empty file, and reports its progress once", async () => {
  await using server = await startContentServer(readyAsset(0), serve(Buffer.alloc(0)));
  const { events, onProgress } = recordProgress();
  const download = await startDownload(server, { onProgress });
  expect(await download.bytes()).toEqual(new Uint8Array(0));
  expect(events).toEqual([{ receivedBytes: 0, totalBytes: 0, resumes: 0, restarts: 0, refreshes: 0 }]);
});

test.concurrent("download reads a file to its end when nobody reports the size", async () => {
  await using server = await startWithoutSize(serve(bytes, { length: "hidden" }));
  const { events, onProgress } = recordProgress();
  const download = await startDownload(server, { onProgress });
  expect(download.size).toBeUndefined();
  await expectBytes(download);
  expect(events.at(-1)).toMatchObject({ receivedBytes: bytes.length, totalBytes: bytes.length });
  expect(server.lookUps()).toBe(1);
});

test.concurrent("totalBytes is the Content-Length when the API does not report the size", async () => {
  await using server = await startWithoutSize(serve(bytes, { pieceBytes: 10_000 }));
  const { events, onProgress } = recordProgress();
  await (await startDownload(server, { onProgress })).bytes();
  const totals = events.map(({ totalBytes }) => totalBytes);
  expect(totals.length).toBeGreaterThan(1);
  expect(new Set(totals)).toEqual(new Set([bytes.length]));
});

const longer = Buffer.concat([bytes, Buffer.alloc(1)]);

test.concurrent.each([
  ["shorter than size_bytes", bytes.subarray(0, -1), {}],
  ["longer than size_bytes", longer, {}],
  ["longer than size_bytes and has no Content-Length", longer, { length: "hidden" } as const],
])("download fails with DownloadError `size` when the content is %s", async (_case, content, options) => {
  await using server = await startReady(serve(content, options));
  const error = await failureOf(startDownload(server));
  expect(error).toMatchObject({ name: "DownloadError", kind: "size", retryable: false });
  expect(server.requests).toHaveLength(1);
});

test.concurrent("a body that is too short and has no Content-Length fails with DownloadError `size`", async () => {
  await using server = await startReady(serve(bytes.subarray(0, half), { length: "hidden" }));
  const error = await failureOf(startDownload(server));
  expect(error).toMatchObject({ name: "DownloadError", kind: "size" });
  expect(server.requests).toHaveLength(2);
});

test.concurrent("the size that the first response reports holds for later ones that do not", async () => {
  const headers = { "Content-Range": `bytes ${half}-${bytes.length - 1}/*` };
  const tooShort = serve(bytes, { headers, sent: 1000, length: "hidden", fault: "end" });
  await using server = await startWithoutSize(dropAtHalf(), tooShort, serve(bytes));
  await expectBytes(startDownload(server));
  expect(server.requests).toHaveLength(3);
});

test.concurrent("progress of an encoded body counts decoded bytes, and never passes 100 %", async () => {
  await using server = await startReady(serve(bytes, { encoding: "gzip" }));
  const { events, onProgress } = recordProgress();
  await expectBytes(startDownload(server, { onProgress }));
  for (const { receivedBytes, totalBytes } of events) expect(receivedBytes).toBeLessThanOrEqual(totalBytes!);
  expect(events.at(-1)).toMatchObject({ receivedBytes: bytes.length, totalBytes: bytes.length });
});

test.concurrent("an encoded body that stalls is not resumed: it begins anew, and a stream ends", async () => {
  const dense = randomBytes(bytes.length);
  const stalls = serve(dense, { encoding: "gzip", sent: half, fault: "stall" });
  await using server = await startReady(stalls, serve(dense), stalls);
  await expectBytes(startDownload(server, { idleTimeoutMs: 1000 }), dense);
  expect(server.requests[1]!.range).toBeUndefined();
  const download = await startDownload(server, { idleTimeoutMs: 1000 });
  expect(await caught(new Response(download.stream).bytes())).toMatchObject({ name: "TimeoutError", attempts: 2 });
  expect(download.validator).toBeUndefined();
});

test.concurrent("download fails with DownloadError `size` when a decoded body is shorter than size_bytes", async () => {
  await using server = await startReady(serve(bytes.subarray(0, half), { encoding: "gzip" }));
  const error = await failureOf(startDownload(server));
  expect(error).toMatchObject({ name: "DownloadError", kind: "size" });
});

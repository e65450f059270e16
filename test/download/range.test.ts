import { expect, test } from "vitest";
import { caught } from "../helpers/caught.ts";
import { serve } from "../servers/content-server.ts";
import { bytes, expectBytes, failureOf, recordProgress } from "./downloads.ts";
import { startDownload, startReady, startWithoutSize } from "./downloads.ts";

const [start, end] = [1000, 200_000];

test.concurrent.each([
  ["supports ranges", serve(bytes)],
  ["ignores ranges", serve(bytes, { ranges: "ignored" })],
])("download gives only the bytes in the range when the host %s", async (_case, step) => {
  await using server = await startReady(step);
  const { events, onProgress } = recordProgress();
  const download = await startDownload(server, { range: { start, end }, onProgress });
  expect(download.size).toBe(end - start);
  await expectBytes(download, bytes.subarray(start, end));
  expect(server.requests[0]!.range).toBe(`bytes=${start}-${end - 1}`);
  expect(events.at(-1)).toMatchObject({ receivedBytes: end - start, totalBytes: end - start });
});

test.concurrent("download ends, and closes the connection, when all bytes of the range have arrived", async () => {
  await using server = await startReady(serve(bytes, { ranges: "ignored", sent: 250_000, fault: "stall" }));
  await expectBytes(startDownload(server, { range: { start, end } }), bytes.subarray(start, end));
  await server.allClosed();
});

test.concurrent("download requests the rest of the range after a dropped connection", async () => {
  await using server = await startReady(serve(bytes, { sent: 5000, fault: "end" }), serve(bytes));
  await expectBytes(startDownload(server, { range: { start, end } }), bytes.subarray(start, end));
  expect(server.requests[1]!.range).toBe(`bytes=6000-${end - 1}`);
});

test.concurrent.each([{ start: 299_000 }, { start: 299_000, end: 1e9 }])(
  "range %o ends at the end of the file",
  async (range) => {
    await using server = await startReady(serve(bytes));
    const download = await startDownload(server, { range });
    expect(download.size).toBe(1000);
    await expectBytes(download, bytes.subarray(299_000));
  },
);

test.concurrent("an empty range is not requested, and a range at the end of the file has no bytes", async () => {
  await using server = await startReady(serve(bytes));
  expect(await (await startDownload(server, { range: { start: 5, end: 5 } })).bytes()).toHaveLength(0);
  expect(server.requests).toHaveLength(0);
  expect(await (await startDownload(server, { range: { start: bytes.length } })).bytes()).toHaveLength(0);
});

test.concurrent.each([
  ["nobody reports", serve(bytes, { ranges: "ignored", length: "hidden" })],
  ["only the host reports", serve(bytes)],
])("a range that ends behind the end of a file, whose size %s, ends with the file", async (_case, step) => {
  await using server = await startWithoutSize(step);
  await expectBytes(startDownload(server, { range: { start: 299_000, end: 1e9 } }), bytes.subarray(299_000));
  expect(server.requests).toHaveLength(1);
});

test.concurrent("a range that starts behind size_bytes fails with `size` before any request", async () => {
  await using server = await startReady(serve(bytes));
  const error = await caught(startDownload(server, { range: { start: bytes.length + 1 } }));
  expect(error).toMatchObject({ name: "DownloadError", kind: "size", attempts: 1 });
  expect(server.requests).toHaveLength(0);
});

test.concurrent.each([
  ["that knows ranges", serve(bytes), { name: "DownloadError", kind: "size" }],
  ["that ignores ranges and reports the size", serve(bytes, { ranges: "ignored" }), { name: "DownloadError" }],
  [
    "that ignores ranges and reports no size",
    serve(bytes, { ranges: "ignored", length: "hidden" }),
    { name: "NetworkError" },
  ],
])("a range that starts behind the end of the file fails with a host %s", async (_case, step, expected) => {
  await using server = await startWithoutSize(step);
  const options = { range: { start: bytes.length + 1 }, maxRetries: 0 };
  expect(await failureOf(startDownload(server, options))).toMatchObject(expected);
});

/** A download that continues where a connection ended, or after the first bytes that an earlier download left. */
import { expect, test } from "vitest";
import { caught } from "../helpers/caught.ts";
import { expectBackoff } from "../helpers/timing.ts";
import { serve, type ContentStep, type ServeOptions } from "../servers/content-server.ts";
import { reset } from "../servers/fault-server.ts";
import { bytes, dated, dropAtHalf, expectBytes, half, readAtLeast, recordProgress } from "./downloads.ts";
import { startDownload, startReady, startWithoutSize } from "./downloads.ts";

test.concurrent.each(["end", "reset"] as const)(
  "download requests the rest of the same version after a connection %s",
  async (fault) => {
    await using server = await startReady(serve(bytes, { sent: half, fault }), serve(bytes));
    const download = await startDownload(server);
    await expectBytes(download);
    const [first, second] = server.requests;
    expect([first!.range, first!.ifRange]).toEqual([undefined, undefined]);
    expect(second!.ifRange).toBe(download.validator);
    const from = Number(/^bytes=(\d+)-$/.exec(second!.range!)![1]);
    // After a reset, bytes that are still on their way are lost.
    if (fault === "end") expect(from).toBe(half);
    expect(from).toBeGreaterThan(0);
    expect(from).toBeLessThanOrEqual(half);
    expect(download.validator).toMatch(/^"\w+"$/);
    expectBackoff(server.gapsMs()[0]);
    expect(server.lookUps()).toBe(1);
  },
);

test.concurrent("download resumes by an ETag that is a hash, though Last-Modified is in 1970", async () => {
  const options = { etag: '"d41d8cd98f00b204e9800998ecf8427e"', lastModified: "Thu, 01 Jan 1970 00:00:01 GMT" };
  await using server = await startReady(dropAtHalf(options), serve(bytes, options));
  await expectBytes(startDownload(server));
  expect(server.requests[1]).toMatchObject({ range: `bytes=${half}-`, ifRange: options.etag });
});

test.concurrent("download resumes by Last-Modified when there is no ETag", async () => {
  await using server = await startReady(dropAtHalf(dated), serve(bytes, dated));
  await expectBytes(startDownload(server));
  expect(server.requests[1]).toMatchObject({ range: `bytes=${half}-`, ifRange: dated.lastModified });
});

test.concurrent("download resumes with a part that has no Last-Modified, because If-Range was sent", async () => {
  const undated: ServeOptions = { ...dated, headers: { "Last-Modified": undefined } };
  await using server = await startReady(
    dropAtHalf(dated),
    serve(bytes, { ...undated, sent: 1000, fault: "end" }),
    serve(bytes, undated),
  );
  await expectBytes(startDownload(server));
  expect(server.requests[2]).toMatchObject({ range: `bytes=${half + 1000}-`, ifRange: dated.lastModified });
});

test.concurrent("download starts from the first byte while no byte has arrived", async () => {
  await using server = await startReady(() => reset, serve(bytes, { etag: null, sent: 0, fault: "end" }), serve(bytes));
  await expectBytes(startDownload(server));
  expect(server.requests.map(({ range }) => range)).toEqual([undefined, undefined, undefined]);
  expectBackoff(server.gapsMs()[0], 1);
  expectBackoff(server.gapsMs()[1], 2);
});

test.concurrent("download finds by size_bytes that a body without a length ended too early", async () => {
  await using server = await startReady(serve(bytes, { length: "hidden", sent: half }), serve(bytes));
  await expectBytes(startDownload(server));
  expect(server.requests[1]!.range).toBe(`bytes=${half}-`);
});

test.concurrent.each(["end", "stall"] as const)(
  "download succeeds when all of size_bytes arrived before a connection %s",
  async (fault) => {
    const unfinished: ContentStep = () => (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${bytes.length.toString(16)}\r\n`);
      socket.write(bytes, () => fault === "end" && socket.end());
    };
    await using server = await startReady(unfinished);
    await expectBytes(startDownload(server, { idleTimeoutMs: 300 }));
    expect(server.requests).toHaveLength(1);
  },
);

test.concurrent("download of an unknown size ends when the host has nothing behind the last byte", async () => {
  const chunked = { "Content-Length": undefined, "Transfer-Encoding": "chunked" };
  await using server = await startWithoutSize(
    serve(bytes, { headers: chunked, sent: 0, fault: "end" }),
    () => (socket) => {
      const head = `HTTP/1.1 200 OK\r\nETag: "1"\r\nTransfer-Encoding: chunked\r\n\r\n`;
      socket.write(`${head}${bytes.length.toString(16)}\r\n`);
      socket.end(bytes);
    },
    serve(bytes, { etag: '"1"' }),
  );
  await expectBytes(startDownload(server));
  expect(server.requests.at(-1)!.range).toBe(`bytes=${bytes.length}-`);
});

test.concurrent("download skips the bytes that it has when the host ignores the range", async () => {
  await using server = await startReady(dropAtHalf(), serve(bytes, { ranges: "ignored" }));
  const { events, onProgress } = recordProgress();
  await expectBytes(startDownload(server, { onProgress }));
  const [receivedBytes, totalBytes] = [bytes.length, bytes.length];
  expect(events.at(-1)).toEqual({ receivedBytes, totalBytes, resumes: 1, restarts: 0, refreshes: 0 });
});

test.concurrent("resume reads the bytes after the given ones, and counts those as received", async () => {
  await using server = await startReady(serve(bytes));
  const first = await startDownload(server);
  await (await readAtLeast(first, 1)).cancel();
  const { validator } = first;
  const { events, onProgress } = recordProgress();
  const download = await startDownload(server, { onProgress });
  const rest = download.resume({ size: half, validator: validator! });
  expect([rest.size, rest.validator]).toEqual([half, validator]);
  await expectBytes(rest, bytes.subarray(half));
  expect(server.requests[1]).toMatchObject({ range: `bytes=${half}-`, ifRange: validator });
  expect(events.at(-1)).toEqual({ receivedBytes: 300_000, totalBytes: 300_000, resumes: 1, restarts: 0, refreshes: 0 });
});

test.concurrent("resume after the last byte reads nothing, but checks that the file is unchanged", async () => {
  await using server = await startReady(serve(bytes, { etag: '"1"' }));
  const rest = (await startDownload(server)).resume({ size: bytes.length, validator: '"1"' });
  expect(await rest.bytes()).toHaveLength(0);
  expect(server.requests[0]!.range).toBe(`bytes=${bytes.length}-`);
  const changed = (await startDownload(server)).resume({ size: bytes.length, validator: '"0"' });
  expect(await caught(changed.bytes())).toMatchObject({ kind: "changed" });
});

test.concurrent("resume works when nobody reports the size", async () => {
  await using server = await startWithoutSize(serve(bytes, { etag: '"1"' }));
  const rest = (await startDownload(server)).resume({ size: half, validator: '"1"' });
  expect(rest.size).toBeUndefined();
  await expectBytes(rest, bytes.subarray(half));
});

test.concurrent.each([0, 1000])(
  "resume after %i bytes fails with DownloadError `changed` when the file has another ETag now",
  async (size) => {
    await using server = await startReady(serve(bytes, { etag: '"2"' }));
    const rest = (await startDownload(server)).resume({ size, validator: '"1"' });
    expect(await caught(rest.bytes())).toMatchObject({ name: "DownloadError", kind: "changed" });
  },
);

test.concurrent.each([
  [{ size: -1, validator: '"1"' }, /^size: -1/],
  [{ size: 300_001, validator: '"1"' }, /^size: 300001/],
  [{ size: 1, validator: "" }, /^validator: /],
  [{ size: 1, validator: "a\nb" }, /^validator: /],
  [{ size: 1, validator: undefined as unknown as string }, /^validator: /],
])("resume throws ConfigError for %o", async (firstBytes, message) => {
  await using server = await startReady(serve(bytes));
  const download = await startDownload(server);
  const error = await caught(() => download.resume(firstBytes));
  expect(error).toMatchObject({ name: "ConfigError", message: expect.stringMatching(message) });
});

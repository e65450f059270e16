/**
 * The bytes of an asset, through what happens to them on the wire: each test is a scenario of it, on real sockets. The
 * content server fails a test in which it was told the API key.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { describe, expect, inject, test } from "vitest";
import { testAssets, version } from "../../generated/document.ts";
import type { Progress, RetryEvent } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { makeBytes, readyAsset, say, serve, startContentServer, type ContentStep } from "../servers/content-server.ts";
import { bytes, connect, failureOf, half, id } from "./downloads.ts";
import { readSome, startReady } from "./downloads.ts";
import { reset, silence } from "../servers/fault-server.ts";
import { expectBackoff, slackMs } from "../helpers/timing.ts";

describe.concurrent("a download", () => {
  test("looks the asset up at once, and asks for the content when it is first read", async () => {
    await using server = await startReady(serve(bytes));
    const download = await connect(server).assets.download(id);
    expect(download.asset).toMatchObject({ asset_id: id, status: "confirmed" });
    expect(download.size).toBe(bytes.length);
    await sleep(50);
    expect([server.lookUps(), server.requests.length]).toEqual([1, 0]);
    expect(Buffer.compare(await download.bytes(), bytes)).toBe(0);
    expect([server.lookUps(), server.requests.length]).toEqual([1, 1]);
  });

  test("tells the content host nothing but who asks, and that the bytes shall come as they are", async () => {
    await using server = await startReady(serve(bytes));
    await (await connect(server).assets.download(id)).bytes();
    const { head } = server.requests[0]!;
    expect(head).toMatch(new RegExp(`^user-agent: chenyu-assets/${version.replaceAll(".", "\\.")}\r$`, "m"));
    expect(head).toMatch(/^accept-encoding: identity\r?$/m);
    expect(head).not.toMatch(/authorization|x-own|cy_s3cret/i);
  });

  test("of an asset that the API refuses rejects as a look-up does", async () => {
    const { assets } = connect({ url: inject("mock") });
    const error = await caught(assets.download(testAssets.expired.asset_id));
    expect(error).toMatchObject({ name: "ApiError", kind: "rejected", reason: "expired" });
  });

  test("reads an empty file", async () => {
    await using server = await startContentServer(readyAsset(0), serve(Buffer.alloc(0)));
    const progress: Progress[] = [];
    const download = await connect(server).assets.download(id, { onProgress: (event) => progress.push(event) });
    expect(await download.bytes()).toEqual(new Uint8Array(0));
    expect(progress).toEqual([{ receivedBytes: 0, totalBytes: 0, resumes: 0, refreshes: 0 }]);
  });

  test("reads a file of which nobody told the size", async () => {
    await using server = await startContentServer(
      (url) => ({ signed_url: `${url}/f` }),
      serve(bytes, { length: "hidden" }),
    );
    const progress: Progress[] = [];
    const download = await connect(server).assets.download(id, { onProgress: (event) => progress.push(event) });
    expect(download.size).toBeUndefined();
    expect(Buffer.compare(await download.bytes(), bytes)).toBe(0);
    expect(progress.at(-1)).toMatchObject({ receivedBytes: bytes.length, totalBytes: bytes.length });
    expect(server.lookUps()).toBe(1);
  });

  test("tells the size that the content host announces, where the API tells none", async () => {
    await using server = await startContentServer(
      (url) => ({ signed_url: `${url}/f` }),
      () => async (socket) => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${bytes.length}\r\n\r\n`);
        socket.write(bytes.subarray(0, half));
        await sleep(150);
        socket.write(bytes.subarray(half));
      },
    );
    const totals: unknown[] = [];
    const onProgress = ({ totalBytes }: Progress): number => totals.push(totalBytes);
    await (await connect(server).assets.download(id, { onProgress })).bytes();
    expect(totals.length).toBeGreaterThan(1);
    expect(new Set(totals)).toEqual(new Set([bytes.length]));
  });

  test("shows no signed URL in a log", async () => {
    await using server = await startReady(serve(bytes));
    const download = await connect(server).assets.download(id);
    expect(inspect(download, { depth: 9 }) + JSON.stringify(download)).not.toMatch(/signature|s3cret/);
  });
});

describe.concurrent("a connection that ends in the middle", () => {
  test.each(["end", "reset"] as const)("by %s is followed by one for the rest of the same version", async (fault) => {
    await using server = await startReady(serve(bytes, { sent: half, fault }), serve(bytes));
    const download = await connect(server).assets.download(id);
    expect(Buffer.compare(await download.bytes(), bytes)).toBe(0);
    const [first, second] = server.requests;
    expect([first!.range, first!.ifRange]).toEqual([undefined, undefined]);
    expect(second!.ifRange).toBe(download.validator);
    const from = Number(/^bytes=(\d+)-$/.exec(second!.range!)![1]);
    // A reset takes what is under way with it.
    if (fault === "end") expect(from).toBe(half);
    expect(from).toBeGreaterThan(0);
    expect(from).toBeLessThanOrEqual(half);
    expect(download.validator).toMatch(/^"\w+"$/);
    expectBackoff(server.gapsMs()[0]);
    expect(server.lookUps()).toBe(1);
  });

  test("goes on by the date of the last change, where there is no ETag", async () => {
    const options = { etag: null, lastModified: "Mon, 15 Jun 2026 04:00:00 GMT" };
    await using server = await startReady(
      serve(bytes, { ...options, sent: half, fault: "end" }),
      serve(bytes, options),
    );
    expect(Buffer.compare(await (await connect(server).assets.download(id)).bytes(), bytes)).toBe(0);
    expect(server.requests[1]).toMatchObject({ range: `bytes=${half}-`, ifRange: options.lastModified });
  });

  test("goes on by a date that is a second before the answer's", async () => {
    const dates = { lastModified: "Mon, 15 Jun 2026 04:00:00 GMT", headers: { Date: "Mon, 15 Jun 2026 04:00:01 GMT" } };
    const options = { etag: null, ...dates };
    await using server = await startReady(
      serve(bytes, { ...options, sent: half, fault: "end" }),
      serve(bytes, options),
    );
    expect(Buffer.compare(await (await connect(server).assets.download(id)).bytes(), bytes)).toBe(0);
  });

  test.each([
    ["there is none", { etag: null }],
    ["it is a weak ETag", { etag: 'W/"1"' }],
    ["it is no date", { etag: null, lastModified: "yesterday" }],
    [
      "the file changed in the second of the answer",
      {
        etag: null,
        lastModified: "Mon, 15 Jun 2026 04:00:00 GMT",
        headers: { Date: "Mon, 15 Jun 2026 04:00:00 GMT" },
      },
    ],
  ])("ends the stream when nothing tells the version: %s", async (_case, options) => {
    await using server = await startReady(
      serve(bytes, { ...options, sent: half, fault: "end" }),
      serve(bytes, options),
    );
    const error = await failureOf(connect(server).assets.download(id));
    expect(error).toMatchObject({ name: "NetworkError", attempts: 1 });
    expect(server.requests).toHaveLength(1);
  });

  test("is followed by another from the start, while no byte has come", async () => {
    await using server = await startReady(
      () => reset,
      serve(bytes, { etag: null, sent: 0, fault: "end" }),
      serve(bytes),
    );
    const download = await connect(server).assets.download(id);
    expect(Buffer.compare(await download.bytes(), bytes)).toBe(0);
    expect(server.requests.map(({ range }) => range)).toEqual([undefined, undefined, undefined]);
    expectBackoff(server.gapsMs()[0], 1);
    expectBackoff(server.gapsMs()[1], 2);
  });

  test("without a length is found out by size_bytes", async () => {
    await using server = await startReady(serve(bytes, { length: "hidden", sent: half }), serve(bytes));
    expect(Buffer.compare(await (await connect(server).assets.download(id)).bytes(), bytes)).toBe(0);
    expect(server.requests[1]!.range).toBe(`bytes=${half}-`);
  });

  test("is of no consequence where all of size_bytes have come", async () => {
    const chunked = { "Content-Length": undefined, "Transfer-Encoding": "chunked" };
    for (const fault of ["end", "stall"] as const) {
      const step: ContentStep = () => (socket) => {
        socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${bytes.length.toString(16)}\r\n`);
        socket.write(bytes, () => fault === "end" && socket.end());
      };
      await using server = await startReady(step, serve(bytes, { headers: chunked }));
      const download = await connect(server).assets.download(id, { idleTimeoutMs: 300 });
      expect(Buffer.compare(await download.bytes(), bytes)).toBe(0);
      expect(server.requests).toHaveLength(1);
    }
  });

  test("may do so more often than maxRetries, as long as bytes come between", async () => {
    const drop = serve(bytes, { sent: 50_000, fault: "end" });
    await using server = await startReady(drop);
    const download = await connect(server).assets.download(id, { maxRetries: 1 });
    expect(Buffer.compare(await download.bytes(), bytes)).toBe(0);
    expect(server.requests.map(({ range }) => range)).toEqual([
      undefined,
      ...[1, 2, 3, 4, 5].map((part) => `bytes=${part * 50_000}-`),
    ]);
    for (const gapMs of server.gapsMs()) expectBackoff(gapMs, 1);
  });

  test("ends the stream after maxRetries without a byte between", async () => {
    await using server = await startReady(serve(bytes, { sent: half, fault: "end" }), () => reset);
    const retries: [number, string][] = [];
    const onRetry = ({ attempt, error: { name } }: RetryEvent): number => retries.push([attempt, name]);
    const error = await failureOf(connect(server, { onRetry }).assets.download(id, { maxRetries: 2 }));
    expect(error).toMatchObject({ name: "NetworkError", retryable: true, attempts: 3 });
    expect(server.requests).toHaveLength(3);
    expectBackoff(server.gapsMs()[0], 1);
    expectBackoff(server.gapsMs()[1], 2);
    expect(retries).toEqual([
      [1, "NetworkError"],
      [2, "NetworkError"],
    ]);
  });

  test("is not gone on with for ever by a host that sends the first bytes again and again", async () => {
    const again = serve(bytes, { ranges: "ignored", sent: half, fault: "end" });
    await using server = await startReady(again);
    const error = await failureOf(connect(server).assets.download(id, { maxRetries: 1 }));
    expect(error).toMatchObject({ name: "NetworkError", attempts: 2 });
  });

  test("ends at once where all bytes had come: there is no byte behind them", async () => {
    await using server = await startContentServer(
      (url) => ({ signed_url: `${url}/f` }),
      serve(bytes, { headers: { "Content-Length": undefined, "Transfer-Encoding": "chunked" }, sent: 0, fault: "end" }),
      () => (socket) => {
        const head = `HTTP/1.1 200 OK\r\nETag: "1"\r\nTransfer-Encoding: chunked\r\n\r\n`;
        socket.write(`${head}${bytes.length.toString(16)}\r\n`);
        socket.end(bytes);
      },
      serve(bytes, { etag: '"1"' }),
    );
    expect(Buffer.compare(await (await connect(server).assets.download(id)).bytes(), bytes)).toBe(0);
    expect(server.requests.at(-1)!.range).toBe(`bytes=${bytes.length}-`);
  });
});

describe.concurrent("two versions of a file are never put together:", () => {
  const other = makeBytes(bytes.length, "b");
  const drop = serve(bytes, { etag: '"1"', sent: half, fault: "end" });

  test("a host that ignores ranges gives the same version again, of which the rest is taken", async () => {
    await using server = await startReady(drop, serve(bytes, { etag: '"1"', ranges: "ignored" }));
    const progress: Progress[] = [];
    const onProgress = (event: Progress): number => progress.push(event);
    const download = await connect(server).assets.download(id, { onProgress });
    expect(Buffer.compare(await download.bytes(), bytes)).toBe(0);
    expect(progress.at(-1)).toEqual({
      receivedBytes: bytes.length,
      totalBytes: bytes.length,
      resumes: 1,
      refreshes: 0,
    });
  });

  test.each([
    ["the whole of another version", serve(other, { etag: '"2"' })],
    ["the whole of an unknown version", serve(other, { etag: null, ranges: "ignored" })],
    ["a part with another ETag", serve(other, { etag: '"1"', headers: { ETag: '"2"' } })],
    ["a part with a weak ETag", serve(other, { etag: '"1"', headers: { ETag: 'W/"1"' } })],
    ["a part with two ETags", serve(other, { etag: '"1"', headers: { ETag: '"1", "2"' } })],
    ["a part whose ETag is none", serve(other, { etag: '"1"', headers: { ETag: "1" } })],
    ["a part without its ETag, which it must have", serve(other, { etag: '"1"', headers: { ETag: undefined } })],
    ["the end of another version", say(416, { "Content-Range": `bytes */${half}`, ETag: '"2"' })],
    [
      "a part of a file of another size",
      serve(bytes, { etag: '"1"', headers: { "Content-Range": `bytes ${half}-299999/300001` } }),
    ],
    ["no such part", serve(other.subarray(0, 10), { etag: '"1"' })],
  ])("%s ends the stream", async (_case, second) => {
    await using server = await startReady(drop, second);
    const download = await connect(server).assets.download(id);
    const reader = await readSome(download, half);
    expect(await caught(reader.read())).toMatchObject({ name: "DownloadError", kind: "changed", retryable: false });
    expect(server.requests).toHaveLength(2);
  });

  test.each([
    ["begins elsewhere", { "Content-Range": `bytes ${half - 1}-299999/300000` }],
    ["does not tell where it begins", { "Content-Range": undefined }],
    ["is several", { "Content-Range": undefined, "Content-Type": "multipart/byteranges; boundary=x" }],
    ["is encoded", { "Content-Encoding": "gzip" }],
  ])("a part that %s is not taken", async (_case, headers) => {
    await using server = await startReady(drop, serve(bytes, { etag: '"1"', headers }));
    const reader = await readSome(await connect(server).assets.download(id), half);
    expect(await caught(reader.read())).toMatchObject({ name: "DownloadError", kind: "unexpected" });
  });

  test("a part that leaves its date out is taken: If-Range was sent", async () => {
    const options = { etag: null, lastModified: "Mon, 15 Jun 2026 04:00:00 GMT" };
    await using server = await startReady(
      serve(bytes, { ...options, sent: half, fault: "end" }),
      serve(bytes, { ...options, headers: { "Last-Modified": undefined } }),
    );
    expect(Buffer.compare(await (await connect(server).assets.download(id)).bytes(), bytes)).toBe(0);
  });

  test("before the first byte, the version may still be another one", async () => {
    await using server = await startReady(serve(other, { etag: '"2"', sent: 0, fault: "end" }), serve(bytes));
    expect(Buffer.compare(await (await connect(server).assets.download(id)).bytes(), bytes)).toBe(0);
  });
});

describe.concurrent("a size that is not the announced one", () => {
  test.each([
    ["is smaller", bytes.subarray(0, -1), {}],
    ["is larger", Buffer.concat([bytes, Buffer.alloc(1)]), {}],
    [
      "is larger, which its headers do not tell",
      Buffer.concat([bytes, Buffer.alloc(1)]),
      { length: "hidden" } as const,
    ],
  ])("%s", async (_case, content, options) => {
    await using server = await startReady(serve(content, options));
    const error = await failureOf(connect(server).assets.download(id));
    expect(error).toMatchObject({ name: "DownloadError", kind: "size", retryable: false });
    expect(server.requests).toHaveLength(1);
  });

  test("is smaller, which its headers do not tell, but the answer to a request for the rest", async () => {
    await using server = await startReady(serve(bytes.subarray(0, half), { length: "hidden" }));
    const error = await failureOf(connect(server).assets.download(id));
    expect(error).toMatchObject({ name: "DownloadError", kind: "size" });
    expect(server.requests).toHaveLength(2);
  });

  test("is told by the mock, too", async () => {
    const short = testAssets.short.asset_id;
    const error = await failureOf(connect({ url: inject("mock") }).assets.download(short));
    expect(error).toMatchObject({ name: "DownloadError", kind: "size" });
  });
});

describe.concurrent("an encoded body", () => {
  test("is counted as decoded, and never over 100 %", async () => {
    await using server = await startReady(serve(bytes, { encoding: "gzip" }));
    const progress: Progress[] = [];
    const onProgress = (event: Progress): number => progress.push(event);
    expect(Buffer.compare(await (await connect(server).assets.download(id, { onProgress })).bytes(), bytes)).toBe(0);
    for (const { receivedBytes, totalBytes } of progress) expect(receivedBytes).toBeLessThanOrEqual(totalBytes!);
    expect(progress.at(-1)).toMatchObject({ receivedBytes: bytes.length, totalBytes: bytes.length });
  });

  test("is not gone on with", async () => {
    const dense = randomBytes(bytes.length);
    const stalls = serve(dense, { encoding: "gzip", sent: half, fault: "stall" });
    await using server = await startReady(stalls, serve(dense));
    const download = await connect(server).assets.download(id, { idleTimeoutMs: 300 });
    expect(await caught(download.bytes())).toMatchObject({ name: "TimeoutError", attempts: 1 });
    expect(server.requests).toHaveLength(1);
    expect(download.validator).toBeUndefined();
  });

  test("of another size than size_bytes ends the stream", async () => {
    await using server = await startReady(serve(bytes.subarray(0, half), { encoding: "gzip" }));
    const error = await failureOf(connect(server).assets.download(id));
    expect(error).toMatchObject({ name: "DownloadError", kind: "size" });
  });
});

describe.concurrent("a signed URL that is too old", () => {
  test.each([401, 403, 410])("is refused by %i: a fresh one goes on from the byte reached", async (status) => {
    await using server = await startReady(serve(bytes, { sent: half, fault: "end" }), say(status), serve(bytes));
    const progress: Progress[] = [];
    const onProgress = (event: Progress): number => progress.push(event);
    expect(Buffer.compare(await (await connect(server).assets.download(id, { onProgress })).bytes(), bytes)).toBe(0);
    expect(server.lookUps()).toBe(2);
    expect(server.requests.map(({ path }) => /signature=(\w+)/.exec(path)![1])).toEqual(["s1", "s1", "s2"]);
    expect(server.requests[2]!.range).toBe(`bytes=${half}-`);
    expect(server.gapsMs()[1]).toBeLessThan(slackMs);
    expect(progress.at(-1)).toMatchObject({ resumes: 1, refreshes: 1 });
  });

  test.each([
    ["its refusal", say(403, {}, "x".repeat(5_000_000))],
    ["its redirect", say(302, { Location: "/there" }, "x".repeat(5_000_000))],
  ])("holds no connection while the bytes come, however long %s is", async (_case, first) => {
    await using server = await startReady(first, serve(bytes, { sent: half, fault: "stall" }));
    const reader = await readSome(await connect(server).assets.download(id), 1000);
    while (!server.requests[0]!.isClosed) await sleep(5);
    expect(server.requests[1]!.isClosed).toBe(false);
    await reader.cancel();
  });

  test("is asked for once: a fresh one that is refused too ends the stream", async () => {
    await using server = await startReady(say(403));
    const error = await failureOf(connect(server).assets.download(id));
    expect(error).toMatchObject({ name: "DownloadError", kind: "refused", status: 403, retryable: false });
    expect([server.lookUps(), server.requests.length]).toEqual([2, 2]);
  });

  test("may be so again, after bytes have come", async () => {
    const drop = serve(bytes, { sent: 100_000, fault: "end" });
    await using server = await startReady(drop, say(403), drop, say(410), drop);
    expect(Buffer.compare(await (await connect(server).assets.download(id)).bytes(), bytes)).toBe(0);
    expect(server.lookUps()).toBe(3);
  });

  test("by its own `expires` is not even tried", async () => {
    await using server = await startContentServer(
      (url, lookUp) => readyAsset(bytes.length, lookUp === 1 ? 50 : 3600)(url, lookUp),
      serve(bytes),
    );
    expect(Buffer.compare(await (await connect(server).assets.download(id)).bytes(), bytes)).toBe(0);
    expect(server.requests.map(({ path }) => path.slice(-2))).toEqual(["s2"]);
  });

  test("by its own `expires` is tried when the fresh one says the same", async () => {
    await using server = await startContentServer(readyAsset(bytes.length, -10), serve(bytes));
    expect(Buffer.compare(await (await connect(server).assets.download(id)).bytes(), bytes)).toBe(0);
    expect([server.lookUps(), server.requests.length]).toEqual([2, 1]);
  });

  test.each([
    ["an hour ahead of this machine's: it has expired", 3600, 1800, 2],
    ["an hour behind this machine's: it has not", -3600, -1800, 1],
  ])("is so by the API's clock, %s", async (_case, skewS, expiresInS, lookUps) => {
    await using server = await startContentServer(readyAsset(bytes.length, expiresInS), serve(bytes));
    server.lookUpHeaders.Date = new Date(Date.now() + skewS * 1000).toUTCString();
    await (await connect(server).assets.download(id)).bytes();
    expect(server.lookUps()).toBe(lookUps);
  });

  test("is so for the mock: the second look-up gives a fresh one", async () => {
    const expired = testAssets.expiredUrl.asset_id;
    const download = await connect({ url: inject("mock") }).assets.download(expired);
    expect(await download.bytes()).toHaveLength(download.size!);
  });

  test("is asked for with the retries of a look-up, once", async () => {
    await using server = await startReady(say(403));
    const lookUps: string[] = [];
    const fetch = async (url: string, init: RequestInit): Promise<Response> => {
      if (url.includes("/api/") && lookUps.push(url) > 1) return new Response("{}", { status: 503 });
      return globalThis.fetch(url, init);
    };
    const error = await failureOf(connect(server, { fetch, maxRetries: 1 }).assets.download(id));
    expect(error).toMatchObject({ name: "ApiError", kind: "server_error", attempts: 2 });
    expect([lookUps.length, server.requests.length]).toEqual([3, 1]);
  });

  test("ends the stream as the look-up does that should give a fresh one", async () => {
    await using server = await startContentServer((url, lookUp) => {
      return lookUp === 1 ? readyAsset(bytes.length)(url, 1) : { asset_id: 1 };
    }, say(403));
    const error = await failureOf(connect(server).assets.download(id));
    expect(error).toMatchObject({ name: "ResponseError" });
  });
});

describe.concurrent("a content host that", () => {
  test.each([408, 429, 500, 502, 503, 504])("answers %i is asked again, after a backoff", async (status) => {
    await using server = await startReady(say(status), serve(bytes));
    expect(await (await connect(server).assets.download(id)).bytes()).toHaveLength(bytes.length);
    expectBackoff(server.gapsMs()[0]);
  });

  test.each([204, 304, 400, 404, 451, 501])("answers %i is not asked again", async (status) => {
    await using server = await startReady(say(status));
    const error = await failureOf(connect(server).assets.download(id));
    expect(error).toMatchObject({ name: "DownloadError", kind: "refused", status, attempts: 1, retryable: false });
    expect(server.requests).toHaveLength(1);
  });

  test("answers 503 for ever ends the stream after maxRetries", async () => {
    await using server = await startReady(say(503));
    const error = await failureOf(connect(server).assets.download(id, { maxRetries: 1 }));
    expect(error).toMatchObject({ name: "DownloadError", kind: "refused", status: 503, attempts: 2, retryable: true });
  });

  test("asks to wait is asked when it says, if that is soon", async () => {
    await using server = await startReady(say(503, { "Retry-After": "1" }), serve(bytes));
    await (await connect(server, { maxRetryAfterMs: 1000 }).assets.download(id)).bytes();
    expect(server.gapsMs()[0]).toBeGreaterThanOrEqual(995);
    await using busy = await startReady(say(503, { "Retry-After": "90" }));
    const error = await failureOf(connect(busy).assets.download(id));
    expect(error).toMatchObject({ status: 503, retryAfterMs: 90_000, attempts: 1 });
  });

  test("gives nothing, not even headers, is given up after idleTimeoutMs", async () => {
    await using server = await startReady(() => silence);
    const error = await failureOf(connect(server).assets.download(id, { idleTimeoutMs: 1000, maxRetries: 1 }));
    expect(error).toMatchObject({ name: "TimeoutError", clock: "idle", attempts: 2, retryable: true });
    // The request may have arrived late.
    expect(server.gapsMs()[0]).toBeGreaterThanOrEqual(1000);
    await server.allClosed();
  });

  test("stalls in the middle is asked for the rest after idleTimeoutMs", async () => {
    await using server = await startReady(serve(bytes, { sent: half, fault: "stall" }), serve(bytes));
    const download = await connect(server).assets.download(id, { idleTimeoutMs: 400 });
    expect(Buffer.compare(await download.bytes(), bytes)).toBe(0);
    expect(server.requests[1]!.range).toBe(`bytes=${half}-`);
    expect(server.gapsMs()[0]).toBeGreaterThanOrEqual(400 + 375 - 25);
  });

  test("is asked again after a drop has the whole idleTimeoutMs for its answer", async () => {
    const drop = serve(bytes, { sent: half, fault: "end" });
    await using server = await startReady(drop, (request) => async (socket, head) => {
      await sleep(600);
      return serve(bytes)(request)(socket, head);
    });
    const download = await connect(server).assets.download(id, { idleTimeoutMs: 800, maxRetries: 1 });
    expect(Buffer.compare(await download.bytes(), bytes)).toBe(0);
  });

  test("is slow, but not idle, is waited for as long as it takes", async () => {
    await using server = await startReady(() => async (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${bytes.length}\r\n\r\n`);
      for (let at = 0; at < bytes.length; at += 20_000) {
        socket.write(bytes.subarray(at, at + 20_000));
        await sleep(100);
      }
    });
    const download = await connect(server).assets.download(id, { idleTimeoutMs: 1000, maxRetries: 0 });
    expect(Buffer.compare(await download.bytes(), bytes)).toBe(0);
    expect(server.requests).toHaveLength(1);
  });
});

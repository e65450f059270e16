/**
 * A connection that ends where nothing proves that the rest would be of the same version. What is read whole begins anew;
 * a stream, which cannot take its bytes back, ends.
 */
import { expect, test } from "vitest";
import { DownloadError } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { expectBackoff } from "../helpers/timing.ts";
import { makeBytes, readyAsset, say, serve, startContentServer, type ServeOptions } from "../servers/content-server.ts";
import { reset } from "../servers/fault-server.ts";
import { bytes, dated, dropAtHalf, expectBytes, failureOf, half, readAtLeast, recordProgress } from "./downloads.ts";
import { startDownload, startReady, startWithoutSize } from "./downloads.ts";

const lastModified = "Mon, 15 Jun 2026 04:00:00 GMT";
const second = Date.parse(lastModified) / 1000;
const inThatSecond = { Date: lastModified };
const etagOf = (radix: number, end: string): string => `"${second.toString(radix)}${end}"`;

const unproven: [what: string, options: ServeOptions][] = [
  ["there is no validator", { etag: null }],
  ["the ETag is weak", { etag: 'W/"1"' }],
  ["the ETag is not quoted", { etag: "1" }],
  ["Last-Modified is not a date", { etag: null, lastModified: "yesterday", headers: { Date: lastModified } }],
  ["Last-Modified is in the second of the response", { etag: null, lastModified, headers: inThatSecond }],
  ["Last-Modified is after the Date", { etag: null, lastModified, headers: { Date: "Mon, 15 Jun 2020 04:00:00 GMT" } }],
  ["there is a Last-Modified, but no Date", { etag: null, lastModified }],
  ["there is a Last-Modified, but its Date cannot be read", { etag: null, lastModified, headers: { Date: "now" } }],
  ["nginx made the ETag in that second", { etag: etagOf(16, "-493e0"), lastModified, headers: inThatSecond }],
  ["Caddy made the ETag in that second", { etag: etagOf(36, "6fhc"), lastModified, headers: inThatSecond }],
  [
    "a server made the ETag in that second in decimals",
    { etag: etagOf(10, "-1"), lastModified, headers: inThatSecond },
  ],
  ["the Date is no date of HTTP", { etag: null, lastModified, headers: { Date: "junk 2099" } }],
  ["Last-Modified is no date of HTTP", { etag: null, lastModified: "today 1", headers: inThatSecond }],
  ["Last-Modified is in 1970", { etag: null, lastModified: "Thu, 01 Jan 1970 00:00:01 GMT", headers: inThatSecond }],
  [
    "Last-Modified is in 1970, and nginx made the ETag of it",
    { etag: '"1-493e0"', lastModified: "Thu, 01 Jan 1970 00:00:01 GMT", headers: inThatSecond },
  ],
  ["the ETag is empty", { etag: '""', headers: inThatSecond }],
  [
    "the ETag is made of milliseconds",
    { etag: etagOf(16, "").replace(/\w+/, (second * 1000).toString(16)), lastModified },
  ],
  ["the ETag is made of the Date's second", { etag: etagOf(16, "-1"), headers: inThatSecond }],
  ["nginx made the ETag, and there is no Date", { etag: etagOf(16, "-493e0").toUpperCase(), lastModified }],
];

test.concurrent.each(unproven)("bytes begins anew, and a stream ends, when %s", async (_case, options) => {
  await using server = await startReady(dropAtHalf(options), serve(bytes, options), dropAtHalf(options));
  await expectBytes(startDownload(server));
  expect(server.requests.map(({ range }) => range)).toEqual([undefined, undefined]);
  const error = await failureOf(startDownload(server));
  expect(error).toMatchObject({ name: "NetworkError", attempts: 2, retryable: true, host: new URL(server.url).host });
  expect((error as Error).message).toMatch(/a stream cannot begin anew\. Use bytes\(\) or downloadToFile\./);
  expect(server.requests).toHaveLength(3);
});

test.concurrent.each([
  ["nginx", etagOf(16, "-493e0")],
  ["Caddy", etagOf(36, "6fhc")],
])("an ETag that %s made of the second proves the version once that second is over", async (_name, etag) => {
  const options = { etag, lastModified, headers: { Date: "Mon, 15 Jun 2026 04:00:01 GMT" } };
  await using server = await startReady(dropAtHalf(options), serve(bytes, options));
  await expectBytes(startDownload(server));
  expect(server.requests[1]).toMatchObject({ range: `bytes=${half}-`, ifRange: etag });
});

test.concurrent.each(["end", "reset", "stall"] as const)(
  "bytes gives one whole version when the first connection %ss inside another one",
  async (fault) => {
    const first = makeBytes(bytes.length, "first");
    await using server = await startReady(
      serve(first, { etag: null, sent: half, fault }),
      serve(bytes, { etag: null }),
    );
    await expectBytes(startDownload(server, { idleTimeoutMs: 500 }));
  },
);

test.concurrent("text, blob and a range begin anew, too", async () => {
  const cut = dropAtHalf({ etag: null });
  const whole = serve(bytes, { etag: null });
  const cutEarly = serve(bytes, { etag: null, sent: 10, fault: "end" });
  await using server = await startReady(cut, whole, cut, whole, cutEarly, whole);
  const expected = new TextDecoder().decode(bytes);
  expect((await (await startDownload(server)).text()) === expected).toBe(true);
  expect((await (await startDownload(server)).blob()).size).toBe(bytes.length);
  const range = { start: 1000, end: 2000 };
  await expectBytes(startDownload(server, { range }), bytes.subarray(1000, 2000));
  expect(server.requests.slice(4).map(({ range }) => range)).toEqual(["bytes=1000-1999", "bytes=1000-1999"]);
});

test.concurrent("each beginning spends a retry that bytes do not give back, so a host that always cuts ends", async () => {
  await using server = await startReady(dropAtHalf({ etag: null }));
  const error = (await caught((await startDownload(server, { maxRetries: 2 })).bytes())) as Error;
  expect(error).toMatchObject({ name: "NetworkError", attempts: 4 });
  expect(error.message).toMatch(/does not prove .* the same, so each try begins at the first byte\. Tries: 3\.$/);
  expect(server.requests).toHaveLength(3);
  expectBackoff(server.gapsMs()[0], 1);
  expectBackoff(server.gapsMs()[1], 2);
});

test.concurrent("a request without a byte has the retries that are left after a new beginning", async () => {
  await using server = await startReady(dropAtHalf({ etag: null }), () => reset);
  const error = await caught((await startDownload(server, { maxRetries: 2 })).bytes());
  expect(error).toMatchObject({ name: "NetworkError" });
  expect(server.requests).toHaveLength(3);
});

test.concurrent("a new beginning is retried, refreshed and resumed like the first one", async () => {
  await using server = await startReady(
    dropAtHalf({ etag: null }),
    say(503),
    say(403),
    dropAtHalf({ etag: '"1"' }),
    serve(bytes, { etag: '"1"' }),
  );
  const { events, onProgress } = recordProgress();
  await expectBytes(startDownload(server, { onProgress }));
  expect(server.requests.map(({ range }) => range)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    `bytes=${half}-`,
  ]);
  expect(events.at(-1)).toMatchObject({ resumes: 1, restarts: 1, refreshes: 1 });
});

test.concurrent("progress begins again at 0, and counts the new beginnings", async () => {
  const slow = { etag: null, pieceBytes: 10_000 };
  await using server = await startReady(dropAtHalf(slow), serve(bytes, slow));
  const { events, onProgress } = recordProgress();
  await expectBytes(startDownload(server, { onProgress }));
  const [first, second] = [0, 1].map((number) => events.filter(({ restarts }) => restarts === number));
  expect(first!.at(-1)!.receivedBytes).toBeGreaterThan(second![0]!.receivedBytes);
  expect(second!.at(-1)).toMatchObject({ receivedBytes: bytes.length, totalBytes: bytes.length, resumes: 0 });
});

test.concurrent("a file of unknown size may be shorter after a new beginning", async () => {
  const shorter = bytes.subarray(0, 1000);
  await using server = await startWithoutSize(dropAtHalf({ etag: null }), serve(shorter, { etag: null }));
  await expectBytes(startDownload(server), shorter);
});

test.concurrent.each<[what: string, first: ServeOptions, second: ServeOptions]>([
  ["another version comes", { etag: '"1"' }, { etag: '"2"' }],
  ["the proof is left out", { etag: '"1"' }, { etag: null }],
  ["the weak ETag has changed", { ...dated, etag: 'W/"1"' }, { ...dated, etag: 'W/"2"' }],
])("bytes begins anew when %s after a break", async (_case, first, second) => {
  const old = makeBytes(bytes.length, "old");
  await using server = await startReady(serve(old, { ...first, sent: half, fault: "end" }), serve(bytes, second));
  const { events, onProgress } = recordProgress();
  await expectBytes(startDownload(server, { onProgress }));
  expect(server.requests.map(({ range }) => range)).toEqual([undefined, `bytes=${half}-`, undefined]);
  expect(events.at(-1)).toMatchObject({ receivedBytes: bytes.length, restarts: 1 });
});

test.concurrent("bytes begins anew with the size that the API gives now when the file has changed", async () => {
  const shorter = bytes.subarray(0, 1000);
  await using server = await startContentServer(
    (url, lookUp) => readyAsset(lookUp === 1 ? bytes.length : 1000)(url, lookUp),
    dropAtHalf({ etag: '"1"' }),
    serve(shorter, { etag: '"2"' }),
  );
  await expectBytes(startDownload(server), shorter);
  expect(server.lookUps()).toBe(2);
});

const sizeChanges: [what: string, size: number, options: ServeOptions][] = [
  ["a longer file", bytes.length + 1000, {}],
  ["a longer file of unknown length", bytes.length + 1000, { length: "hidden" }],
  ["a shorter file", 1000, {}],
  ["a longer file that is encoded", bytes.length + 1000, { encoding: "gzip" }],
  ["a shorter file that is encoded", 1000, { encoding: "gzip" }],
];

test.concurrent.each(sizeChanges)(
  "bytes follows a change to %s that shows only in its size, after a break",
  async (_what, size, options) => {
    const changed = makeBytes(size, "changed");
    await using server = await startContentServer(
      (url, lookUp) => readyAsset(lookUp === 1 ? bytes.length : size)(url, lookUp),
      dropAtHalf({ etag: null }),
      serve(changed, { etag: null, ...options }),
    );
    await expectBytes(startDownload(server), changed);
    expect([server.lookUps(), server.requests.length]).toEqual([2, 3]);
  },
);

test.concurrent("a size that is still wrong after a new look-up is a wrong size, not a change", async () => {
  const wrong = serve(bytes.subarray(0, 1000), { etag: null });
  await using server = await startReady(dropAtHalf({ etag: null }), wrong);
  expect(await caught((await startDownload(server)).bytes())).toMatchObject({ kind: "size" });
  expect([server.lookUps(), server.requests.length]).toEqual([2, 3]);
});

test.concurrent("the bytes after others do not begin anew when the file has changed", async () => {
  await using server = await startReady(serve(bytes, { etag: '"2"' }));
  const rest = (await startDownload(server)).resume({ size: half, validator: '"1"' });
  expect(await caught(rest.bytes())).toMatchObject({ kind: "changed" });
  expect(server.requests).toHaveLength(1);
});

test.concurrent("a file that changes again and again ends bytes within maxRetries", async () => {
  const versions = Array.from({ length: 9 }, (_, at) => dropAtHalf({ etag: `"${at}"` }));
  await using server = await startReady(...versions);
  const error = await caught((await startDownload(server, { maxRetries: 2 })).bytes());
  expect(error).toMatchObject({ name: "NetworkError", attempts: 8 });
});

test.concurrent.each(["the signal's reason", "what onProgress throws"])(
  "bytes does not begin anew when the DownloadError `changed` is %s",
  async (giver) => {
    await using server = await startReady(dropAtHalf({ etag: '"1"' }));
    const controller = new AbortController();
    const other = new DownloadError("another asset has changed", { kind: "changed" });
    const onProgress = (): void => {
      if (giver === "what onProgress throws") throw other;
      controller.abort(other);
    };
    expect(await caught((await startDownload(server, { signal: controller.signal, onProgress })).bytes())).toBe(other);
    expect(server.requests).toHaveLength(1);
  },
);

test.concurrent("the signal ends the pause before a new beginning with its reason", async () => {
  await using server = await startReady(dropAtHalf({ etag: null }));
  const controller = new AbortController();
  const onRetry = (): void => controller.abort("the user left");
  const download = await startDownload(server, { signal: controller.signal }, { onRetry });
  expect(await caught(download.bytes())).toBe("the user left");
  expect(server.requests).toHaveLength(1);
});

test.concurrent("a stream that has given out no byte begins anew", async () => {
  await using server = await startReady(
    serve(bytes, { etag: null, sent: 0, fault: "end" }),
    serve(bytes, { etag: null }),
  );
  const reader = await readAtLeast(await startDownload(server), bytes.length);
  expect((await reader.read()).done).toBe(true);
});

/** The Content-Encoding of a content: decoded by `fetch`, not decoded, or no encoding at all. */
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import type { Fetch } from "../../src/index.ts";
import { readyAsset, serve, startContentServer, type ContentStep } from "../servers/content-server.ts";
import { bytes, dropAtHalf, expectBytes, failureOf, half, recordProgress } from "./downloads.ts";
import { startDownload, startReady } from "./downloads.ts";

const words = ["aws-chunked", "binary", "utf-8", "none", "identity", "", "gzip2", "aws-chunked, gzip", "gzip,identity"];

test.concurrent.each(words)(
  "Content-Encoding %j is no encoding: the download is resumed, and counted",
  async (word) => {
    const headers = { "Content-Encoding": word };
    await using server = await startReady(
      dropAtHalf({ headers }),
      serve(bytes, { headers }),
      serve(bytes, { headers }),
    );
    const { events, onProgress } = recordProgress();
    await expectBytes(startDownload(server, { onProgress }));
    expect(server.requests[1]!.range).toBe(`bytes=${half}-`);
    expect(events.at(-1)).toMatchObject({ totalBytes: bytes.length, resumes: 1, restarts: 0 });
    await expectBytes(startDownload(server, { range: { start: 5, end: 10 } }), bytes.subarray(5, 10));
  },
);

/** Serves encoded bytes. The size of an object that is stored encoded is that of the encoded bytes. */
function serveEncoded(word: string, encoded: Buffer): ContentStep {
  return serve(encoded, { headers: { "Content-Encoding": word } });
}

const encodings: [word: string, encode: (bytes: Buffer) => Buffer][] = [
  ["gzip", gzipSync],
  ["x-gzip", gzipSync],
  ["GZIP", gzipSync],
  ["deflate", deflateSync],
  ["br", brotliCompressSync],
  ["gzip, br", (plain) => brotliCompressSync(gzipSync(plain))],
];

test.concurrent.each(encodings)("Content-Encoding %j counts decoded bytes against size_bytes", async (word, encode) => {
  await using server = await startReady(serveEncoded(word, encode(bytes)));
  await expectBytes(startDownload(server));
});

test.concurrent.each(encodings)(
  "an object that is stored in %j is read whole, though size_bytes is not its decoded size",
  async (word, encode) => {
    const stored = encode(bytes);
    await using server = await startContentServer(readyAsset(stored.length), serveEncoded(word, stored));
    const { events, onProgress } = recordProgress();
    await expectBytes(startDownload(server, { onProgress }));
    for (const { receivedBytes, totalBytes = receivedBytes } of events)
      expect(receivedBytes).toBeLessThanOrEqual(totalBytes);
  },
);

test.concurrent("an object that is stored encoded may be larger than its decoded bytes", async () => {
  const tiny = Buffer.from("tiny");
  const stored = gzipSync(tiny);
  expect(stored.length).toBeGreaterThan(tiny.length);
  await using server = await startContentServer(readyAsset(stored.length), serveEncoded("gzip", stored));
  await expectBytes(startDownload(server), tiny);
});

test.concurrent("an encoded body of another length than size_bytes is still counted", async () => {
  await using server = await startContentServer(readyAsset(bytes.length + 1), serveEncoded("gzip", gzipSync(bytes)));
  expect(await failureOf(startDownload(server))).toMatchObject({ name: "DownloadError", kind: "size" });
});

/** The global `fetch` of a runtime that does not decode Zstandard, as that of Node 20. */
const fetchUndecoded: Fetch = async (url, init) => {
  const response = await fetch(url, init);
  const headers = new Headers(response.headers);
  if (!url.includes("/api/")) headers.set("content-encoding", "zstd");
  return new Response(response.body, { headers });
};

test.concurrent.each([
  ["at once", {}],
  ["byte by byte", { pieceBytes: 1, sent: 4 }],
])("zstd that the runtime has not decoded is refused by name, when it comes %s", async (_how, options) => {
  await using server = await startReady(serve(zstdCompressSync(bytes), options));
  const error = await failureOf(startDownload(server, {}, { fetch: fetchUndecoded }));
  expect(error).toMatchObject({ name: "DownloadError", kind: "unexpected", retryable: false });
  expect((error as Error).message).toMatch(
    /^asset_1 from 127.*: its Content-Encoding is zstd, which this runtime does not decode\.$/,
  );
});

test.concurrent.each([bytes, Buffer.from([0x28]), Buffer.from([0x28, 0xb5, 0x2f, 0xfe])])(
  "zstd that the runtime has decoded is read",
  async (content) => {
    await using server = await startContentServer(readyAsset(content.length), serve(content, { length: "hidden" }));
    await expectBytes(startDownload(server, {}, { fetch: fetchUndecoded }), content);
  },
);

test.concurrent("bytes that look like zstd pass when the encoding is none that a runtime decodes", async () => {
  const content = zstdCompressSync(bytes);
  await using server = await startContentServer(readyAsset(content.length), serveEncoded("aws-chunked, zstd", content));
  await expectBytes(startDownload(server), content);
});

test.concurrent("an encoded body that is cut off, and had no length, begins anew", async () => {
  const cut = serve(gzipSync(bytes), { sent: 100, headers: { "Content-Encoding": "gzip" }, length: "hidden" });
  await using server = await startReady(cut, serve(bytes));
  await expectBytes(startDownload(server));
  expect(server.requests).toHaveLength(2);
});

test.concurrent("zstd of a real host is decoded or refused, never saved as it came", async () => {
  await using server = await startReady(serveEncoded("zstd", zstdCompressSync(bytes)));
  const download = await startDownload(server);
  const result = await download.bytes().then(
    (received) => Buffer.compare(received, bytes),
    ({ kind }) => kind,
  );
  expect([0, "unexpected"]).toContain(result);
});

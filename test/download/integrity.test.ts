/** A whole content is checked against the digest that the caller gives, and those that the host sends. */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { afterEach, expect, test, vi } from "vitest";
import type { Download, Fetch } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { makeBytes, readyAsset, serve, startContentServer } from "../servers/content-server.ts";
import { bytes, dropAtHalf, expectBytes, half, startDownload, startReady } from "./downloads.ts";

afterEach(() => void vi.unstubAllGlobals());

const sha256 = createHash("sha256").update(bytes).digest("hex");
const wrongSha256 = createHash("sha256").update("other").digest("hex");
const hashOf = (algorithm: string): string => createHash(algorithm).update("other").digest("base64");
const wrongReprDigest = { "Repr-Digest": `sha-256=:${hashOf("sha256")}:` };
const wrongHeaders: [name: string, headers: Record<string, string>][] = [
  ["Repr-Digest", wrongReprDigest],
  ["Repr-Digest", { "Repr-Digest": `sha-512=:${hashOf("sha512")}:` }],
  ["Content-Digest", { "Content-Digest": `sha-256=:${hashOf("sha256")}:` }],
  ["Content-MD5", { "Content-MD5": hashOf("md5") }],
];

const readers: [name: string, read: (download: Download) => Promise<unknown>][] = [
  ["bytes", (download) => download.bytes({ sha256: wrongSha256 })],
  ["blob", (download) => download.blob({ sha256: wrongSha256 })],
  ["text", (download) => download.text({ sha256: wrongSha256 })],
];

test.concurrent.each(readers)(
  "%s fails with DownloadError `corrupt` when sha256 does not hold",
  async (_name, read) => {
    await using server = await startReady(serve(bytes));
    const error = await caught(read(await startDownload(server)));
    expect(error).toMatchObject({ name: "DownloadError", kind: "corrupt", retryable: false, attempts: 2 });
    expect((error as Error).message).toMatch(
      /^asset_1 from 127.*: the option sha256 says SHA-256 [\da-f]{64}, but the bytes have /,
    );
  },
);

test.concurrent("bytes, blob and text give the content when sha256 holds, in either case", async () => {
  await using server = await startReady(serve(bytes));
  expect((await (await startDownload(server)).bytes({ sha256 })).length).toBe(bytes.length);
  const blob = await (await startDownload(server)).blob({ sha256: sha256.toUpperCase() });
  expect(Buffer.compare(Buffer.from(await blob.arrayBuffer()), bytes)).toBe(0);
  expect(await (await startDownload(server)).text({ sha256 })).toBe(new TextDecoder().decode(bytes));
});

test.concurrent("bytes rejects with ConfigError before any request when sha256 cannot be checked", async () => {
  await using server = await startReady(serve(bytes));
  const parts = [
    await startDownload(server, { range: { start: 1 } }),
    await startDownload(server, { range: { start: 0, end: bytes.length } }),
    (await startDownload(server)).resume({ size: half, validator: '"1"' }),
  ];
  for (const part of parts) {
    const error = await caught(part.bytes({ sha256 }));
    expect(error).toMatchObject({
      name: "ConfigError",
      option: "sha256",
      message: expect.stringContaining("whole file"),
    });
  }
  for (const value of ["", sha256.slice(1), `sha256:${sha256}`, null, 1]) {
    const error = await caught((await startDownload(server)).bytes({ sha256: value as string }));
    expect(error).toMatchObject({ name: "ConfigError", option: "sha256" });
  }
  expect(server.requests).toHaveLength(0);
});

test.concurrent.each(wrongHeaders)(
  "a %s that does not hold ends a stream and bytes with `corrupt`",
  async (name, headers) => {
    await using server = await startReady(serve(bytes, { headers }));
    const { stream } = await startDownload(server);
    const reader = stream.getReader();
    let received = 0;
    const readAll = async (): Promise<void> => {
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) received += piece.value.length;
    };
    const error = await caught(readAll());
    expect(error).toMatchObject({ name: "DownloadError", kind: "corrupt", attempts: 2 });
    expect((error as Error).message).toContain(`the ${name} of the content host says`);
    expect(received).toBe(bytes.length);
    expect(await caught((await startDownload(server)).bytes())).toMatchObject({ kind: "corrupt" });
  },
);

test.concurrent("a digest of the host is checked over all connections of a download", async () => {
  const headers = { "Repr-Digest": `sha-256=:${Buffer.from(sha256, "hex").toString("base64")}:` };
  await using server = await startReady(dropAtHalf({ headers }), serve(bytes, { headers: wrongReprDigest }));
  await expectBytes(startDownload(server));
  await using wrong = await startReady(dropAtHalf({ headers: wrongReprDigest }), serve(bytes));
  expect(await caught((await startDownload(wrong)).bytes())).toMatchObject({ kind: "corrupt", attempts: 3 });
});

test.concurrent("a new beginning is checked by the digest of its own response", async () => {
  const first = makeBytes(bytes.length, "first");
  const headers = { "Repr-Digest": `sha-256=:${Buffer.from(sha256, "hex").toString("base64")}:` };
  await using server = await startReady(
    serve(first, { etag: null, headers: wrongReprDigest, sent: half, fault: "end" }),
    serve(bytes, { etag: null, headers }),
  );
  await expectBytes(startDownload(server));
});

test.concurrent("a digest is checked of a host whose Content-Encoding is none, but not of an encoded body", async () => {
  const headers = { ...wrongReprDigest, "Content-MD5": hashOf("md5") };
  await using server = await startReady(
    serve(bytes, { headers: { ...headers, "Content-Encoding": "aws-chunked" } }),
    serve(gzipSync(bytes), { headers: { ...headers, "Content-Encoding": "gzip" } }),
  );
  expect(await caught((await startDownload(server)).bytes())).toMatchObject({ kind: "corrupt" });
  await expectBytes(startDownload(server));
});

test.concurrent("a part of a file is not checked by the digest of the whole", async () => {
  await using server = await startReady(serve(bytes, { headers: wrongReprDigest }));
  await expectBytes(startDownload(server, { range: { start: 10 } }), bytes.subarray(10));
  await expectBytes(startDownload(server, { range: { start: 0, end: 10 } }), bytes.subarray(0, 10));
});

test.concurrent.each([
  ["holds", createHash("sha256").digest("base64"), "received"],
  ["does not hold", hashOf("sha256"), "corrupt"],
])("an empty file whose digest %s is checked, too", async (_case, digest, result) => {
  const headers = { "Repr-Digest": `sha-256=:${digest}:` };
  await using server = await startContentServer(readyAsset(0), serve(Buffer.alloc(0), { headers }));
  const received = (await startDownload(server)).bytes();
  expect(
    await received.then(
      () => "received",
      ({ kind }) => kind,
    ),
  ).toBe(result);
});

/** The global `fetch` of a page, whose host exposes its digest. */
const fetchAsInPage: Fetch = async (url, init) => {
  const { body, headers } = await fetch(url, init);
  const visible = ["content-length", "content-type", "repr-digest"];
  return new Response(body, { headers: [...headers].filter(([name]) => visible.includes(name)) });
};

test("without node:crypto, as in a page, bytes is checked and a stream is not", async () => {
  await using server = await startReady(serve(bytes, { headers: wrongReprDigest }));
  vi.stubGlobal("document", {}).stubGlobal("process", undefined);
  const options = { fetch: fetchAsInPage, dangerouslyAllowBrowser: true };
  const error = await caught((await startDownload(server, {}, options)).bytes());
  expect(error).toMatchObject({ name: "DownloadError", kind: "corrupt" });
  const { stream } = await startDownload(server, {}, options);
  expect((await new Response(stream).arrayBuffer()).byteLength).toBe(bytes.length);
});

test.concurrent("download rejects with ConfigError when sha256 is passed to it, which would check nothing", async () => {
  await using server = await startReady(serve(bytes));
  const error = await caught(startDownload(server, { sha256 } as object));
  expect(error).toMatchObject({ name: "ConfigError", option: "sha256" });
  expect(server.lookUps()).toBe(0);
});

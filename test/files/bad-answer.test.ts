/** An answer that says nothing about the file, as that of a captive portal: the bytes on disk are kept. */
import { gzipSync } from "node:zlib";
import { expect } from "vitest";
import { caught } from "../helpers/caught.ts";
import { say, serve, startContentServer, type ContentStep, type ServeOptions } from "../servers/content-server.ts";
import { dated } from "../download/downloads.ts";
import {
  bytes,
  dropped,
  etag,
  expectFile,
  half,
  leavePart,
  otherBytes,
  rangesOf,
  save,
  size,
  sizeOf,
} from "./downloads.ts";
import { startFileServer, test, whole, withoutRetries } from "./downloads.ts";

const firstHalf = bytes.subarray(0, half);
const page = "<html>Log in to the hotel's network</html>";
const html = { "Content-Type": "text/html; charset=utf-8" };

/** Answers 200 without saying how long the body is. */
function sayChunked(headers: Record<string, string>, body: string): ContentStep {
  const chunked = { "Transfer-Encoding": "chunked", "Content-Type": "image/png", ...headers };
  const lines = Object.entries(chunked).map(([name, value]) => `${name}: ${value}\r\n`);
  const chunk = `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`;
  return () => (socket) => void socket.write(`HTTP/1.1 200 OK\r\n${lines.join("")}\r\n${chunk}`);
}

const json = { "Content-Type": "application/json" };

test.concurrent.for<[what: string, step: ContentStep, kind: string | undefined]>([
  ["redirect loop", say(302, { Location: "/again" }), "unexpected"],
  ["redirect to an unsafe address", say(302, { Location: "http://example.invalid/" }), "address"],
  ["captive portal's page", say(200, html, page), "unexpected"],
  ["captive portal's page with an ETag", say(200, { ...html, ETag: '"portal"' }, page), "unexpected"],
  ["captive portal's page with a date", say(200, { ...html, "Last-Modified": dated.lastModified }, page), "unexpected"],
  ["captive portal's page of unknown length", sayChunked(html, page), undefined],
  ["text of another length", say(200, { "Content-Type": "text/plain" }, "Hello"), "size"],
  ["JSON with an ETag", say(200, { ...json, ETag: '"portal"' }, "{}"), "size"],
  ["JSON of unknown length", sayChunked(json, "{}"), undefined],
  ["JSON of unknown length with an ETag", sayChunked({ ...json, ETag: '"portal"' }, "{}"), undefined],
  ["empty body without a type", say(200, { "Content-Type": "" }), "size"],
  ["short body with the right ETag", sayChunked({ ETag: etag }, "1234"), undefined],
  ["416 for any request", say(416), "unexpected"],
  ["416 without a size", say(416, { "Content-Range": "bytes */*" }), "unexpected"],
  ["416 with the size 0", say(416, { "Content-Range": "bytes */0" }), "size"],
  ["416 although there are more bytes", say(416, { "Content-Range": `bytes */${size}` }), "unexpected"],
  ["404", say(404), "refused"],
  ["451", say(451), "refused"],
  ["204", say(204), "refused"],
  ["503", say(503), "refused"],
])("a part is kept after a %s, and resumed later", async ([, step, kind], { folder, path }) => {
  await leavePart(path, firstHalf);
  await using server = await startFileServer(step);
  const error = await caught(save(server, path, withoutRetries));
  expect(error).toMatchObject(kind === undefined ? { name: "NetworkError" } : { name: "DownloadError", kind });
  expect(await folder.names()).toEqual(["a.png.part", "a.png.part.json"]);
  expect(await sizeOf(`${path}.part`)).toBe(half);
  await using mended = await startFileServer(whole);
  expect(await save(mended, path)).toMatchObject({ size, resumedFrom: half });
  await expectFile(path, bytes);
});

test.concurrent.for<[what: string, type: string | undefined]>([
  ["HTML, and the asset has no type", undefined],
  ["HTML, and the asset's type is empty", ""],
])("a part of unknown size is kept after %s", async ([, mime_type], { folder, path }) => {
  await leavePart(path, firstHalf, { size_bytes: undefined });
  const unknown = (url: string): object => ({ signed_url: `${url}/f`, mime_type });
  await using server = await startContentServer(unknown, sayChunked(html, page), say(404));
  expect(await caught(save(server, path, withoutRetries))).toMatchObject({ name: "DownloadError" });
  expect([await folder.names(), await sizeOf(`${path}.part`)]).toEqual([["a.png.part", "a.png.part.json"], half]);
});

test.concurrent("a bad answer to a request for the whole file is not followed by another request", async ({ path }) => {
  await using server = await startFileServer(say(200, html, page));
  expect(await caught(save(server, path))).toMatchObject({ kind: "unexpected" });
  expect([server.lookUps(), server.requests.length]).toEqual([1, 1]);
});

test.concurrent("a bad answer after new bytes ends the call, and the part is kept", async ({ folder, path }) => {
  await leavePart(path, bytes.subarray(0, 1000));
  await using server = await startFileServer(serve(bytes, { etag, sent: half, fault: "end" }), say(416));
  expect(await caught(save(server, path))).toMatchObject({ kind: "unexpected" });
  expect([server.requests.length, await folder.names()]).toEqual([2, ["a.png.part", "a.png.part.json"]]);
  expect(await sizeOf(`${path}.part`)).toBe(half + 1000);
});

test.concurrent("the part of another asset is kept until the first bytes come", async ({ folder, path }) => {
  await leavePart(path, firstHalf, { asset_id: "asset_other" });
  await using server = await startFileServer(say(451), whole);
  expect(await caught(save(server, path))).toMatchObject({ kind: "refused" });
  expect(await folder.names()).toEqual(["a.png.part", "a.png.part.json"]);
  expect(await save(server, path)).toMatchObject({ resumedFrom: 0 });
  await expectFile(path, bytes);
  expect(await folder.names()).toEqual(["a.png"]);
});

/** Serves the file, but answers each request for a part of it with something else. */
function misreadsRange(part: ContentStep): ContentStep {
  return (request) => (request.range === undefined ? whole : part)(request);
}

const gzip = { "Content-Encoding": "gzip" };
const claim = (range: string | undefined): ContentStep => serve(bytes, { etag, headers: { "Content-Range": range } });

test.concurrent.for<[what: string, part: ContentStep]>([
  ["206 without Content-Range", claim(undefined)],
  ["206 from the first byte on", claim(`bytes 0-${size - 1}/${size}`)],
  ["206 whose Content-Range cannot be read", claim("bytes x-y/z")],
  ["206 of encoded bytes", serve(bytes, { etag, headers: { "Content-Encoding": "br" } })],
  ["a bare 416", say(416)],
  ["a short body that is encoded", serve(gzipSync("short"), { etag, ranges: "ignored", headers: gzip })],
  ["416 with the size 0", say(416, { "Content-Range": "bytes */0" })],
  ["a web page", say(200, html, page)],
])(
  "a part whose host answers a Range by %s does not block the file: it begins anew",
  async ([, part], { folder, path }) => {
    await leavePart(path, firstHalf);
    await using server = await startFileServer(misreadsRange(part));
    expect(await save(server, path, withoutRetries)).toMatchObject({ size, resumedFrom: 0 });
    await expectFile(path, bytes);
    expect([rangesOf(server), await folder.names()]).toEqual([[`bytes=${half}-`, undefined], ["a.png"]]);
  },
);

test.concurrent.for<[what: string, options: ServeOptions]>([
  ["another ETag", { etag: '"v2"' }],
  [
    "a date instead of the ETag",
    { etag: null, lastModified: "Mon, 15 Jun 2026 04:00:00 GMT", headers: { ETag: '"v3"' } },
  ],
  ["neither ETag nor date, and the right length", { etag: null }],
  ["neither ETag, date nor length", { etag: null, length: "hidden" }],
])("a part is replaced when the whole file comes with %s", async ([, options], { folder, path }) => {
  await leavePart(path, firstHalf);
  await using server = await startFileServer(serve(otherBytes, { ...options, ranges: "ignored" }));
  expect(await save(server, path)).toMatchObject({ size, resumedFrom: 0 });
  await expectFile(path, otherBytes);
  expect(await folder.names()).toEqual(["a.png"]);
});

test.concurrent.for<[what: string, part: ContentStep]>([
  ["206", (request) => serve(otherBytes, { etag: '"v2"', headers: html })({ ...request, ifRange: undefined })],
  ["416", say(416, { ...html, ETag: '"v2"', "Content-Range": `bytes */${half}` }, page)],
])("a file begins anew when a %s has another ETag, although its host calls it HTML", async ([, part], { path }) => {
  await using server = await startFileServer(dropped, part, serve(otherBytes, { etag: '"v2"' }));
  await save(server, path);
  await expectFile(path, otherBytes);
  expect(rangesOf(server)).toEqual([undefined, `bytes=${half}-`, undefined]);
});

test.concurrent("a page in the place of a new file is not saved, and leaves nothing", async ({ folder, path }) => {
  const unknown = (url: string): object => ({ signed_url: `${url}/f`, mime_type: "image/png" });
  await using server = await startContentServer(unknown, say(200, html, page), sayChunked(html, page));
  for (let call = 0; call < 2; call++) {
    expect(await caught(save(server, path))).toMatchObject({ kind: "unexpected" });
    expect(await folder.names()).toEqual([]);
  }
});

test.concurrent.for<[how: string, options: ServeOptions]>([
  ["with a length", {}],
  ["without a length", { length: "hidden" }],
])("a file is saved although its host calls it HTML, if it has size_bytes bytes, %s", async ([, options], { path }) => {
  await using server = await startFileServer(serve(bytes, { etag, headers: html, ...options }));
  await save(server, path);
  await expectFile(path, bytes);
});

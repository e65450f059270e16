/** A download never joins bytes of two versions of a file. */
import { expect, test } from "vitest";
import { caught } from "../helpers/caught.ts";
import { makeBytes, say, serve, type ServeOptions } from "../servers/content-server.ts";
import { bytes, dated, dropAtHalf, expectBytes, half, readAtLeast, startDownload, startReady } from "./downloads.ts";

const otherBytes = makeBytes(bytes.length, "b");
const etag = '"1"';

test.concurrent.each([
  ["the whole of another version", serve(otherBytes, { etag: '"2"' })],
  ["the whole of an unknown version", serve(otherBytes, { etag: null, ranges: "ignored" })],
  ["a part with another ETag", serve(otherBytes, { etag, headers: { ETag: '"2"' } })],
  ["a part with a weak ETag", serve(otherBytes, { etag, headers: { ETag: 'W/"1"' } })],
  ["a part with two ETags", serve(otherBytes, { etag, headers: { ETag: '"1", "2"' } })],
  ["a part with an invalid ETag", serve(otherBytes, { etag, headers: { ETag: "1" } })],
  ["a part without the required ETag", serve(otherBytes, { etag, headers: { ETag: undefined } })],
  ["416 for another version", say(416, { "Content-Range": `bytes */${half}`, ETag: '"2"' })],
  [
    "a part of a file of another size",
    serve(bytes, { etag, headers: { "Content-Range": `bytes ${half}-299999/300001` } }),
  ],
  ["416 for a shorter file", serve(otherBytes.subarray(0, 10), { etag })],
])("download fails with DownloadError `changed` when the host answers with %s", async (_case, secondStep) => {
  await using server = await startReady(dropAtHalf({ etag }), secondStep);
  const reader = await readAtLeast(await startDownload(server), half);
  expect(await caught(reader.read())).toMatchObject({ name: "DownloadError", kind: "changed", retryable: false });
  expect(server.requests).toHaveLength(2);
});

test.concurrent.each([
  ["begins at another byte", { "Content-Range": `bytes ${half - 1}-299999/300000` }],
  ["has no Content-Range", { "Content-Range": undefined }],
  ["is multipart", { "Content-Range": undefined, "Content-Type": "multipart/byteranges; boundary=x" }],
  ["is encoded", { "Content-Encoding": "gzip" }],
])("download fails with DownloadError `unexpected` when the part that it requested %s", async (_case, headers) => {
  await using server = await startReady(dropAtHalf({ etag }), serve(bytes, { etag, headers }));
  const reader = await readAtLeast(await startDownload(server), half);
  expect(await caught(reader.read())).toMatchObject({ name: "DownloadError", kind: "unexpected" });
});

const dateOfFirst = dated.lastModified;

test.concurrent.each([
  ["another weak ETag", 'W/"1"', 'W/"2"'],
  ["a strong ETag instead of the weak one", 'W/"1"', '"1"'],
  ["an ETag, and had none before", null, '"2"'],
  ["no ETag, and had a weak one before", 'W/"1"', undefined],
])("by its date the file is the same, but the rest has %s: `changed`", async (_case, first, second) => {
  const rest = serve(otherBytes, { ...dated, headers: { ...dated.headers, ETag: second } });
  await using server = await startReady(dropAtHalf({ ...dated, etag: first }), rest);
  const reader = await readAtLeast(await startDownload(server), half);
  expect(await caught(reader.read())).toMatchObject({ name: "DownloadError", kind: "changed" });
  expect(server.requests[1]!.ifRange).toBe(dateOfFirst);
});

test.concurrent("a host that ignores If-Range and sends the rest of a newer file: `changed`", async () => {
  const newer = { ...dated, headers: { ...dated.headers, "Last-Modified": "Mon, 15 Jun 2026 04:00:01 GMT" } };
  await using server = await startReady(dropAtHalf(dated), serve(otherBytes, newer));
  const reader = await readAtLeast(await startDownload(server), half);
  expect(await caught(reader.read())).toMatchObject({ kind: "changed" });
});

test.concurrent("a weak ETag that stays the same lets the date prove the version, also in another process", async () => {
  const weak: ServeOptions = { ...dated, etag: 'W/"1"' };
  await using server = await startReady(dropAtHalf(weak), serve(bytes, weak));
  const first = await startDownload(server);
  await expectBytes(first);
  expect(server.requests[1]!.ifRange).toBe(dateOfFirst);
  const { validator } = first;
  expect(validator).toBe(`${dateOfFirst}; etag=W/"1"`);
  const rest = (await startDownload(server)).resume({ size: half, validator: validator! });
  await expectBytes(rest, bytes.subarray(half));
  expect(server.requests[2]!.ifRange).toBe(dateOfFirst);
  await using changed = await startReady(serve(bytes, { ...dated, etag: 'W/"2"' }));
  const changedRest = (await startDownload(changed)).resume({ size: half, validator: validator! });
  expect(await caught(changedRest.bytes())).toMatchObject({ kind: "changed" });
});

test.concurrent("resume fails with DownloadError `changed` when the file has another size, even by the same ETag", async () => {
  await using server = await startReady(serve(Buffer.concat([bytes, bytes]), { etag: '"v1"' }));
  const download = (await startDownload(server)).resume({ size: half, validator: '"v1"' });
  expect(await caught(download.bytes())).toMatchObject({ name: "DownloadError", kind: "changed" });
});

test.concurrent("download reads another version when no byte of the first one has arrived", async () => {
  await using server = await startReady(serve(otherBytes, { etag: '"2"', sent: 0, fault: "end" }), serve(bytes));
  await expectBytes(startDownload(server));
});

/** A download never joins bytes of two versions of a file. */
import { expect, test } from "vitest";
import { caught } from "../helpers/caught.ts";
import { makeBytes, say, serve } from "../servers/content-server.ts";
import { bytes, dropAtHalf, expectBytes, half, readAtLeast, startDownload, startReady } from "./downloads.ts";

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

test.concurrent("resume fails with DownloadError `changed` when the file has another size, even by the same ETag", async () => {
  await using server = await startReady(serve(Buffer.concat([bytes, bytes]), { etag: '"v1"' }));
  const download = (await startDownload(server)).resume({ size: half, validator: '"v1"' });
  expect(await caught(download.bytes())).toMatchObject({ name: "DownloadError", kind: "changed" });
});

test.concurrent("download reads another version when no byte of the first one has arrived", async () => {
  await using server = await startReady(serve(otherBytes, { etag: '"2"', sent: 0, fault: "end" }), serve(bytes));
  await expectBytes(startDownload(server));
});

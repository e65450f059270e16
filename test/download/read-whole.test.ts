/** `bytes()`, `blob()` and `text()` read a download whole. */
import { expect, test } from "vitest";
import { caught } from "../helpers/caught.ts";
import { readyAsset, serve, startContentServer } from "../servers/content-server.ts";
import { bytes, readAtLeast, startDownload, startReady, startWithoutSize } from "./downloads.ts";

test.concurrent("bytes, blob and text give the content; the blob has the asset's media type", async () => {
  const text = "晨羽智云: an asset\n";
  await using server = await startContentServer(readyAsset(Buffer.byteLength(text)), serve(Buffer.from(text)));
  expect(await (await startDownload(server)).bytes()).toEqual(new TextEncoder().encode(text));
  expect(await (await startDownload(server)).text()).toBe(text);
  const blob = await (await startDownload(server)).blob();
  expect([blob.type, await blob.text()]).toEqual(["image/png", text]);
});

test.concurrent("bytes rejects with `too_large` before any request when size_bytes is over maxBytes", async () => {
  await using server = await startReady(serve(bytes));
  const error = await caught((await startDownload(server)).bytes({ maxBytes: bytes.length - 1 }));
  expect(error).toMatchObject({ name: "DownloadError", kind: "too_large" });
  expect(server.requests).toHaveLength(0);
  expect(await (await startDownload(server)).bytes({ maxBytes: bytes.length })).toHaveLength(bytes.length);
});

test.concurrent("text rejects with `too_large` when more than maxBytes arrive of an unknown size", async () => {
  await using server = await startWithoutSize(serve(bytes, { length: "hidden", sent: 250_000, fault: "stall" }));
  const error = await caught((await startDownload(server)).text({ maxBytes: 200_000 }));
  expect(error).toMatchObject({ name: "DownloadError", kind: "too_large" });
  await server.allClosed();
});

test.concurrent.each([
  [100_000_001, "too_large"],
  [100_000_000, "size"], // It is requested, and the content turns out to be smaller.
])("blob allows 100 MB by default: a size_bytes of %i gives DownloadError `%s`", async (size, kind) => {
  await using server = await startContentServer(readyAsset(size), serve(bytes));
  expect(await caught((await startDownload(server)).blob())).toMatchObject({ kind });
});

test.concurrent("bytes rejects with ConfigError after a cancel, instead of giving an empty file", async () => {
  await using server = await startReady(serve(bytes));
  const download = await startDownload(server);
  await download.stream.cancel();
  expect(await caught(download.bytes())).toMatchObject({ name: "ConfigError" });
});

test.concurrent("bytes and text reject with ConfigError once the stream is being read, or was read", async () => {
  await using server = await startReady(serve(bytes));
  const download = await startDownload(server);
  const reader = await readAtLeast(download, 1);
  expect(await caught(download.bytes())).toMatchObject({ name: "ConfigError" });
  reader.releaseLock();
  expect(await caught(download.text())).toMatchObject({ name: "ConfigError" });
  await download.stream.cancel();
});

test.concurrent.each([-1, 1.5, "1"])("bytes rejects with ConfigError when maxBytes is %o", async (maxBytes) => {
  await using server = await startReady(serve(bytes));
  const download = await startDownload(server);
  const error = await caught(download.bytes({ maxBytes: maxBytes as number }));
  expect(error).toMatchObject({ name: "ConfigError", message: expect.stringMatching(/^maxBytes: /) });
});

/** What the download tests share: an asset and its bytes, servers that serve them, and ways to read them. */
import { expect } from "vitest";
import { createClient } from "../../src/index.ts";
import type { ChenyuClient, ClientOptions, Download, DownloadOptions, Progress } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { makeBytes, readyAsset, secretKey, serve, startContentServer } from "../servers/content-server.ts";
import type { ContentServer, ContentStep, ServeOptions } from "../servers/content-server.ts";

export const id = "asset_1";
export const bytes = makeBytes(300_000);
export const half = 150_000;

/** A host that tells versions apart by Last-Modified alone: its `Date` shows that no second change was in that second. */
export const dated = {
  etag: null,
  lastModified: "Mon, 15 Jun 2026 04:00:00 GMT",
  headers: { Date: "Mon, 15 Jun 2026 04:00:01 GMT" },
} satisfies ServeOptions;

/** Serves the first half, then ends the connection. */
export function dropAtHalf(options: ServeOptions = {}): ContentStep {
  return serve(bytes, { ...options, sent: half, fault: "end" });
}

/** Serves the first half, then nothing. */
export function stallAtHalf(): ContentStep {
  return serve(bytes, { sent: half, fault: "stall" });
}

/** Creates a client with secrets that the content host must not receive. */
export function clientFor({ url }: { url: string }, options: ClientOptions = {}): ChenyuClient {
  return createClient({ apiKey: secretKey, baseUrl: url, headers: { "x-own": "for the API" }, ...options });
}

/** Starts a server of a ready asset, whose size the API reports. */
export function startReady(...script: ContentStep[]): Promise<ContentServer> {
  return startContentServer(readyAsset(bytes.length), ...script);
}

/** Starts a server of a ready asset, whose size the API does not report. */
export function startWithoutSize(...script: ContentStep[]): Promise<ContentServer> {
  return startContentServer((url) => ({ signed_url: `${url}/f` }), ...script);
}

/** Looks the asset up; its content is requested on the first read. */
export function startDownload(
  server: { url: string },
  options: DownloadOptions = {},
  clientOptions: ClientOptions = {},
): Promise<Download> {
  return clientFor(server, clientOptions).assets.download(id, options);
}

/** Reads the download to its end. A failure shows the lengths, because nobody can read the diff of two long buffers. */
export async function expectBytes(download: Download | Promise<Download>, expected: Uint8Array = bytes): Promise<void> {
  const received = await (await download).bytes();
  expect([received.length, Buffer.compare(received, expected)]).toEqual([expected.length, 0]);
}

/** The error that reading the download to its end throws. */
export async function failureOf(download: Promise<Download>): Promise<unknown> {
  const { stream } = await download;
  return caught(new Response(stream).arrayBuffer());
}

/** Reads at least so many bytes, and leaves the stream open. */
export async function readAtLeast(
  { stream }: Download,
  length: number,
): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const reader = stream.getReader();
  for (let received = 0; received < length;) received += (await reader.read()).value!.length;
  return reader;
}

/** Collects the events that a download passes to `onProgress`. */
export function recordProgress(): { events: Progress[]; onProgress: (event: Progress) => void } {
  const events: Progress[] = [];
  return { events, onProgress: (event) => void events.push(event) };
}

import { createClient, type ChenyuClient, type ClientOptions, type Download } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { makeBytes, readyAsset, secretKey, startContentServer } from "../servers/content-server.ts";
import type { ContentServer, ContentStep } from "../servers/content-server.ts";

export const id = "asset_1";
export const bytes = makeBytes(300_000);
export const half = 150_000;

/** A client with secrets that the content host must not see. */
export function connect({ url }: { url: string }, options: ClientOptions = {}): ChenyuClient {
  return createClient({ apiKey: secretKey, baseUrl: url, headers: { "x-own": "for the API" }, ...options });
}

/** Serves `bytes` as the content of a ready asset. */
export function startReady(...script: ContentStep[]): Promise<ContentServer> {
  return startContentServer(readyAsset(bytes.length), ...script);
}

/** What reading the download to its end throws. */
export async function failureOf(download: Promise<Download>): Promise<unknown> {
  const { stream } = await download;
  return caught(new Response(stream).arrayBuffer());
}

/** Reads at least so many bytes, and leaves the stream open. */
export async function readSome(
  { stream }: Download,
  atLeast: number,
): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const reader = stream.getReader();
  for (let length = 0; length < atLeast;) length += (await reader.read()).value!.length;
  return reader;
}

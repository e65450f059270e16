import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Content } from "./mock-content.ts";
import type { ContentFault } from "./test-assets.ts";

/** What is sent of a content, and how. */
export interface Delivery {
  status: 200 | 206 | 416;
  headers: OutgoingHttpHeaders;
  start: number;
  end: number;
}

/**
 * Decides what a request gets: all of it, or one range.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-range-requests
 */
export function planDelivery({ headers }: IncomingMessage, content: Content, fault?: ContentFault): Delivery {
  const { size, mimeType, etag, lastModified } = content;
  const common = {
    "Content-Type": mimeType,
    ETag: etag,
    "Last-Modified": lastModified,
    "Accept-Ranges": fault === "no_ranges" ? "none" : "bytes",
  };
  const isSame = [undefined, etag, lastModified].includes(headers["if-range"] as string | undefined);
  const range = fault !== "no_ranges" && isSame ? parseRange(headers.range, size) : undefined;
  if (range === undefined) {
    return { status: 200, headers: { ...common, "Content-Length": size }, start: 0, end: size };
  }
  const [start, end] = range;
  if (start >= end) {
    const refusal = { ...common, "Content-Range": `bytes */${size}`, "Content-Length": 0 };
    return { status: 416, headers: refusal, start: 0, end: 0 };
  }
  const part = { "Content-Range": `bytes ${start}-${end - 1}/${size}`, "Content-Length": end - start };
  return { status: 206, headers: { ...common, ...part }, start, end };
}

/** Reads the header: from where, up to where, not included. Several ranges, and what is none, mean the whole. */
function parseRange(value: string | undefined, size: number): [start: number, end: number] | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/i.exec(value ?? "") ?? [];
  if (first === undefined || last === undefined || first + last === "") return undefined;
  if (first === "") return [Math.max(size - Number(last), 0), size];
  if (last !== "" && Number(last) < Number(first)) return undefined;
  return [Number(first), last === "" ? size : Math.min(Number(last) + 1, size)];
}

/** Sends the bytes, as fast as they are taken. */
export async function deliver(
  response: ServerResponse,
  content: Content,
  { start, end }: Delivery,
  fault?: ContentFault,
): Promise<void> {
  const middle = Math.floor(content.size / 2);
  const drops = fault === "drops" && start < middle && middle < end;
  const bytes = content.read(start, drops ? middle : end);
  const source = Readable.from(fault === "slow" ? slowly(bytes) : bytes, { objectMode: false });
  await pipeline(source, response, { end: !drops });
  if (drops) response.socket?.destroySoon();
}

const slowBytesPerSecond = 200_000;
const slowStepMs = 100;

async function* slowly(source: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const step = (slowBytesPerSecond * slowStepMs) / 1000;
  for (const bytes of source) {
    for (let at = 0; at < bytes.length; at += step) {
      yield bytes.subarray(at, at + step);
      await sleep(slowStepMs, undefined, { ref: false });
    }
  }
}

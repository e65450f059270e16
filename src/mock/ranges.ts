import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Content } from "./content.ts";
import type { ContentFault } from "../../generated/document.ts";

/** What is sent of a content, and how. */
export interface Delivery {
  status: 200 | 206 | 304 | 412 | 416;
  headers: OutgoingHttpHeaders;
  start: number;
  end: number;
}

/**
 * Decides what a request gets: all, one range, or nothing but a status.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-range-requests
 */
export function planDelivery({ method, headers }: IncomingMessage, content: Content, fault?: ContentFault): Delivery {
  const { size, mimeType, etag, lastModified } = content;
  const common = {
    ETag: etag,
    "Last-Modified": lastModified,
    "Accept-Ranges": fault === "no_ranges" ? "none" : "bytes",
    "Cache-Control": "no-store", // so that every request reaches the mock
  };
  const refused = precondition(headers, content);
  if (refused !== undefined) return { status: refused, headers: common, start: 0, end: 0 };

  const mayHaveRange = method === "GET" && fault !== "no_ranges";
  const isSame = [undefined, etag, lastModified].includes(headers["if-range"] as string | undefined);
  const range = mayHaveRange && isSame ? parseRange(headers.range, size) : undefined;
  const [start, end] = range ?? [0, size];
  if (range !== undefined && start >= end) {
    return { status: 416, headers: { ...common, "Content-Range": `bytes */${size}` }, start: 0, end: 0 };
  }
  const part = range && { "Content-Range": `bytes ${start}-${end - 1}/${size}` };
  const body = { "Content-Type": mimeType, "Content-Length": end - start };
  return { status: range === undefined ? 200 : 206, headers: { ...common, ...body, ...part }, start, end };
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#name-precedence-of-preconditions */
function precondition(headers: IncomingHttpHeaders, { etag, lastModified }: Content): 304 | 412 | undefined {
  const modifiedAt = Date.parse(lastModified);
  const { "if-match": match, "if-none-match": noneMatch } = headers;
  const isChanged = modifiedAt > Date.parse(headers["if-unmodified-since"] ?? "");
  if (match === undefined ? isChanged : !lists(match, etag)) return 412;
  const isUnchanged = modifiedAt <= Date.parse(headers["if-modified-since"] ?? "");
  return (noneMatch === undefined ? isUnchanged : lists(noneMatch.replaceAll("W/", ""), etag)) ? 304 : undefined;
}

function lists(etags: string, etag: string): boolean {
  return etags === "*" || etags.split(",").some((listed) => listed.trim() === etag);
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
  if (drops) response.req.socket.destroySoon();
}

const slowBytesPerSecond = 200_000;
const slowPieceLength = 20_000;

async function* slowly(source: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const bytes of source) {
    for (let at = 0; at < bytes.length; at += slowPieceLength) {
      const piece = bytes.subarray(at, at + slowPieceLength);
      yield piece;
      await sleep((piece.length / slowBytesPerSecond) * 1000);
    }
  }
}

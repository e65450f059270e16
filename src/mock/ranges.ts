import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import type { ContentFault } from "../../generated/document.ts";
import { contentDisposition } from "./content-disposition.ts";
import type { Content } from "./content.ts";
import type { RequestHead } from "./routes.ts";

/** The bytes of a content that a request gets, with status and headers. */
export interface Selection {
  status: 200 | 206 | 304 | 412 | 416;
  headers: OutgoingHttpHeaders;
  start: number;
  /** Not included. */
  end: number;
}

/** Selects all bytes, one range, or none. @see https://www.rfc-editor.org/rfc/rfc9110#name-range-requests */
export function selectRange({ method, headers }: RequestHead, content: Content, fault?: ContentFault): Selection {
  const { size, mimeType, fileName, etag, lastModified } = content;
  const common = {
    ...(etag !== undefined && { ETag: etag }),
    ...(lastModified !== undefined && { "Last-Modified": lastModified }),
    "Accept-Ranges": fault === "no_ranges" ? "none" : "bytes",
    "Cache-Control": "no-store", // so that every request reaches the mock
  };
  const status = failedPrecondition(headers, content);
  if (status !== undefined) return { status, headers: common, start: 0, end: 0 };

  const supportsRange = method === "GET" && fault !== "no_ranges";
  const ifRange = headers["if-range"];
  // A weak ETag does not match here: https://www.rfc-editor.org/rfc/rfc9110#name-if-range
  const strongMarks: unknown[] = [isWeak(etag) ? undefined : etag, lastModified];
  const isSameVersion = ifRange === undefined || strongMarks.includes(ifRange);
  const range = supportsRange && isSameVersion ? parseRange(headers.range, size) : undefined;
  const [start, end] = range ?? [0, size];
  if (range !== undefined && start >= end) {
    return { status: 416, headers: { ...common, "Content-Range": `bytes */${size}` }, start: 0, end: 0 };
  }
  const contentRange = range && { "Content-Range": `bytes ${start}-${end - 1}/${size}` };
  const body = {
    "Content-Type": mimeType,
    // Before the length, because Node 20 to 26 refuse its bytes after that: they read them as UTF-8 to check them.
    ...(fileName !== undefined && { "Content-Disposition": contentDisposition(fileName) }),
    "Content-Length": end - start,
  };
  return { status: range === undefined ? 200 : 206, headers: { ...common, ...body, ...contentRange }, start, end };
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#name-precedence-of-preconditions */
function failedPrecondition(headers: IncomingHttpHeaders, { etag, lastModified }: Content): 304 | 412 | undefined {
  const modifiedAt = Date.parse(lastModified ?? "");
  const { "if-match": match, "if-none-match": noneMatch } = headers;
  const isChanged = modifiedAt > Date.parse(headers["if-unmodified-since"] ?? "");
  if (match === undefined ? isChanged : !includesEtag(match, isWeak(etag) ? undefined : etag)) return 412;
  const isUnchanged = modifiedAt <= Date.parse(headers["if-modified-since"] ?? "");
  const isCached = noneMatch === undefined ? isUnchanged : includesEtag(toStrong(noneMatch), etag && toStrong(etag));
  return isCached ? 304 : undefined;
}

function includesEtag(list: string, etag: string | undefined): boolean {
  return list === "*" || list.split(",").some((listed) => listed.trim() === etag);
}

function isWeak(etag: string | undefined): boolean {
  return etag?.startsWith("W/") ?? false;
}

function toStrong(etags: string): string {
  return etags.replaceAll("W/", "");
}

/** Parses a `Range`. Several ranges, or an invalid one, mean all bytes. */
function parseRange(value: string | undefined, size: number): [start: number, end: number] | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/i.exec(value ?? "") ?? [];
  if (first === undefined || last === undefined || first + last === "") return undefined;
  if (first === "") return [Math.max(size - Number(last), 0), size];
  if (last !== "" && Number(last) < Number(first)) return undefined;
  return [Number(first), last === "" ? size : Math.min(Number(last) + 1, size)];
}

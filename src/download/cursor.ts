import { sizeOf, type Asset } from "../core/asset.ts";
import { ConfigError } from "../core/errors.ts";
import { isBrowser } from "../core/runtime.ts";
import type { Digest } from "./digest.ts";
import { cutOffError, detailsOf, downloadError, refusedError, type ErrorFacts } from "./errors.ts";
import { readHead, type ContentHead } from "./head.ts";
import type { ByteRange } from "./options.ts";
import { compareVersion, type Version } from "./version.ts";

/** How far a download is. Positions count from the start of the file, in bytes. */
export interface Cursor {
  readonly range: ByteRange;
  /** Size of the file, as the asset says. */
  readonly size: number | undefined;
  /** Media type of the file, as the asset says. */
  readonly mediaType: unknown;
  /** Position of the next byte to deliver. */
  position: number;
  /** Size of the file: `size`, or what the content host says. */
  total: number | undefined;
  /** End of the wanted bytes, if that is known. */
  end: number | undefined;
  /** Version of the bytes delivered so far. */
  version: Version | undefined;
  /** Digests of the whole file that the host has sent, and that nobody has checked yet. */
  digests: readonly Digest[];
  /** How many times the download went on where a connection had ended. */
  resumes: number;
  /** How many times it began anew at the first byte. */
  readonly restarts: number;
  /** Whether it may begin anew, because its reader drops the bytes of the first try. */
  mayRestart: boolean;
  /** Whether an earlier try, by the same look-up, has delivered bytes. */
  readonly isRepeated: boolean;
}

/** Makes a cursor at the start of the range. */
export function createCursor(asset: Asset, range: ByteRange): Cursor {
  const size = sizeOf(asset);
  const end = size === undefined ? undefined : Math.min(range.end ?? size, size);
  const position = { position: range.start, total: size, end, version: undefined };
  const counts = { digests: [], resumes: 0, restarts: 0, mayRestart: false, isRepeated: false };
  return { range, size, mediaType: asset.mime_type, ...position, ...counts };
}

/** Checks that a response goes on at the cursor. @returns `undefined` if the file has no more bytes. */
export function startResponse(cursor: Cursor, response: Response, facts: ErrorFacts): ContentHead | undefined {
  const { position, size, version } = cursor;
  const { status } = response;
  if (status !== 200 && status !== 206 && status !== 416) throw refusedError(facts, response);
  const head = readHead(response, position);
  const { start, total, isEncoded, length } = head;
  checkIsFile(cursor, response, head, facts);
  if (status === 416 && position === (size ?? total)) return undefined;
  if (size !== undefined && total !== undefined && total !== size) {
    throw downloadError(facts, sizeProblem(cursor), `the file has ${total} bytes, but size_bytes is ${size}`);
  }
  const isBeyondEnd = total !== undefined && position > total;
  if (status === 416 || isBeyondEnd) {
    const kind = isBeyondEnd ? "size" : "unexpected";
    throw downloadError(facts, kind, `the content host says that the file has no byte ${position}`);
  }
  if (status === 206 && isEncoded) {
    throw downloadError(facts, "unexpected", "the content host sends a part of encoded bytes, which cannot be decoded");
  }
  if (status === 206 && start !== position) {
    throw downloadError(facts, "unexpected", `the content host sends other bytes than those from ${position}`);
  }
  // If the object is stored encoded, `size_bytes` is not the number of its decoded bytes.
  const isStoredEncoded = isEncoded && length !== undefined && length === size;
  cursor.total = isStoredEncoded ? undefined : (size ?? total ?? version?.total);
  cursor.end = minimum(cursor.range.end, cursor.total);
  if (version !== undefined) cursor.resumes += 1;
  return head;
}

/**
 * Throws when a response is of another file, or of another version of it.
 *
 * A captive portal or a broken proxy proves nothing about the bytes so far. Its answer is `unexpected`, not `changed`.
 */
function checkIsFile(cursor: Cursor, response: Response, { total }: ContentHead, facts: ErrorFacts): void {
  const { position, size, version } = cursor;
  const comparison = version?.validator === undefined ? undefined : compareVersion(version.validator, response);
  // If there is no version to compare with, the size decides, unless the response has none.
  const hasWrongSize = size === undefined || (total !== undefined && total !== size);
  const mayBePage = version === undefined ? hasWrongSize : comparison !== "same";
  // BusyBox calls a part of any file HTML, and 416 often has a page. Neither comes from a captive portal.
  if (mayBePage && response.status === 200 && isWebPage(response, cursor)) {
    throw downloadError(facts, "unexpected", "the content host answers with a web page. Look at any proxy on the way");
  }
  const hasOtherSize = version?.total !== undefined && total !== undefined && total !== version.total;
  if (comparison === "unproven" && hasOtherSize && response.status === 200) {
    const text = `the content host sends ${total} other bytes, after ${position} of ${version.total}`;
    throw downloadError(facts, "unexpected", `${text}. Look at any proxy on the way`);
  }
  if (comparison === "unproven") {
    const text = `nothing proves that the file is still the one of its first ${position} bytes`;
    throw downloadError(facts, "changed", text);
  }
  if (comparison === "other" || hasOtherSize) {
    throw downloadError(facts, "changed", `the file has changed since its first ${position} bytes`);
  }
}

/** Whether a response is HTML, and the asset is not: the page of a captive portal, or of a gateway. */
function isWebPage({ headers }: Response, { mediaType, version }: Cursor): boolean {
  const isHtml = /^(text\/html|application\/xhtml)\b/i.test(headers.get("content-type") ?? "");
  if (typeof mediaType !== "string" || mediaType === "") return isHtml && version !== undefined;
  return isHtml && !/html/i.test(mediaType);
}

/** What a wrong size means: an earlier try found nothing wrong, so the file has changed since the look-up. */
function sizeProblem({ isRepeated }: Cursor): "changed" | "size" {
  return isRepeated ? "changed" : "size";
}

/** Cuts a piece to its wanted bytes: those not delivered yet, up to the end. @param at - Position of the piece. */
export function cutToWanted(
  cursor: Cursor,
  { length }: ContentHead,
  piece: Uint8Array,
  at: number,
  facts: ErrorFacts,
): Uint8Array {
  // Not by `instanceof`, because a piece may come from another realm.
  if (piece?.BYTES_PER_ELEMENT !== 1) {
    throw new ConfigError("fetch", "the body of its Response must consist of Uint8Arrays.", detailsOf(facts));
  }
  if (cursor.total !== undefined && at + piece.length > cursor.total) {
    // A browser hides the encoding. More bytes than the Content-Length prove that the object is stored encoded.
    if (!isBrowser() || length !== cursor.size) {
      throw downloadError(facts, sizeProblem(cursor), `there are more bytes than the announced ${cursor.total}`);
    }
    cursor.total = undefined;
    cursor.end = cursor.range.end;
  }
  const { position, end = Infinity } = cursor;
  const from = Math.max(position - at, 0);
  const to = Math.min(end - at, piece.length);
  return from === 0 && to === piece.length ? piece : piece.subarray(from, Math.max(from, to));
}

/** Checks that nothing is missing when a response has ended. @param at - Position where it ended. */
export function endResponse(cursor: Cursor, { isEncoded, length }: ContentHead, at: number, facts: ErrorFacts): void {
  // If nobody has said how large the file is, it ends here.
  if (cursor.total === undefined) cursor.end = minimum(cursor.end, at);
  const { position, end = position } = cursor;
  if (at >= position && position >= end) return;
  // A body that was encoded and came whole has another size than its decoded bytes should have.
  const cameWhole = isEncoded && length !== undefined;
  throw cameWhole
    ? downloadError(facts, sizeProblem(cursor), `it has ${at} bytes, not ${end}`)
    : cutOffError(facts, at, end);
}

/** Whether all bytes have come, although the connection failed before it said so. */
export function isWhole({ position, size, version }: Cursor): boolean {
  return position === size && version?.isEncoded === false;
}

/** Whether another response can go on at the cursor. It must prove its version, and cannot start inside an encoded body. */
export function canResume({ version }: Cursor): boolean {
  return version === undefined || (version.validator !== undefined && !version.isEncoded);
}

function minimum(...numbers: (number | undefined)[]): number | undefined {
  const known = numbers.filter((number) => number !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

import { isBrowser } from "../core/runtime.ts";
import { downloadError, type ErrorFacts } from "./errors.ts";
import { readValidator, type Version } from "./version.ts";

/** What the headers of a response say about its bytes, and about the file that they belong to. */
export interface ContentHead extends Version {
  /** Position of the first byte in the file; `NaN` if the headers do not say. */
  start: number;
  /** The Content-Length: the number of bytes before they are decoded. */
  length: number | undefined;
  /** Whether the encoding is Zstandard, which only some runtimes decode. */
  isZstd: boolean;
}

/** The encodings that `fetch` decodes. Any other word, such as `aws-chunked` or `utf-8`, is not one. */
const decodedEncodings = ["gzip", "x-gzip", "deflate", "br", "zstd"];

/**
 * Reads the headers of a response with bytes (200, 206), or of one that says that there are none (416).
 *
 * @param requested - Position of the first byte requested.
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-range-requests
 */
export function readHead({ status, headers }: Response, requested: number): ContentHead {
  const encodings = (headers.get("content-encoding") ?? "").split(",").map((word) => word.trim().toLowerCase());
  const isEncoded = encodings.every((word) => decodedEncodings.includes(word));
  const length = readNumber(headers.get("content-length"));
  const isZstd = isEncoded && encodings.includes("zstd");
  const facts = { validator: readValidator(headers), isEncoded, length, isZstd };
  // A browser hides another origin's encoding, so the length may be that of the encoded bytes.
  if (status === 200) return { start: 0, total: isEncoded || isBrowser() ? undefined : length, ...facts };
  const range = headers.get("content-range")?.trim();
  // A browser hides the range too, unless the other origin exposes it.
  if (range === undefined && isBrowser()) return { start: requested, total: undefined, ...facts };
  const [, first, total] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/i.exec(range ?? "") ?? [];
  return { start: Number(first), total: readNumber(total), ...facts };
}

function readNumber(text: string | null | undefined): number | undefined {
  const value = /^\d+$/.test(text ?? "") ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** @see https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1 */
const zstdMagic = [0x28, 0xb5, 0x2f, 0xfd];

/**
 * Throws when the bytes are still compressed: `fetch` in Node 20 gives them as they are.
 *
 * @param head - Of the response. Its `isZstd` becomes false once the bytes are known to be decoded.
 * @param at - Position of the piece.
 */
export function checkDecoded(head: ContentHead, piece: Uint8Array, at: number, facts: ErrorFacts): void {
  for (let index = 0; head.isZstd && index < piece.length; index++) {
    if (piece[index] !== zstdMagic[at + index]) head.isZstd = false;
    else if (at + index === zstdMagic.length - 1) {
      throw downloadError(facts, "unexpected", "its Content-Encoding is zstd, which this runtime does not decode");
    }
  }
}

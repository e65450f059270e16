import { isBrowser } from "../core/runtime.ts";
import { readValidator, type Version } from "./version.ts";

/** What the headers of a response say about its bytes, and about the file that they belong to. */
export interface ContentHead extends Version {
  /** Position of the first byte in the file; `NaN` if the headers do not say. */
  start: number;
}

/**
 * Reads the headers of a response with bytes (200, 206), or of one that says that there are none (416).
 *
 * @param requested - Position of the first byte requested.
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-range-requests
 */
export function readHead({ status, headers }: Response, requested: number): ContentHead {
  const isEncoded = !/^(identity)?$/i.test(headers.get("content-encoding") ?? "");
  const version = { validator: readValidator(headers), isEncoded };
  if (status === 200) {
    // A browser hides another origin's encoding, so the length may be that of the encoded bytes.
    const total = isEncoded || isBrowser() ? undefined : readNumber(headers.get("content-length"));
    return { start: 0, total, ...version };
  }
  const range = headers.get("content-range")?.trim();
  // A browser hides the range too, unless the other origin exposes it.
  if (range === undefined && isBrowser()) return { start: requested, total: undefined, ...version };
  const [, first, total] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/i.exec(range ?? "") ?? [];
  return { start: Number(first), total: readNumber(total), ...version };
}

function readNumber(text: string | null | undefined): number | undefined {
  const value = /^\d+$/.test(text ?? "") ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

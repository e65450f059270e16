import { isBrowser } from "../core/options.ts";

/** What tells one version of a file from another. */
export interface Version {
  /** An ETag, else the time of the last change. Without one, nothing proves that a response is of the same version. */
  validator: string | undefined;
  /** The size of the whole file. */
  total: number | undefined;
  /** Whether `fetch` has decoded the bytes, so that their number is not the announced one. */
  isEncoded: boolean;
}

/** What a response says of its bytes, and of the file that they are from. */
export interface Part extends Version {
  /** Where in the file they begin; `NaN` where it does not tell. */
  start: number;
}

/**
 * Reads the headers of a response with bytes, or of one that says that there are none (416).
 *
 * @param asked - The first byte that was asked for.
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-range-requests
 */
export function readPart({ status, headers }: Response, asked: number): Part {
  const isEncoded = !/^(identity)?$/i.test(headers.get("content-encoding") ?? "");
  const version = { validator: strongEtag(headers) ?? strongDate(headers), isEncoded };
  if (status === 200) {
    // In a browser, another origin's encoding is hidden, so its length may be that of the encoded bytes.
    const total = isEncoded || isBrowser() ? undefined : readNumber(headers.get("content-length"));
    return { start: 0, total, ...version };
  }
  const range = headers.get("content-range")?.trim();
  // That is hidden there, too, unless the other origin says otherwise.
  if (range === undefined && isBrowser()) return { start: asked, total: undefined, ...version };
  const [, first, total] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/i.exec(range ?? "") ?? [];
  return { start: Number(first), total: readNumber(total), ...version };
}

/** Whether a value can be a validator: it is to stand in a header. */
export function isValidator(value: unknown): value is string {
  return typeof value === "string" && /^[\x20-\x7e]+$/.test(value);
}

/**
 * Whether a response is of the version that has the validator. It may leave it out if it has no bytes; or if it is a date
 * that was asked for by `If-Range`, for then the status says it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-15.3.7
 */
export function hasValidator({ status, headers }: Response, validator: string | undefined): boolean {
  const isDate = !validator?.startsWith('"');
  const own = headers.get(isDate ? "last-modified" : "etag")?.trim();
  if (own === undefined) return status === 416 || (status === 206 && isDate && !isBrowser());
  return own === validator;
}

/** A weak one allows for other bytes. */
function strongEtag(headers: Headers): string | undefined {
  const etag = headers.get("etag")?.trim() ?? "";
  return /^"[^"]*"$/.test(etag) ? etag : undefined;
}

/**
 * A file may change twice in a second, so the last change proves nothing within that second.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-8.8.2.2
 */
function strongDate(headers: Headers): string | undefined {
  const lastModified = headers.get("last-modified")?.trim() ?? "";
  const changedAt = Date.parse(lastModified);
  const isFresh = Date.parse(headers.get("date") ?? "") - changedAt < 1000;
  return Number.isNaN(changedAt) || isFresh ? undefined : lastModified;
}

function readNumber(text: string | null | undefined): number | undefined {
  const value = /^\d+$/.test(text ?? "") ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

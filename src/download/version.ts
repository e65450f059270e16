import { isBrowser } from "../core/runtime.ts";

/** What tells one version of a file from another. */
export interface Version {
  /** A strong ETag, else a date that proves the version. `undefined` if nothing proves it. */
  validator: string | undefined;
  /** Size of the whole file, in bytes. */
  total: number | undefined;
  /** Whether `fetch` has decoded the bytes, so that their number is not the announced one. */
  isEncoded: boolean;
}

/**
 * Whether a response belongs to a version: it has the same validator, and no other size.
 *
 * @param total - Size of the whole file, as the response says.
 */
export function isSameVersion(version: Version, response: Response, total: number | undefined): boolean {
  const hasOtherSize = version.total !== undefined && total !== undefined && total !== version.total;
  return !hasOtherSize && hasValidator(response, version.validator);
}

/**
 * A 416 has no bytes, so it needs no validator. A 206 to `If-Range` with a date proves the date without repeating it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-15.3.7
 */
function hasValidator({ status, headers }: Response, validator: string | undefined): boolean {
  const isDate = !validator?.startsWith('"');
  const own = headers.get(isDate ? "last-modified" : "etag")?.trim();
  if (own === undefined) return status === 416 || (status === 206 && isDate && !isBrowser());
  return own === validator;
}

/** Whether a value can be a validator, which has to stand in a header. */
export function isValidator(value: unknown): value is string {
  return typeof value === "string" && /^[\x20-\x7e]+$/.test(value);
}

/** Reads the validator of a response. */
export function readValidator(headers: Headers): string | undefined {
  return strongEtag(headers) ?? strongDate(headers);
}

/** A weak ETag allows other bytes. */
function strongEtag(headers: Headers): string | undefined {
  const etag = headers.get("etag")?.trim() ?? "";
  return /^"[^"]*"$/.test(etag) ? etag : undefined;
}

/**
 * A file may change twice in a second, so a date proves nothing within that second.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-8.8.2.2
 */
function strongDate(headers: Headers): string | undefined {
  const lastModified = headers.get("last-modified")?.trim() ?? "";
  const changedAt = Date.parse(lastModified);
  const isFresh = Date.parse(headers.get("date") ?? "") - changedAt < 1000;
  return Number.isNaN(changedAt) || isFresh ? undefined : lastModified;
}

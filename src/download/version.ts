import { parseHttpDate } from "../core/retry.ts";
import { isBrowser } from "../core/runtime.ts";

/** What tells one version of a file from another. */
export interface Version {
  /** What proves the version: see {@link readValidator}. `undefined` if nothing proves it. */
  validator: string | undefined;
  /** Size of the whole file, in bytes. */
  total: number | undefined;
  /** Whether `fetch` has decoded the bytes, so that their number is not the announced one. */
  isEncoded: boolean;
}

/** What stands between the date and the ETag of a validator. */
const etagMark = "; etag=";

/**
 * Reads what proves the version of a response: a strong ETag; else the date of the last change, with the weak ETag if
 * there is one, as in `Mon, 15 Jun 2026 04:00:00 GMT; etag=W/"1"`.
 *
 * A file may change twice in a second. So a date, or an ETag made of it, proves the version only if the response is at
 * least a second younger. Without a `Date`, nobody knows how old it is. A date of 1970 is no date: some systems give it to
 * every file.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-8.8.2.2
 */
export function readValidator(headers: Headers): string | undefined {
  const { etag, lastModified } = readMarks(headers);
  const changedAt = parseHttpDate(lastModified ?? null);
  const sentAt = parseHttpDate(headers.get("date"));
  const isOld = sentAt - changedAt >= 1000 && changedAt > endOf1970Ms;
  const isFresh = etag !== undefined && (isMadeOf(etag, changedAt) || isMadeOf(etag, sentAt));
  if (etag !== undefined && isStrong(etag) && (isOld || !isFresh)) return etag;
  return isOld ? [lastModified, etag].filter(Boolean).join(etagMark) : undefined;
}

/** The headers of a response that may tell its version. */
function readMarks(headers: Headers): { etag: string | undefined; lastModified: string | undefined } {
  return {
    etag: headers.get("etag")?.trim() || undefined,
    lastModified: headers.get("last-modified")?.trim() || undefined,
  };
}

/** A weak ETag allows other bytes. */
function isStrong(etag: string): boolean {
  return /^"[^"]+"$/.test(etag);
}

const endOf1970Ms = 31_536_000_000;

/** Whether an ETag has a second in it, as those of nginx, Caddy and BusyBox have that of the last change. */
function isMadeOf(etag: string, atMs: number): boolean {
  const text = etag.toLowerCase();
  const parts = text.split(/[^\da-z]+/);
  const numbers = [atMs / 1000, atMs].flatMap((number) => [10, 16, 36].map((radix) => number.toString(radix)));
  // A short number, as of a date in 1970, may stand in any hash.
  return numbers.some((number) => parts.includes(number) || (number.length >= 6 && text.includes(number)));
}

/** Makes the value of `If-Range`, which takes one mark. */
export function toIfRange(validator: string): string {
  return splitValidator(validator)[0];
}

function splitValidator(validator: string): [mark: string, etag: string | undefined] {
  const at = isStrong(validator) ? -1 : validator.indexOf(etagMark);
  return at === -1 ? [validator, undefined] : [validator.slice(0, at), validator.slice(at + etagMark.length)];
}

/**
 * Compares a response with a version by their ETags and dates: `unproven` if the response leaves them out.
 *
 * A 416 has no bytes, so it needs no proof. A 206 to `If-Range` with a date proves the date without repeating it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-15.3.7
 */
export function compareVersion(validator: string, response: Response): "same" | "other" | "unproven" {
  const { etag, lastModified } = readMarks(response.headers);
  const { status } = response;
  const [mark, weakEtag] = splitValidator(validator);
  const isDate = !isStrong(mark);
  const wantedEtag = isDate ? weakEtag : mark;
  if (etag !== wantedEtag && etag !== undefined) return "other";
  if (isDate && lastModified !== mark && lastModified !== undefined) return "other";
  if (status === 416) return "same";
  if (etag !== wantedEtag) return "unproven";
  const repeatsDate = lastModified !== undefined || (status === 206 && !isBrowser());
  return !isDate || repeatsDate ? "same" : "unproven";
}

/** Whether a value is a validator, as {@link readValidator} gives it. */
export function isValidator(value: unknown): value is string {
  if (typeof value !== "string" || !/^[\x20-\x7e]+$/.test(value)) return false;
  const [mark] = splitValidator(value);
  return isStrong(mark) || parseHttpDate(mark) > endOf1970Ms;
}

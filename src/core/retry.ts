/** HTTP statuses of failures that may pass. */
export const passingStatuses: readonly number[] = [408, 429, 500, 502, 503, 504];

const baseDelayMs = 500;
const maxDelayMs = 8000;

/**
 * How long to wait before the next attempt: what the API asks for, else 500 ms, doubled each time, ±25 %, at most 8 s.
 *
 * @param attempt - How many requests were sent so far, from 1.
 * @param retryAfterMs - What the API asked for; 0 asks for nothing.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function retryDelayMs(attempt: number, retryAfterMs: number | undefined): number {
  const middleMs = Math.min(baseDelayMs * 2 ** (attempt - 1), maxDelayMs / 1.25);
  return retryAfterMs || jitter(middleMs);
}

/** Shifts a time by up to 25 %, so that clients that began together do not go on together. */
export function jitter(ms: number): number {
  return ms * (0.75 + Math.random() / 2);
}

/** How long a response asks to wait, in milliseconds; by its own clock, for this machine's may be wrong. */
export function retryAfterMsOf(headers: Headers): number | undefined {
  const nowMs = Date.parse(headers.get("date") ?? "") || Date.now();
  return parseRetryAfterMs(headers.get("retry-after"), nowMs);
}

/**
 * Reads a `Retry-After` header: how long to wait, in milliseconds from `nowMs`.
 *
 * @returns `undefined` for what is neither whole seconds nor an HTTP date.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function parseRetryAfterMs(value: string | null, nowMs: number): number | undefined {
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Math.min(Number(value) * 1000, Number.MAX_SAFE_INTEGER);
  // `Date.parse` alone takes "1, 2" for a date.
  const dateMs = httpDate.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}

const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

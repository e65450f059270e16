import { sleep } from "./abort.ts";
import { isFinal } from "./callback.ts";
import { ApiError, DownloadError, NetworkError, TimeoutError } from "./errors.ts";
import { observeFailure } from "./observe.ts";
import type { RetryEvent, Settings } from "./options.ts";
import type { PlatformFailure } from "./platform.ts";
import type { LastRequest } from "./report.ts";
import { isBrowser } from "./runtime.ts";

/** Whether an HTTP status is of a temporary failure: 408, 429 and every 5xx, but for what the server cannot do at all. */
export function isTransientStatus(status: number): boolean {
  return /^(408|429|5(?!01|05)\d\d)$/.test(`${status}`);
}

/** A failure that another attempt may fix. */
export type Failure = RetryEvent["error"];

/** How a piece of work is repeated. */
export interface RetryPolicy {
  settings: Pick<Settings, "maxRetries" | "maxRetryAfterMs" | "onRetry" | "observer">;
  signal: AbortSignal | undefined;
  /** The last request of the work. */
  last: LastRequest;
  /** Whether the work may be repeated after it has failed. */
  mayRepeat(): boolean;
  /** Whether it is a part of other work, which tells of the failure that ends it, because it may be repeated there. */
  isPart?(): boolean;
  /** Makes the error if there is no time for the next sleep. */
  findTooLate?(sleepMs: number, failure: Failure): TimeoutError | undefined;
}

/**
 * Does the work, and does it again after a temporary failure.
 *
 * @param work - Gets the number of the attempt, from 1.
 */
export async function withRetries<T>(policy: RetryPolicy, work: (attempt: number) => Promise<T>): Promise<T> {
  const { settings, signal } = policy;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      const next = isTransient(error) && policy.mayRepeat() ? planRetry(error, attempt, settings) : undefined;
      const tooLate = next && policy.findTooLate?.(next.delayMs, next.error);
      const delayMs = tooLate ? undefined : next?.delayMs;
      const isTold = isFinal(error) || signal?.aborted || (delayMs === undefined && policy.isPart?.());
      if (!isTold) observeFailure(settings.observer, policy.last, error, delayMs);
      if (next === undefined || tooLate) throw tooLate ?? error;
      await sleep(next.delayMs, signal, () => settings.onRetry?.(next));
    }
  }
}

/** Describes the next attempt; `undefined` if there is none. */
function planRetry(error: Failure, attempt: number, settings: RetryPolicy["settings"]): RetryEvent | undefined {
  if (!error.retryable || attempt > settings.maxRetries) return undefined;
  const retryAfterMs = requestedDelayMs(error);
  if ((retryAfterMs ?? 0) > settings.maxRetryAfterMs) return undefined;
  return { attempt: error.attempts, delayMs: retryDelayMs(attempt, retryAfterMs), error };
}

/** Whether an error is a temporary failure of ours. What a callback throws is not. */
export function isTransient(error: unknown): error is Failure {
  if (isFinal(error)) return false;
  if (error instanceof ApiError || error instanceof DownloadError || error instanceof NetworkError)
    return error.retryable;
  return error instanceof TimeoutError;
}

/** How long the server asks to wait, in milliseconds. */
export function requestedDelayMs(failure: Failure): number | undefined {
  return "retryAfterMs" in failure ? failure.retryAfterMs : undefined;
}

const baseDelayMs = 500;
const maxDelayMs = 8000;

/**
 * How long to sleep before the next attempt: as long as the API asks for, else 500 ms, doubled each time, ±25 %, at most 8 s.
 *
 * @param attempt - Number of attempts so far, from 1.
 * @param retryAfterMs - How long the API asks to wait; 0 asks for nothing.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function retryDelayMs(attempt: number, retryAfterMs: number | undefined): number {
  const middleMs = Math.min(baseDelayMs * 2 ** (attempt - 1), maxDelayMs / 1.25); // +25 % ends at the maximum
  return retryAfterMs || jitter(middleMs);
}

/** Shifts a time by up to 25 %, so that clients that failed together do not return together. */
export function jitter(ms: number): number {
  return ms * (0.75 + Math.random() / 2);
}

/** How long a response asks to wait, in milliseconds. By the server's own clock, because this machine's may be wrong. */
export function retryAfterMsOf(headers: Headers): number | undefined {
  const nowMs = parseHttpDate(headers.get("date")) || Date.now();
  return parseRetryAfterMs(headers.get("retry-after"), nowMs);
}

/**
 * Reads a `Retry-After` header: how long to wait, in milliseconds from `nowMs`.
 *
 * @returns `undefined` for a value that is neither whole seconds nor an HTTP date.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function parseRetryAfterMs(value: string | null, nowMs: number): number | undefined {
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Math.min(Number(value) * 1000, Number.MAX_SAFE_INTEGER);
  const dateMs = parseHttpDate(value);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}

/** Reads a date of HTTP, in milliseconds. `NaN` for other text: `Date.parse` alone reads "1, 2". */
export function parseHttpDate(text: string | null): number {
  return text !== null && httpDate.test(text) ? Date.parse(text) : Number.NaN;
}

const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * Finds what an error of `fetch` means here. The code is loaded when it is needed. A browser's errors say nothing, and its
 * network could not load the code.
 *
 * @param advice - What to do about a failure of which no more is known.
 * @param url - Where the request went; `undefined` if the caller's own code sent it.
 */
export async function explainFailure(error: unknown, advice: string, url?: string): Promise<PlatformFailure> {
  const plain = { advice };
  if (isBrowser()) return plain;
  // The process may have no file handle left.
  return import("./platform.ts").then((code) => code.explainFailure(error, advice, url)).catch(() => plain);
}

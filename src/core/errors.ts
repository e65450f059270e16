import type { Asset } from "./asset.ts";
import { safeCopy, withoutQueries } from "./redact.ts";

const brand: unique symbol = Symbol.for("chenyu-assets.error");

/** What an error knows besides its message. */
export interface Details {
  cause?: unknown;
  requestId?: string | undefined;
  attempts?: number;
  host?: string | undefined;
  retryable?: boolean;
  /** When the first request was sent, on the clock of `performance.now()`. Given where the message tells the time. */
  startedAt?: number | undefined;
}

/** The base of this package's errors. Not thrown for an abort (the signal's `reason`) or what your `apiKey()` throws. */
export class ChenyuError extends Error {
  override readonly name: string = "ChenyuError";
  /** The `X-Request-Id` of the response, if it has one. The vendor documents none. */
  declare readonly requestId: string | undefined;
  /** Host, with its port, that the failed request went to. `undefined` if no request has failed. */
  declare readonly host: string | undefined;
  /** Number of requests sent for this call; for a wait or a download, all its look-ups included. */
  declare readonly attempts: number;
  /** Whether trying again may help. The client's own retries follow it. */
  declare readonly retryable: boolean;

  constructor(message: string, details: Details) {
    const { host, requestId, attempts = 1, retryable = false, startedAt = 0 } = details;
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    // Of a final failure, only the number of attempts before it is news.
    const effort = startedAt && (retryable || attempts > 1) ? ` Requests sent: ${attempts}, in ${seconds} s.` : "";
    super(withoutQueries(message) + effort, details);
    Object.assign(this, { host, requestId, attempts, retryable });
  }

  /** Gives all fields and the cause's, as a plain object for logs. `structuredClone` keeps these, but none of an error's. */
  toJSON(): Record<string, unknown> {
    const { name, message, cause } = this;
    const copy = cause && (cause instanceof ChenyuError ? cause : safeCopy(cause, withoutQueries));
    return Object.assign({ name, message }, this as object, { cause: copy && JSON.parse(JSON.stringify(copy)) });
  }

  /** @internal */
  get [brand](): true {
    return true;
  }
}

/** Thrown for a wrong option or asset reference before any request is sent, or for a wrong result of your function. */
export class ConfigError extends ChenyuError {
  override readonly name = "ConfigError";
  /** Name of the option or argument that is wrong. */
  readonly option: string;

  constructor(option: string, text: string, details: Details = {}) {
    super(`${option}: ${text}`, { attempts: 0, ...details });
    this.option = option;
  }
}

/** Thrown when the API reports a failure: by an HTTP error, or by an envelope whose `code` is not 0. */
export class ApiError extends ChenyuError {
  override readonly name = "ApiError";
  /** HTTP status. It is 200 for a failure that only the envelope reports. */
  declare readonly status: number;
  /** The envelope's `code`, if there is an envelope. */
  declare readonly code: number | undefined;
  /** The API's own message, in Chinese, if there is one. */
  declare readonly msg: string | undefined;
  /** Meaning of `status` or `code`; `rejected` is a business failure. */
  declare readonly kind: FailureKind;
  /** Why the asset was `rejected`. A guess by words in `msg`, because the vendor documents no codes. */
  declare readonly reason: "expired" | "no_permission" | "review_failed" | "unknown" | undefined;
  /** How long the API asks to wait, in milliseconds. */
  declare readonly retryAfterMs: number | undefined;

  constructor(requestLine: string, answer: Omit<ApiError, keyof ChenyuError>, details: Details) {
    const { status, code, msg, kind, reason, retryAfterMs } = answer;
    const facts = [
      `HTTP ${status}`,
      code !== undefined && `code ${code}`,
      msg && JSON.stringify(msg.slice(0, 200)),
      retryAfterMs && `Retry-After ${Math.ceil(retryAfterMs / 1000)} s`,
    ];
    const again = details.retryable ? " Try again later." : "";
    super(`${requestLine}: ${facts.filter(Boolean).join(", ")} (${kind}). ${advice[reason ?? kind]}${again}`, details);
    Object.assign(this, answer);
  }
}

type FailureKind =
  | ("bad_request" | "unauthenticated" | "permission_denied" | "not_found" | "rate_limited" | "server_error")
  | ("rejected" | "unexpected");

/** By `reason` for what is rejected, else by `kind`. */
const advice: Record<Exclude<FailureKind, "rejected"> | NonNullable<ApiError["reason"]>, string> & { rejected?: "" } = {
  bad_request: "Check the asset id.",
  unauthenticated: "Check the API key: apiKey, or CHENYU_API_KEY.",
  permission_denied: "Check what the API key may do.",
  not_found: "Check the asset id; assets also expire.",
  rate_limited: "There were too many requests.",
  server_error: "The server failed.",
  unexpected: "The API does not document this answer.",
  expired: "The asset has expired. Make it again.",
  no_permission: "The asset is not yours. Use its owner's API key.",
  review_failed: "The asset failed review. Use another one.",
  unknown: "The asset may have expired, not be yours or have failed review.",
};

/**
 * Thrown when no whole response came: refused, reset or cut off. Not thrown for a response that reports a failure. It is not
 * `retryable` when the host's certificate is not trusted.
 */
export class NetworkError extends ChenyuError {
  override readonly name = "NetworkError";
  constructor(message: string, details: Details) {
    super(message, { retryable: true, ...details });
  }
}

/** The option that sets a clock. */
export const clockOptions = { attempt: "timeoutMs", total: "totalTimeoutMs", idle: "idleTimeoutMs" } as const;

/** Thrown when a response, body included, did not come in time. Not thrown for your own abort. */
export class TimeoutError extends ChenyuError {
  override readonly name = "TimeoutError";
  /** The clock that ran out: of one attempt, of the whole call, or of a silent content host. */
  declare readonly clock: keyof typeof clockOptions;
  /** The option that sets this clock. */
  declare readonly option: (typeof clockOptions)[keyof typeof clockOptions];

  constructor(message: string, details: Details & Pick<TimeoutError, "clock">) {
    const { clock } = details;
    super(message, { ...details, retryable: clock !== "total" });
    Object.assign(this, { clock, option: clockOptions[clock] });
  }
}

/** Thrown when a whole response is not the API's, or is about another asset than the one to download. */
export class ResponseError extends ChenyuError {
  override readonly name = "ResponseError";
  /** HTTP status. */
  readonly status: number;

  constructor(message: string, details: Details & Pick<ResponseError, "status">) {
    super(message, details);
    this.status = details.status;
  }
}

/** Thrown when an asset is not ready in time, or has no content yet. Not thrown for a failure: see {@link ApiError}. */
export class NotReadyError extends ChenyuError {
  override readonly name = "NotReadyError";
  /** Why: the time is up, it has no address of its content yet, or `isFailed` says that it will never be ready. */
  readonly reason: "timeout" | "no_address" | "final_status";
  // Private, so that no log shows its signed URL.
  readonly #asset: Asset | undefined;

  constructor(message: string, details: Details & Pick<NotReadyError, "asset" | "reason">) {
    const { asset, reason } = details;
    super(message, { ...details, retryable: reason !== "final_status" });
    this.reason = reason;
    this.#asset = asset;
  }

  /** The asset as it was last seen, if it was seen. */
  get asset(): Asset | undefined {
    return this.#asset;
  }
}

/** Thrown when the content cannot be read whole, or not be saved. Not thrown for a failed connection. */
export class DownloadError extends ChenyuError {
  override readonly name = "DownloadError";
  /** What went wrong. */
  declare readonly kind: DownloadProblem;
  /** HTTP status of the content host, if that is the failure. */
  declare readonly status: number | undefined;
  /** How long the content host asks to wait, or until the lock of a dead download ends (`busy`), in milliseconds. */
  declare readonly retryAfterMs: number | undefined;

  constructor(message: string, details: Details & DownloadDetails) {
    const { kind, status, retryAfterMs } = details;
    super(message, details);
    Object.assign(this, { kind, status, retryAfterMs });
  }
}

/**
 * - `address`: no address of the content is safe to use, or that of a redirect is not.
 * - `refused`: the content host refuses (see `status`), also with a fresh URL.
 * - `changed`: the file is no longer the one that the first bytes came from.
 * - `size`: there are more or fewer bytes than announced, or than `size_bytes`.
 * - `corrupt`: the bytes do not have the digest that `sha256` or the content host gives.
 * - `too_large`: more than `maxBytes`.
 * - `unexpected`: the content host's answer cannot be used.
 * - `exists`: a file is there already (with `skip`: one that is not of the asset's size or `sha256`), or another asset of the
 *   same call has its name.
 * - `busy`: another download writes to the same file. `retryAfterMs`: when its lock ends, if it was killed.
 * - `disk_full`, `no_permission`, `target`: the file cannot be written; `cause` is the system's error, if there is one.
 */
export type DownloadProblem =
  | ("address" | "refused" | "changed" | "size" | "corrupt" | "too_large" | "unexpected")
  | ("exists" | "busy" | "disk_full" | "no_permission" | "target");

interface DownloadDetails {
  kind: DownloadProblem;
  status?: number;
  retryAfterMs?: number | undefined;
}

/**
 * Tells whether this package threw an error, also from a second copy of it, where `instanceof` fails. Then look at `name`.
 */
export function isChenyuError(
  error: unknown,
): error is ApiError | NetworkError | TimeoutError | ResponseError | NotReadyError | DownloadError | ConfigError {
  return Object(error)[brand] === true;
}

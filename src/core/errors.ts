import type { Asset } from "./asset.ts";
import { withoutQueries } from "./redact.ts";

const brand: unique symbol = Symbol.for("chenyu-assets.error");

interface Details {
  cause?: unknown;
  requestId?: string | undefined;
  attempts?: number;
  retryable?: boolean;
}

/** The base of this package's errors. Not thrown for an abort (the signal's `reason`) or what your `apiKey()` throws. */
export class ChenyuError extends Error {
  override readonly name: string = "ChenyuError";
  /** The `X-Request-Id` of the response, if it has one. The vendor documents none. */
  readonly requestId: string | undefined;
  /** Number of requests sent for this call. For a wait: for its last look-up; only `NotReadyError` counts all. */
  readonly attempts: number;
  /** Whether trying again may help. The client's own retries follow it. */
  readonly retryable: boolean;

  constructor(message: string, { requestId, attempts = 1, retryable = false, ...options }: Details) {
    super(withoutQueries(message), options);
    this.requestId = requestId;
    this.attempts = attempts;
    this.retryable = retryable;
  }

  /** @internal */
  get [brand](): true {
    return true;
  }
}

/** Thrown for a wrong option or asset reference, before any request is sent. */
export class ConfigError extends ChenyuError {
  override readonly name = "ConfigError";
  /** Name of the option or argument that is wrong. */
  readonly option: string;

  constructor(option: string, text: string) {
    super(`${option}: ${text}`, { attempts: 0 });
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
  declare readonly kind: keyof typeof advice;
  /** Why the asset was `rejected`. A guess by words in `msg`, because the vendor documents no codes. */
  declare readonly reason: "expired" | "no_permission" | "review_failed" | "unknown" | undefined;
  /** How long the API asks to wait, in milliseconds. */
  declare readonly retryAfterMs: number | undefined;

  constructor(requestLine: string, answer: Omit<ApiError, keyof ChenyuError>, details: Details) {
    const { status, code, msg, kind } = answer;
    const facts = [
      `HTTP ${status}`,
      code === undefined ? [] : `code ${code}`,
      msg === undefined ? [] : JSON.stringify(msg.slice(0, 200)),
    ];
    const again = kind === "server_error" && details.retryable ? " Try again later." : "";
    super(`${requestLine}: ${facts.flat().join(", ")} (${kind}). ${advice[kind]}${again}`, details);
    Object.assign(this, answer);
  }
}

const advice = {
  bad_request: "Check the asset id.",
  unauthenticated: "Check the API key: apiKey, or CHENYU_API_KEY.",
  permission_denied: "Check what the API key may do.",
  not_found: "Check the asset id; assets also expire.",
  rate_limited: "Wait before the next request.",
  server_error: "The server failed.",
  rejected: "The asset has expired, is not yours or failed review.",
  unexpected: "The API is not known to answer like this.",
} as const;

/** Thrown when no whole response came: refused, reset or cut off. Not thrown for a response that reports a failure. */
export class NetworkError extends ChenyuError {
  override readonly name = "NetworkError";
  constructor(message: string, details: Details) {
    super(message, { ...details, retryable: true });
  }
}

const clockOptions = { attempt: "timeoutMs", total: "totalTimeoutMs", idle: "idleTimeoutMs" } as const;

/** Thrown when a response, body included, did not come in time. Not thrown for your own abort. */
export class TimeoutError extends ChenyuError {
  override readonly name = "TimeoutError";
  /** The clock that ran out: of one attempt, of the whole call, or of a silent content host. */
  readonly clock: keyof typeof clockOptions;
  /** The option that sets this clock. */
  readonly option: (typeof clockOptions)[keyof typeof clockOptions];

  constructor(message: string, { clock, ...details }: Details & Pick<TimeoutError, "clock">) {
    super(message, { ...details, retryable: clock !== "total" });
    this.clock = clock;
    this.option = clockOptions[clock];
  }
}

/** Thrown when a whole response is not the API's, or is about another asset than the one to download. */
export class ResponseError extends ChenyuError {
  override readonly name = "ResponseError";
  /** HTTP status. */
  readonly status: number;

  constructor(message: string, { status, ...details }: Details & Pick<ResponseError, "status">) {
    super(message, details);
    this.status = status;
  }
}

/** Thrown when an asset is not ready in time, or has no content yet. Not thrown for a failure: see {@link ApiError}. */
export class NotReadyError extends ChenyuError {
  override readonly name = "NotReadyError";
  // Private, so that no log shows its signed URL.
  readonly #asset: Asset | undefined;

  constructor(message: string, { asset, ...details }: Details & { asset: Asset | undefined }) {
    super(message, { ...details, retryable: true });
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

  constructor(message: string, { kind, status, retryAfterMs, ...details }: Details & DownloadDetails) {
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

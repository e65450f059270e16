import type { Asset } from "../../generated/schema.ts";
import { withoutQueries } from "./redact.ts";

const brand: unique symbol = Symbol.for("chenyu-assets.error");

interface Details {
  cause?: unknown;
  requestId?: string | undefined;
  attempts?: number;
  retryable?: boolean;
}

/** The base of all errors of this package, but for a caller's abort (the signal's `reason`) and a thrown `apiKey()`. */
export class ChenyuError extends Error {
  override readonly name: string = "ChenyuError";
  /** The `X-Request-Id` of the response, where it has one. The vendor documents none. */
  readonly requestId: string | undefined;
  /** How many requests were sent for this call; of a wait, for its last look-up: `NotReadyError` counts all. */
  readonly attempts: number;
  /** Whether trying again may help: what the client's own retries go by. */
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
  constructor(message: string) {
    super(message, { attempts: 0 });
  }
}

/** Thrown when the API says no: by an HTTP error, or by an envelope whose `code` is not 0. */
export class ApiError extends ChenyuError {
  override readonly name = "ApiError";
  /** The HTTP status: 200 for a failure that only the envelope tells. */
  declare readonly status: number;
  /** The envelope's `code`, where there is an envelope. */
  declare readonly code: number | undefined;
  /** The API's own message, in Chinese, where there is one. */
  declare readonly msg: string | undefined;
  /** What `status` or `code` means; `rejected` is a business failure. */
  declare readonly kind: keyof typeof advice;
  /** Why the asset was `rejected`: a guess by words in `msg`, for the vendor documents no codes. */
  declare readonly reason: "expired" | "no_permission" | "review_failed" | "unknown" | undefined;
  /** How long the API asks to wait, in milliseconds. */
  declare readonly retryAfterMs: number | undefined;

  constructor(requestLine: string, answer: Omit<ApiError, keyof ChenyuError>, details: Details) {
    const { status, code, msg, kind } = answer;
    const said = [
      `HTTP ${status}`,
      code === undefined ? [] : `code ${code}`,
      msg === undefined ? [] : JSON.stringify(msg.slice(0, 200)),
    ];
    super(`${requestLine}: ${said.flat().join(", ")} (${kind}). ${advice[kind]}`, details);
    Object.assign(this, answer);
  }
}

const advice = {
  bad_request: "Check the asset id.",
  unauthenticated: "Check the API key: apiKey, or CHENYU_API_KEY.",
  permission_denied: "Check what the API key may do.",
  not_found: "Check the asset id; assets also expire.",
  rate_limited: "Wait before the next request.",
  server_error: "The server failed: look again later.",
  rejected: "The asset has expired, is not yours or failed review.",
  unexpected: "The API is not known to answer so.",
} as const;

/** Thrown when no whole response came: refused, reset or cut off. Not for a response that says no. */
export class NetworkError extends ChenyuError {
  override readonly name = "NetworkError";
  constructor(message: string, details: Details) {
    super(message, { ...details, retryable: true });
  }
}

/** Thrown when a response, body included, did not come in time. Not for the caller's own abort. */
export class TimeoutError extends ChenyuError {
  override readonly name = "TimeoutError";
  /** Which clock ran out: the one of `timeoutMs` (`attempt`), `totalTimeoutMs` (`total`) or `idleTimeoutMs` (`idle`). */
  readonly clock: "attempt" | "total" | "idle";

  constructor(message: string, { clock, ...details }: Details & Pick<TimeoutError, "clock">) {
    super(message, { ...details, retryable: clock !== "total" });
    this.clock = clock;
  }
}

/** Thrown when a whole response came that is not the API's: a gateway's page, a redirect, another JSON. */
export class ResponseError extends ChenyuError {
  override readonly name = "ResponseError";
  /** The HTTP status. */
  readonly status: number;

  constructor(message: string, { status, ...details }: Details & Pick<ResponseError, "status">) {
    super(message, details);
    this.status = status;
  }
}

/** Thrown when an asset did not get ready in time, or has no content yet. Not when the API says no: {@link ApiError}. */
export class NotReadyError extends ChenyuError {
  override readonly name = "NotReadyError";
  // Private, so that no log shows its signed URL.
  readonly #asset: Asset | undefined;

  constructor(message: string, { asset, ...details }: Details & { asset: Asset | undefined }) {
    super(message, { ...details, retryable: true });
    this.#asset = asset;
  }

  /** The asset as it was last seen, if it ever was. */
  get asset(): Asset | undefined {
    return this.#asset;
  }
}

/** Thrown when the bytes of an asset cannot be had whole, or not be kept. Not for a connection that fails. */
export class DownloadError extends ChenyuError {
  override readonly name = "DownloadError";
  /** What is wrong. */
  readonly kind: DownloadProblem;
  /** The HTTP status that the content host answered with, if that is what is wrong. */
  readonly status: number | undefined;
  /** How long the content host asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, { kind, status, retryAfterMs, ...details }: Details & DownloadDetails) {
    super(message, details);
    this.kind = kind;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * - `address`: an address of the content is not safe to use.
 * - `refused`: the content host says no, by `status`; with a fresh URL too.
 * - `changed`: it is another file than the one that the first bytes are of.
 * - `size`: there are more or fewer bytes than announced, or than `size_bytes`.
 * - `too_large`: more than `maxBytes`.
 * - `unexpected`: the content host answers what cannot be used.
 * - `exists`: there is a file already, and `overwrite` is `error`.
 * - `busy`: another download writes to the same file.
 * - `disk_full`, `no_permission`, `target`: the file cannot be written; `cause` is the system's error.
 */
export type DownloadProblem =
  | ("address" | "refused" | "changed" | "size" | "too_large" | "unexpected")
  | ("exists" | "busy" | "disk_full" | "no_permission" | "target");

interface DownloadDetails {
  kind: DownloadProblem;
  status?: number;
  retryAfterMs?: number | undefined;
}

/** Knows this package's errors, those of a second copy of it too, where `instanceof` fails; then look at `name`. */
export function isChenyuError(
  e: unknown,
): e is ApiError | NetworkError | TimeoutError | ResponseError | NotReadyError | DownloadError | ConfigError {
  return (e as Partial<ChenyuError> | null | undefined)?.[brand] === true;
}

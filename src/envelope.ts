import type { Asset } from "../generated/schema.ts";
import { parseRetryAfterMs } from "./backoff.ts";
import { ApiError, ResponseError, withoutQueries } from "./errors.ts";

/**
 * Takes the asset out of the API's envelope. Checked is only what this package relies on; all else passes as it came.
 *
 * @param request - Method and path, for the messages of errors.
 * @throws {@link ApiError} when the API says no.
 * @throws {@link ResponseError} when the body is not an envelope, or holds no asset.
 */
export function unwrapAsset(response: Response, body: unknown, request: string): Asset {
  const envelope = isRecord(body) ? body : {};
  const code = readCode(envelope.code);
  if (response.ok && code === undefined) {
    throw new ResponseError(`${request}: HTTP ${response.status}, but the body is not { code, msg, data }.`, response);
  }
  if (!response.ok || code !== 0) throw apiError(response, code, readMessage(envelope), request);
  if (!isRecord(envelope.data) || typeof envelope.data.asset_id !== "string") {
    throw new ResponseError(`${request}: HTTP ${response.status}, but there is no asset in data.`, response);
  }
  return envelope.data as Asset;
}

/** The vendor documents an integer; public clients have met it as a string. */
function readCode(code: unknown): number | undefined {
  const number = typeof code === "string" && /^-?\d+$/.test(code) ? Number(code) : code;
  return Number.isSafeInteger(number) ? (number as number) : undefined;
}

/** From `{ msg }`, `{ error: "…" }` or `{ error: { message: "…" } }`: all three have been seen. */
function readMessage({ msg, error }: Record<string, unknown>): string | undefined {
  const message = [msg, error, isRecord(error) && error.message].find((text) => typeof text === "string");
  return message && withoutQueries(message);
}

function apiError(response: Response, code: number | undefined, msg: string | undefined, request: string): ApiError {
  const { ok, status, headers } = response;
  const kind = kindOf(ok, (ok && code) || status);
  const reason = kind === "rejected" ? guessReason(msg ?? "") : undefined;
  const retryAfterMs = parseRetryAfterMs(headers.get("retry-after"), Date.now());
  const retryable = ok ? code === 429 : [408, 429, 500, 502, 503, 504].includes(status);
  return new ApiError(request, { status, code, msg, kind, reason, retryAfterMs }, { response, retryable });
}

/** Inside a 200, a code that is an HTTP error status means what that status means. */
function kindOf(ok: boolean, status: number): ApiError["kind"] {
  if (ok && (status < 400 || status > 599)) return "rejected";
  return status >= 500 ? "server_error" : (kinds[status] ?? "unexpected");
}

const kinds: Record<number, ApiError["kind"]> = {
  400: "bad_request",
  401: "unauthenticated",
  403: "permission_denied",
  404: "not_found",
  429: "rate_limited",
};

/** The vendor names three failures without their codes, so this goes by the words that they must have. */
function guessReason(msg: string): ApiError["reason"] {
  if (msg.includes("过期")) return "expired";
  if (msg.includes("权限")) return "no_permission";
  return msg.includes("审核") ? "review_failed" : "unknown";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

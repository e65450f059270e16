import type { Asset } from "../../generated/schema.ts";
import { passingStatuses, retryAfterMsOf } from "../core/retry.ts";
import { ApiError, ResponseError } from "../core/errors.ts";
import type { WholeResponse } from "./response.ts";

/**
 * Takes the asset out of the API's envelope. Checked is only what this package relies on; all else passes as it came.
 *
 * @throws {@link ApiError} when the API says no.
 * @throws {@link ResponseError} when the body is not an envelope, or holds no asset.
 */
export function unwrapAsset(response: WholeResponse): Asset {
  const failure = findFailure(response);
  if (failure !== undefined) throw failure;
  const { code, data } = readEnvelope(response);
  if (isRecord(data) && typeof data.asset_id === "string" && code === 0) return data as Asset;
  const problem = code === undefined ? "the body is not { code, msg, data }" : "there is no asset in data";
  const { status, requestLine, requestId, attempts } = response;
  throw new ResponseError(`${requestLine}: HTTP ${status}, but ${problem}.`, { status, requestId, attempts });
}

/** The no that a response says, by its HTTP status or by its envelope. */
export function findFailure(response: WholeResponse): ApiError | undefined {
  const { ok, status, headers, requestLine, requestId, attempts } = response;
  const { code, message } = readEnvelope(response);
  if (ok && (code === undefined || code === 0)) return undefined;
  const msg = message && response.redact(message);
  const kind = kindOf(ok, (ok && code) || status);
  const reason = kind === "rejected" ? guessReason(msg ?? "") : undefined;
  const retryAfterMs = retryAfterMsOf(headers);
  const retryable = ok ? code === 429 : passingStatuses.includes(status);
  const answer = { status, code, msg, kind, reason, retryAfterMs };
  return new ApiError(requestLine, answer, { requestId, attempts, retryable });
}

interface Envelope {
  code: number | undefined;
  message: string | undefined;
  data: unknown;
}

/** Reads what is there of `{ code, msg, data }`, `{ error: "…" }` or `{ error: { message: "…" } }`: all have been seen. */
function readEnvelope({ value }: WholeResponse): Envelope {
  const { code, msg, data, error } = isRecord(value) ? value : {};
  // The vendor documents an integer; public clients have met it as a text.
  const number = typeof code === "string" && /^-?\d+$/.test(code) ? Number(code) : code;
  return {
    code: Number.isSafeInteger(number) ? (number as number) : undefined,
    message: [msg, error, isRecord(error) && error.message].find((text) => typeof text === "string"),
    data,
  };
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
  422: "bad_request",
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

import type { components } from "../../generated/schema.ts";
import type { Asset } from "../core/asset.ts";
import { ApiError } from "../core/errors.ts";
import { isTransientStatus, retryAfterMsOf } from "../core/retry.ts";

/** The envelope of a successful look-up. */
export type AssetResponse = components["schemas"]["AssetResponse"];

/**
 * Tells whether the body of a 200 is a successful look-up: `code` is 0 or "0", and `data` is an asset.
 *
 * For answers of `raw`: failure codes are open, so TypeScript cannot narrow by `code === 0`. Only `data.asset_id` is
 * checked; all other fields pass as they came.
 *
 * @see generated/openapi.json, schema `AssetResponse`
 */
export function isAssetResponse(body: unknown): body is AssetResponse {
  return findAsset(readEnvelope(body)) !== undefined;
}

/** The asset of a success; `undefined` for a failure, and for anything else. @internal */
export function findAsset({ code, data }: Envelope): Asset | undefined {
  return code === 0 && isAsset(data) ? data : undefined;
}

function isAsset(data: unknown): data is Asset {
  return isRecord(data) && typeof data.asset_id === "string";
}

/** The facts of a response that its errors show. @internal */
export interface ResponseFacts extends Pick<Response, "ok" | "status" | "headers"> {
  /** Method and URL, for messages. */
  requestLine: string;
  /** As in `Details`. */
  host?: string | undefined;
  startedAt?: number | undefined;
  requestId: string | undefined;
  /** Number of requests that the call has sent. */
  attempts: number;
  /** Cuts secrets out of a text. */
  redact: (text: string) => string;
}

/** The failure that a response reports, by HTTP status or by envelope. @internal */
export function findFailure(response: ResponseFacts, { code, message }: Envelope): ApiError | undefined {
  const { ok, status, headers, requestLine, redact } = response;
  // Inside a 200, a code that is an HTTP error status means what that status means.
  const meaning = ok ? code : status;
  if (!meaning) return undefined;
  const msg = message && redact(message);
  const kind = ok && (meaning < 400 || meaning > 599) ? "rejected" : kindOfStatus(meaning);
  const reason = kind === "rejected" ? guessReason(msg ?? "") : undefined;
  const retryAfterMs = retryAfterMsOf(headers);
  const answer = { status, code, msg, kind, reason, retryAfterMs };
  return new ApiError(requestLine, answer, { ...response, retryable: isTransientStatus(meaning) });
}

/** The parts of a body that may be an envelope. @internal */
export interface Envelope {
  code: number | undefined;
  message: string | undefined;
  data: unknown;
}

/** Reads `{ code, msg, data }`, `{ error: "…" }` or `{ error: { message: "…" } }`: clients have met all three. @internal */
export function readEnvelope(body: unknown): Envelope {
  const { code, msg, data, error } = isRecord(body) ? body : {};
  // The vendor documents an integer. Clients have also met text.
  const number = typeof code === "string" && /^-?\d+$/.test(code) ? Number(code) : code;
  return {
    code: Number.isSafeInteger(number) ? (number as number) : undefined, // only a number is an integer
    message: [msg, error, isRecord(error) && error.message].find((text) => typeof text === "string"),
    data,
  };
}

function kindOfStatus(status: number): ApiError["kind"] {
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

/** The vendor names three failures without their codes, so this looks for the words that their messages must have. */
function guessReason(msg: string): ApiError["reason"] {
  if (msg.includes("过期")) return "expired";
  if (msg.includes("权限")) return "no_permission";
  return msg.includes("审核") ? "review_failed" : "unknown";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

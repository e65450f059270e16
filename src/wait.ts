import type { Asset } from "../generated/schema.ts";
import { jitter, parseRetryAfterMs } from "./backoff.ts";
import { unwrapAsset } from "./envelope.ts";
import { ApiError, NetworkError, NotReadyError, TimeoutError } from "./errors.ts";
import type { RetryEvent, Settings, WaitSettings } from "./options.ts";
import type { WholeResponse } from "./response.ts";
import { pause } from "./transport.ts";

/** The one status that the vendor documents. */
const readyStatus = "confirmed";
const maxFailuresInARow = 3;

type LookUp = (settings: Settings) => Promise<WholeResponse>;
type Failure = RetryEvent["error"];

/** What one look-up of a wait has brought. */
interface Look {
  asset?: Asset;
  /** Why there is no asset, where another look-up may bring one. */
  failure?: Failure;
  /** For messages. */
  state?: string;
  attempts: number;
  retryAfterMs: number | undefined;
}

/** Looks up, then waits, until the asset is ready, the API says no or the time is up. */
export async function waitUntilReady(id: string, wait: WaitSettings, lookUp: LookUp): Promise<Asset> {
  const { signal, intervalMs, waitTimeoutMs, onPoll } = wait;
  const endsAt = performance.now() + waitTimeoutMs;
  let lastSeen: Asset | undefined;
  let lastState = "was never seen";
  let failures = 0;
  let attempts = 0;

  for (let poll = 1; ; poll++) {
    const totalTimeoutMs = Math.min(wait.totalTimeoutMs, Math.ceil(endsAt - performance.now()));
    const { asset, failure, state, ...look } = await lookOnce(lookUp, { ...wait, totalTimeoutMs });
    if (asset?.status === readyStatus) return asset;
    lastSeen = asset ?? lastSeen;
    lastState = state ?? lastState;
    attempts += look.attempts;
    failures = failure === undefined ? 0 : failures + 1;

    const delayMs = look.retryAfterMs || jitter(intervalMs);
    if (delayMs >= endsAt - performance.now()) {
      const message = `${id} ${lastState} at look-up ${poll}. Raise waitTimeoutMs (${waitTimeoutMs} ms) to wait longer.`;
      throw new NotReadyError(message, { asset: lastSeen, attempts, ...(failure && { cause: failure }) });
    }
    if (failure !== undefined && failures > maxFailuresInARow) throw failure;
    await pause(delayMs, signal, () => onPoll?.({ poll, delayMs, status: asset?.status, error: failure }));
  }
}

/** Rejects only with what no waiting can mend. */
async function lookOnce(lookUp: LookUp, settings: Settings): Promise<Look> {
  try {
    const response = await lookUp(settings);
    const { attempts, headers, redact } = response;
    const asset = unwrapAsset(response);
    const state = `is still ${JSON.stringify(redact(String(asset.status)).slice(0, 80))}`;
    return { asset, state, attempts, retryAfterMs: parseRetryAfterMs(headers.get("retry-after"), Date.now()) };
  } catch (error) {
    // The caller's reason may be an error of ours, from another call.
    settings.signal?.throwIfAborted();
    if (!mayPass(error)) throw error;
    // A look-up that had no time for the API's wait tells of it by its cause.
    const { retryAfterMs } = (error.cause ?? error) as Partial<ApiError>;
    return { failure: error, attempts: error.attempts, retryAfterMs };
  }
}

function mayPass(error: unknown): error is Failure {
  return (
    error instanceof NetworkError || error instanceof TimeoutError || (error instanceof ApiError && error.retryable)
  );
}

import type { Asset } from "../generated/schema.ts";
import { jitter, retryAfterMsOf } from "./backoff.ts";
import { unwrapAsset } from "./envelope.ts";
import { ConfigError, NotReadyError, TimeoutError, type ApiError } from "./errors.ts";
import { checkInteger, resolveSettings, type RequestOptions, type RetryEvent, type Settings } from "./options.ts";
import type { WholeResponse } from "./response.ts";
import { mayPass, pause, type Failure } from "./transport.ts";

/** What a wait may be told; the rest is for each of its look-ups. */
export interface WaitOptions extends RequestOptions {
  /** From one look-up to the next, ± 25 %, in milliseconds. A `Retry-After` goes before it. @default 2000 */
  intervalMs?: number | undefined;
  /** How long the wait may take, the look-ups included, in milliseconds. @default 600000 */
  waitTimeoutMs?: number | undefined;
  /** How long one look-up may take, its attempts and their waits included, in milliseconds. @default 120000 */
  totalTimeoutMs?: number | undefined;
  /** Called before each pause, which goes on meanwhile. What it throws until the next look-up ends the wait. */
  onPoll?: ((event: PollEvent) => unknown) | undefined;
}

/** What is told before an asset is looked up again. No asset: its signed URL is a secret. */
export interface PollEvent {
  /** Which look-up has just ended, from 1. */
  poll: number;
  /** How long until the next one, in milliseconds. */
  delayMs: number;
  /** The asset's status, if the look-up gave one. */
  status: Asset["status"] | undefined;
  /** Why the look-up failed, if it did. */
  error: RetryEvent["error"] | undefined;
}

/** The options that steer a wait, checked and complete. */
export interface WaitSettings extends Settings {
  intervalMs: number;
  waitTimeoutMs: number;
  onPoll: WaitOptions["onPoll"];
}

/** Checks the options of a wait on top of its client's. */
export function resolveWaitSettings(options: WaitOptions, client: Settings): WaitSettings {
  const { onPoll } = options;
  if (onPoll !== undefined && typeof onPoll !== "function") throw new ConfigError("onPoll: pass a function.");
  return {
    ...resolveSettings(options, client),
    intervalMs: checkInteger("intervalMs", options.intervalMs ?? 2000, 1),
    waitTimeoutMs: checkInteger("waitTimeoutMs", options.waitTimeoutMs ?? 600_000, 1),
    onPoll,
  };
}

/** The one status that the vendor documents. */
const readyStatus = "confirmed";
const maxFailuresInARow = 3;

type LookUp = (settings: Settings) => Promise<WholeResponse>;

/** What one look-up has brought: an asset, or why there is none. */
interface Look {
  asset?: Asset;
  /** The asset's status, without secrets. */
  status?: Asset["status"] | undefined;
  failure?: Failure;
  attempts: number;
  retryAfterMs: number | undefined;
}

/** Looks up, then pauses, until the asset is ready, the API says no or the time is up. */
export async function waitUntilReady(id: string, wait: WaitSettings, lookUp: LookUp): Promise<Asset> {
  const { signal, intervalMs, waitTimeoutMs, onPoll } = wait;
  const endsAt = performance.now() + waitTimeoutMs;
  let lastSeen: Look | undefined;
  let failures = 0;
  let attempts = 0;

  for (let poll = 1; ; poll++) {
    const leftMs = endsAt - performance.now();
    const look = await lookOnce(lookUp, { ...wait, totalTimeoutMs: Math.min(wait.totalTimeoutMs, leftMs) });
    const { asset, status, failure } = look;
    if (asset?.status === readyStatus) return asset;
    if (asset !== undefined) lastSeen = look;
    attempts += look.attempts;
    failures = failure === undefined ? 0 : failures + 1;

    const notReady = (cause: unknown): NotReadyError => {
      const said = [`look-ups: ${poll}`, `last status: ${JSON.stringify(lastSeen?.status?.slice(0, 80)) ?? "unknown"}`];
      if (failure !== undefined) said.push(`then: ${failure.name}`);
      const message = `${id}: not ready in time (${said.join(", ")}). Raise waitTimeoutMs (${waitTimeoutMs} ms) to wait longer.`;
      return new NotReadyError(message, {
        asset: lastSeen?.asset,
        attempts,
        ...(cause === undefined ? {} : { cause }),
      });
    };
    // A look-up that this deadline has cut short tells of a time that the caller did not set: its cause says more.
    const isCut = failure instanceof TimeoutError && failure.clock === "total" && leftMs < wait.totalTimeoutMs;
    if (isCut) throw notReady(failure.cause);
    const delayMs = look.retryAfterMs || jitter(intervalMs);
    if (delayMs >= endsAt - performance.now()) throw notReady(failure);
    if (failure !== undefined && failures > maxFailuresInARow) throw failure;
    await pause(delayMs, signal, () => onPoll?.({ poll, delayMs, status, error: failure }));
    // A busy machine wakes up late.
    if (performance.now() >= endsAt) throw notReady(failure);
  }
}

/** Rejects only with what no waiting can mend. */
async function lookOnce(lookUp: LookUp, settings: Settings): Promise<Look> {
  try {
    const response = await lookUp(settings);
    const { attempts, headers, redact } = response;
    const asset = unwrapAsset(response);
    const status = typeof asset.status === "string" ? redact(asset.status) : undefined;
    return { asset, status, attempts, retryAfterMs: retryAfterMsOf(headers) };
  } catch (error) {
    // The caller's reason may be an error of ours, from another call.
    settings.signal?.throwIfAborted();
    if (!mayPass(error)) throw error;
    // A look-up that had no time for the API's wait tells of it by its cause.
    const { retryAfterMs } = (error.cause ?? error) as Partial<ApiError>;
    return { failure: error, attempts: error.attempts, retryAfterMs };
  }
}

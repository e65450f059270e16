import { sleep } from "../core/abort.ts";
import type { Asset } from "../core/asset.ts";
import { ConfigError, NotReadyError, TimeoutError } from "../core/errors.ts";
import type { LookUp } from "../core/look-up.ts";
import { checkCallback, resolveNumbers, resolveSettings, type NumberRules } from "../core/options.ts";
import type { RequestOptions, RetryEvent, Settings } from "../core/options.ts";
import { jitter, isTransient, requestedDelayMs, retryAfterMsOf, type Failure } from "../core/retry.ts";

/** Options of a wait; the others apply to each of its look-ups. */
export interface WaitOptions extends RequestOptions {
  /** Time between two look-ups, ± 25 %, in milliseconds. A `Retry-After` goes before it. @default 2000 */
  intervalMs?: number | undefined;
  /** Limit for the wait, all look-ups included, in milliseconds. @default 600000 */
  waitTimeoutMs?: number | undefined;
  /** Limit for one look-up, its attempts and their delays included, in milliseconds. @default 120000 */
  totalTimeoutMs?: number | undefined;
  /** Called after each look-up, while the delay runs. If it throws before the next look-up, the wait ends with that error. */
  onPoll?: ((event: PollEvent) => unknown) | undefined;
  /** Tells whether an asset is ready. @default its `status` is `confirmed`, the only one that is documented */
  isReady?: ((asset: Asset) => boolean) | undefined;
  /** Tells whether an asset will never be ready, which ends the wait. @default no status does: none is documented for that */
  isFailed?: ((asset: Asset) => boolean) | undefined;
}

/** Describes a look-up of a wait. It has no asset, because the signed URL is a secret. */
export interface PollEvent {
  /** Number of look-ups so far, from 1. */
  poll: number;
  /** Time until the next look-up, in milliseconds. */
  delayMs: number;
  /** The asset's status, if the look-up returned one. */
  status: Asset["status"] | undefined;
  /** Why the look-up failed, if it did. */
  error: RetryEvent["error"] | undefined;
}

const waitNumbers: NumberRules<"intervalMs" | "waitTimeoutMs"> = {
  intervalMs: { fallback: 2000, min: 1 },
  waitTimeoutMs: { fallback: 600_000, min: 1 },
};

/** The options of a wait, checked and complete. @internal */
export interface WaitSettings extends Settings {
  intervalMs: number;
  waitTimeoutMs: number;
  onPoll: WaitOptions["onPoll"];
  isReady: (asset: Asset) => boolean;
  isFailed: (asset: Asset) => boolean;
}

/** Checks the options of a wait, on top of its client's. @internal */
export function resolveWaitSettings(options: WaitOptions, client: Settings): WaitSettings {
  const settings = resolveSettings(options, client);
  const { onPoll, isReady = isConfirmed, isFailed = () => false } = options;
  for (const [name, callback] of Object.entries({ onPoll, isReady, isFailed })) checkCallback(name, callback);
  return { ...settings, ...resolveNumbers(waitNumbers, options), onPoll, isReady, isFailed };
}

/** By the one status that the vendor documents. */
function isConfirmed({ status }: Asset): boolean {
  return status === "confirmed";
}

const maxFailuresInARow = 4;

/** The result of one look-up. */
interface Poll {
  asset?: Asset;
  /** The asset's status, without secrets. */
  status?: Asset["status"] | undefined;
  /** Why there is no asset, if that is known. */
  failure?: Failure | undefined;
  /** The wait's deadline has ended it: it has not failed by itself. */
  isCut?: boolean;
  attempts: number;
  retryAfterMs: number | undefined;
}

/** The results of all look-ups so far. */
interface PollHistory {
  polls: number;
  attempts: number;
  /** The newest asset, its status, and the number of the look-up that returned it. */
  newest?: { asset: Asset; status: Poll["status"]; poll: number };
  /** Why there is no newer one. */
  failure?: Failure | undefined;
}

/** Looks up, then sleeps, until the asset is ready, the API refuses or the time is up. @internal */
export async function waitUntilReady(id: string, settings: WaitSettings, lookUp: LookUp): Promise<Asset> {
  const { signal, intervalMs, waitTimeoutMs, onPoll, isReady, isFailed } = settings;
  const endsAt = performance.now() + waitTimeoutMs;
  const history: PollHistory = { polls: 0, attempts: 0 };
  let failuresInARow = 0;

  for (let poll = 1; ; poll++) {
    const leftMs = endsAt - performance.now();
    // A busy machine may end a sleep late.
    if (leftMs <= 0) throw notInTime(id, waitTimeoutMs, history);
    const result = await pollOnce(lookUp, settings, leftMs);
    const { asset, status, failure } = result;
    if (asset !== undefined && answer("isReady", isReady, asset)) return asset;
    history.polls = poll;
    history.attempts += result.attempts;
    if (asset !== undefined) history.newest = { asset, status, poll };
    history.failure = asset === undefined ? (failure ?? history.failure) : undefined;
    if (asset !== undefined && answer("isFailed", isFailed, asset)) throw neverReady(id, history);
    if (!result.isCut) failuresInARow = failure === undefined ? 0 : failuresInARow + 1;

    const delayMs = result.retryAfterMs || jitter(intervalMs);
    if (delayMs >= endsAt - performance.now()) throw notInTime(id, waitTimeoutMs, history);
    if (failure !== undefined && failuresInARow >= maxFailuresInARow) throw failure;
    await sleep(delayMs, signal, () => onPoll?.({ poll, delayMs, status, error: failure }));
  }
}

/** Asks a function of the caller's. A promise would count as true. */
function answer(name: "isReady" | "isFailed", callback: (asset: Asset) => boolean, asset: Asset): boolean {
  const result: unknown = callback(asset);
  if (typeof result === "boolean") return result;
  throw new ConfigError(name, `it returned a value of type ${typeof result}. Return true or false, not a promise.`);
}

/** Rejects only with failures that no wait can fix. */
async function pollOnce(lookUp: LookUp, settings: WaitSettings, leftMs: number): Promise<Poll> {
  const totalTimeoutMs = Math.min(settings.totalTimeoutMs, leftMs);
  try {
    const { asset, attempts, headers, redact } = await lookUp({ ...settings, totalTimeoutMs });
    const status = typeof asset.status === "string" ? redact(asset.status) : undefined;
    return { asset, status, attempts, retryAfterMs: retryAfterMsOf(headers) };
  } catch (error) {
    // The caller may abort with an error of ours as the reason. It is not this look-up's failure.
    settings.signal?.throwIfAborted();
    if (!isTransient(error)) throw error;
    const isCut = leftMs < settings.totalTimeoutMs && error instanceof TimeoutError && error.clock === "total";
    // A look-up that had no time to follow `Retry-After` has that failure as its cause.
    const cause = isTransient(error.cause) ? error.cause : undefined;
    const failure = isCut ? cause : error;
    return { failure, isCut, attempts: error.attempts, retryAfterMs: requestedDelayMs(cause ?? error) };
  }
}

function notInTime(id: string, waitTimeoutMs: number, history: PollHistory): NotReadyError {
  const { polls, attempts, newest, failure } = history;
  const facts = [`look-ups: ${polls}`, `last status: ${showStatus(history)}`];
  if (newest?.poll !== polls) facts.push(`then: ${failure?.name ?? "no answer"}`);
  const message = `${id}: not ready in time (${facts.join(", ")}). Raise waitTimeoutMs (${waitTimeoutMs} ms) to wait longer.`;
  const reason = "timeout";
  return new NotReadyError(message, { reason, asset: newest?.asset, attempts, ...(failure && { cause: failure }) });
}

function neverReady(id: string, history: PollHistory): NotReadyError {
  const { polls, attempts, newest } = history;
  const message = `${id}: it will never be ready (look-ups: ${polls}, status: ${showStatus(history)}).`;
  return new NotReadyError(message, { reason: "final_status", asset: newest?.asset, attempts });
}

function showStatus({ newest }: PollHistory): string {
  return JSON.stringify(newest?.status?.slice(0, 80)) ?? "unknown";
}

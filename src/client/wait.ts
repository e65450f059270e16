import { sleep } from "../core/abort.ts";
import type { Asset } from "../core/asset.ts";
import { ConfigError, NotReadyError, TimeoutError } from "../core/errors.ts";
import type { LookUp, LookUpResult } from "../core/look-up.ts";
import { jitter, isTransient, requestedDelayMs, retryAfterMsOf, type Failure } from "../core/retry.ts";
import type { WaitSettings } from "../core/wait-options.ts";

export { resolveDownloadWait, resolveWaitSettings } from "../core/wait-options.ts";

const maxFailuresInARow = 4;

/** The result of one look-up. */
interface Poll {
  found?: LookUpResult;
  /** The asset's status, without secrets. */
  status?: Asset["status"] | undefined;
  /** Why there is no asset, if that is known. */
  failure?: Failure | undefined;
  /** The wait's deadline has ended it: it has not failed by itself. */
  isCut?: boolean;
  /** Number of requests that the call has sent so far. */
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
export async function waitUntilReady(id: string, settings: WaitSettings, lookUp: LookUp): Promise<LookUpResult> {
  const { signal, intervalMs, waitTimeoutMs, onPoll, isReady, isFailed, sentBefore = 0 } = settings;
  const { startedAt = performance.now() } = settings;
  const endsAt = performance.now() + waitTimeoutMs;
  const history: PollHistory = { polls: 0, attempts: sentBefore };
  let failuresInARow = 0;

  for (let poll = 1; ; poll++) {
    const leftMs = endsAt - performance.now();
    // A busy machine may end a sleep late.
    if (leftMs <= 0) throw notInTime(id, waitTimeoutMs, history);
    const result = await pollOnce(lookUp, { ...settings, sentBefore: history.attempts, startedAt }, leftMs);
    const { found, status, failure } = result;
    if (found !== undefined && answer("isReady", isReady, found)) return found;
    history.polls = poll;
    history.attempts = result.attempts;
    if (found !== undefined) history.newest = { asset: found.asset, status, poll };
    history.failure = found === undefined ? (failure ?? history.failure) : undefined;
    if (found !== undefined && answer("isFailed", isFailed, found)) throw neverReady(id, history);
    if (!result.isCut) failuresInARow = failure === undefined ? 0 : failuresInARow + 1;

    const delayMs = result.retryAfterMs || jitter(intervalMs);
    if (delayMs >= endsAt - performance.now()) throw notInTime(id, waitTimeoutMs, history);
    if (failure !== undefined && failuresInARow >= maxFailuresInARow) throw failure;
    await sleep(delayMs, signal, () => onPoll?.({ poll, delayMs, status, error: failure }));
  }
}

/** Asks a function of the caller's. A promise would count as true. */
function answer(
  name: "isReady" | "isFailed",
  callback: (asset: Asset) => boolean,
  { asset, attempts }: LookUpResult,
): boolean {
  const result: unknown = callback(asset);
  if (typeof result === "boolean") return result;
  const text = `it returned a value of type ${typeof result}. Return true or false, not a promise.`;
  throw new ConfigError(name, text, { attempts });
}

/** Rejects only with failures that no wait can fix. */
async function pollOnce(lookUp: LookUp, settings: WaitSettings, leftMs: number): Promise<Poll> {
  const totalTimeoutMs = Math.min(settings.totalTimeoutMs, leftMs);
  try {
    const found = await lookUp({ ...settings, totalTimeoutMs });
    const { asset, attempts, headers, redact } = found;
    const status = typeof asset.status === "string" ? redact(asset.status) : undefined;
    return { found, status, attempts, retryAfterMs: retryAfterMsOf(headers) };
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

import type { Asset } from "../../generated/schema.ts";
import { jitter, retryAfterMsOf } from "../core/retry.ts";
import { unwrapAsset } from "./envelope.ts";
import { NotReadyError, TimeoutError, type ApiError } from "../core/errors.ts";
import {
  checkCallback,
  checkInteger,
  resolveSettings,
  type RequestOptions,
  type RetryEvent,
  type Settings,
} from "../core/options.ts";
import { mayPass, type Failure, type LookUp } from "./transport.ts";
import { pause } from "../core/abort.ts";

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
  const settings = resolveSettings(options, client);
  const { onPoll } = options;
  checkCallback("onPoll", onPoll);
  return {
    ...settings,
    intervalMs: checkInteger("intervalMs", options.intervalMs ?? 2000, 1),
    waitTimeoutMs: checkInteger("waitTimeoutMs", options.waitTimeoutMs ?? 600_000, 1),
    onPoll,
  };
}

/** The one status that the vendor documents. */
const readyStatus = "confirmed";
const maxFailuresInARow = 3;

/** What one look-up has brought. */
interface Look {
  asset?: Asset;
  /** The asset's status, without secrets. */
  status?: Asset["status"] | undefined;
  /** Why there is no asset, if that is known. */
  failure?: Failure | undefined;
  /** The wait's deadline has cut it short: it has not failed by itself. */
  isCut?: boolean;
  attempts: number;
  retryAfterMs: number | undefined;
}

/** What all look-ups so far have brought. */
interface Progress {
  polls: number;
  attempts: number;
  /** The newest asset, its status, and which look-up has brought it. */
  newest?: { asset: Asset; status: Look["status"]; poll: number };
  /** Why there is none newer. */
  failure?: Failure | undefined;
}

/** Looks up, then pauses, until the asset is ready, the API says no or the time is up. */
export async function waitUntilReady(id: string, wait: WaitSettings, lookUp: LookUp): Promise<Asset> {
  const endsAt = performance.now() + wait.waitTimeoutMs;
  const progress: Progress = { polls: 0, attempts: 0 };
  let failuresInARow = 0;

  for (let poll = 1; ; poll++) {
    const leftMs = endsAt - performance.now();
    // A busy machine may end a pause late.
    if (leftMs <= 0) throw notReady(id, wait, progress);
    const look = await lookOnce(lookUp, wait, leftMs);
    const { asset, status, failure } = look;
    if (asset?.status === readyStatus) return asset;
    progress.polls = poll;
    progress.attempts += look.attempts;
    if (asset !== undefined) progress.newest = { asset, status, poll };
    progress.failure = asset === undefined ? (failure ?? progress.failure) : undefined;
    if (!look.isCut) failuresInARow = failure === undefined ? 0 : failuresInARow + 1;

    const delayMs = look.retryAfterMs || jitter(wait.intervalMs);
    if (delayMs >= endsAt - performance.now()) throw notReady(id, wait, progress);
    if (failure !== undefined && failuresInARow > maxFailuresInARow) throw failure;
    await pause(delayMs, wait.signal, () => wait.onPoll?.({ poll, delayMs, status, error: failure }));
  }
}

/** Rejects only with what no waiting can mend. */
async function lookOnce(lookUp: LookUp, wait: WaitSettings, leftMs: number): Promise<Look> {
  try {
    const response = await lookUp({ ...wait, totalTimeoutMs: Math.min(wait.totalTimeoutMs, leftMs) });
    const { attempts, headers, redact } = response;
    const asset = unwrapAsset(response);
    const status = typeof asset.status === "string" ? redact(asset.status) : undefined;
    return { asset, status, attempts, retryAfterMs: retryAfterMsOf(headers) };
  } catch (error) {
    // The caller's reason may be an error of ours, from another call.
    wait.signal?.throwIfAborted();
    if (!mayPass(error)) throw error;
    const isCut = leftMs < wait.totalTimeoutMs && error instanceof TimeoutError && error.clock === "total";
    const failure = isCut ? (error.cause as Failure | undefined) : error;
    // A look-up that had no time for the API's wait tells of it by its cause.
    const { retryAfterMs } = (error.cause ?? error) as Partial<ApiError>;
    return { failure, isCut, attempts: error.attempts, retryAfterMs };
  }
}

function notReady(id: string, { waitTimeoutMs }: WaitSettings, progress: Progress): NotReadyError {
  const { polls, attempts, newest, failure } = progress;
  const said = [`look-ups: ${polls}`, `last status: ${JSON.stringify(newest?.status?.slice(0, 80)) ?? "unknown"}`];
  if (newest?.poll !== polls) said.push(`then: ${failure?.name ?? "no answer"}`);
  const message = `${id}: not ready in time (${said.join(", ")}). Raise waitTimeoutMs (${waitTimeoutMs} ms) to wait longer.`;
  return new NotReadyError(message, { asset: newest?.asset, attempts, ...(failure && { cause: failure }) });
}

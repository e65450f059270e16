import type { Asset } from "./asset.ts";
import { ConfigError } from "./errors.ts";
import { checkCallback, resolveNumbers, resolveSettings, type NumberRules } from "./options.ts";
import type { RequestOptions, RetryEvent, Settings } from "./options.ts";

/** Options of a wait; the others apply to each of its look-ups. */
export interface WaitOptions extends RequestOptions {
  /** Time between two look-ups, ± 25 %, in milliseconds. A `Retry-After` goes before it. @default 2000 */
  intervalMs?: number | undefined;
  /** Limit for the wait, all look-ups included, in milliseconds. @default 600000 */
  waitTimeoutMs?: number | undefined;
  /** Limit for one look-up, its attempts and their delays included, in milliseconds. @default 120000 */
  totalTimeoutMs?: number | undefined;
  /**
   * Called after each look-up that another one follows, while the delay runs. If it throws before that one, the wait ends
   * with that error.
   */
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

/** What the option `wait` of a download takes. The wait has the signal and the headers of the download. */
export type DownloadWait = boolean | Omit<WaitOptions, "signal" | "headers">;

/** Checks the `wait` of a download that waits. What it leaves out is as in the download's own options. @internal */
export function resolveDownloadWait(wait: Exclude<DownloadWait, false>, download?: Settings): WaitSettings {
  const options: WaitOptions = wait === true ? {} : wait;
  if (Object(options) !== options) throw new ConfigError("wait", "pass true, or an object like { intervalMs: 500 }.");
  for (const name of ["signal", "headers"] as const) {
    if (options[name] !== undefined) throw new ConfigError(name, "pass it beside wait, not in it.");
  }
  return { ...download, ...resolveWaitSettings(options, download), signal: download?.signal };
}

/** Checks the options of a wait, on top of its client's. @internal */
export function resolveWaitSettings(options: WaitOptions, client?: Settings): WaitSettings {
  const settings = resolveSettings(options, client);
  const { onPoll, isReady = isConfirmed, isFailed = () => false } = options;
  for (const [name, callback] of Object.entries({ onPoll, isReady, isFailed })) checkCallback(name, callback);
  return { ...settings, ...resolveNumbers(waitNumbers, options), onPoll, isReady, isFailed };
}

/** By the one status that the vendor documents. */
function isConfirmed({ status }: Asset): boolean {
  return status === "confirmed";
}

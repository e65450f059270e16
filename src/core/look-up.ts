import type { Asset } from "./asset.ts";
import type { Settings } from "./options.ts";
import type { DownloadWait, WaitSettings } from "./wait-options.ts";

/** Looks one asset up. Each use of an asset (get, wait, download) is built on it. */
export type LookUp = (settings: Settings) => Promise<LookUpResult>;

/** The asset, and the facts of the response that get, wait and download need. */
export interface LookUpResult {
  asset: Asset;
  /** HTTP status. */
  status: number;
  /** Number of requests sent. */
  attempts: number;
  headers: Headers;
  /** Cuts secrets out of a text of this response. */
  redact: (text: string) => string;
}

/** The code of a wait. It is loaded for a download that waits, and for no other one. */
export interface WaitCode {
  resolveDownloadWait: (wait: Exclude<DownloadWait, false>, download: Settings) => WaitSettings;
  waitUntilReady: (id: string, settings: WaitSettings, lookUp: LookUp) => Promise<LookUpResult>;
}

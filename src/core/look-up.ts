import type { Asset } from "./asset.ts";
import type { Settings } from "./options.ts";

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

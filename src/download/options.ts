import { ConfigError } from "../core/errors.ts";
import { checkCallback, checkInteger, resolveNumbers, resolveSettings, type NumberRules } from "../core/options.ts";
import type { RequestOptions, Settings } from "../core/options.ts";
import type { DownloadWait } from "../core/wait-options.ts";

/** Options of a download; `headers`, `timeoutMs` and `totalTimeoutMs` apply to its look-ups alone. */
export interface DownloadOptions extends RequestOptions {
  /**
   * Waits until the asset is ready: `true`, or options of `waitUntilReady`. `signal` and `headers` are always the download's,
   * and so is what these options leave out. Only the first look-up waits, not one for a fresh URL. @default false
   */
  wait?: DownloadWait | undefined;
  /** Longest silence of the content host, in milliseconds. @default 30000 */
  idleTimeoutMs?: number | undefined;
  /**
   * How many times a request is sent again without a byte between. Each byte restores them, apart from those spent on
   * beginning anew. @default 3
   */
  maxRetries?: number | undefined;
  /** The wanted part of the file. @default the whole file */
  range?: ByteRange | undefined;
  /** Called as bytes come, at most ten times a second, and once at the end. If it throws, the download ends with that error. */
  onProgress?: ((progress: Progress) => unknown) | undefined;
}

/** A part of a file, as in `Blob.slice`. */
export interface ByteRange {
  /** First byte, from 0. */
  start: number;
  /** End, not included. @default the end of the file */
  end?: number | undefined;
}

/** How far a download is. */
export interface Progress {
  /** Begins again at 0 when the download begins anew. */
  receivedBytes: number;
  /** Number of bytes wanted in all, if that is known. */
  totalBytes: number | undefined;
  /** How many times it went on where a connection had ended. */
  resumes: number;
  /** How many times it began anew, because nothing proved that the rest would be of the same version. */
  restarts: number;
  /** How many times it looked the asset up again for a fresh URL. */
  refreshes: number;
}

/** Options of reading a whole content into memory. */
export interface ReadOptions {
  /** Limit for the memory, in bytes. @default 100000000 */
  maxBytes?: number | undefined;
  /** SHA-256 of the whole file, in hexadecimal digits. @default none: only the size is checked */
  sha256?: string | undefined;
}

const downloadNumbers: NumberRules<"idleTimeoutMs"> = { idleTimeoutMs: { fallback: 30_000, min: 1 } };

/** The options of a download, checked and complete. @internal */
export interface DownloadSettings extends Settings {
  idleTimeoutMs: number;
  wait: DownloadWait;
  range: ByteRange;
  onProgress: DownloadOptions["onProgress"];
}

/** Checks the options of a download, on top of its client's. @internal */
export function resolveDownloadSettings(options: DownloadOptions, client?: Settings): DownloadSettings {
  const settings = resolveSettings(options, client);
  const { wait = false, range = { start: 0 }, onProgress } = options;
  checkCallback("onProgress", onProgress);
  if (Object(range) !== range) throw new ConfigError("range", "pass { start, end }; end may be left out.");
  const start = checkPosition("range.start", range.start, 0);
  const end = range.end === undefined ? undefined : checkPosition("range.end", range.end, start);
  return { ...settings, ...resolveNumbers(downloadNumbers, options), wait, range: { start, end }, onProgress };
}

/** Throws when a value is not a position in a file, however large. @internal */
export function checkPosition(name: string, value: unknown, min: number): number {
  return checkInteger(name, value, min, Number.MAX_SAFE_INTEGER);
}

import { ConfigError } from "../core/errors.ts";
import { checkCallback, checkInteger, resolveSettings, type RequestOptions, type Settings } from "../core/options.ts";

/** What a download may be told; `headers`, `timeoutMs` and `totalTimeoutMs` are for its look-ups alone. */
export interface DownloadOptions extends RequestOptions {
  /** How long the content host may send nothing, in milliseconds. @default 30000 */
  idleTimeoutMs?: number | undefined;
  /** How often a request is sent again without a byte between; each byte gives them all back. @default 3 */
  maxRetries?: number | undefined;
  /** The part of the file that is wanted. @default all of it */
  range?: ByteRange | undefined;
  /** Called as bytes come, at most ten times a second, and once at the end. What it throws ends the download. */
  onProgress?: ((progress: Progress) => unknown) | undefined;
}

/** A part of a file, as in `Blob.slice`. */
export interface ByteRange {
  /** The first byte, from 0. */
  start: number;
  /** Where it ends, not included. @default the end of the file */
  end?: number | undefined;
}

/** How far a download is. */
export interface Progress {
  receivedBytes: number;
  /** How many there are to come in all, if that is known. */
  totalBytes: number | undefined;
  /** How often it has gone on from where a connection ended. */
  resumes: number;
  /** How often it has asked for a fresh URL. */
  refreshes: number;
}

/** What is read whole. */
export interface ReadOptions {
  /** The most bytes that the memory may be filled with. @default 100000000 */
  maxBytes?: number | undefined;
}

/** The options that steer a download, checked and complete. */
export interface DownloadSettings extends Settings {
  idleTimeoutMs: number;
  range: ByteRange;
  onProgress: DownloadOptions["onProgress"];
}

/** Checks the options of a download on top of its client's. */
export function resolveDownloadSettings(options: DownloadOptions, client: Settings): DownloadSettings {
  const settings = resolveSettings(options, client);
  const { range = { start: 0 }, onProgress } = options;
  checkCallback("onProgress", onProgress);
  if (Object(range) !== range) throw new ConfigError("range: pass { start, end }, of which end may be left out.");
  const start = checkPosition("range.start", range.start, 0);
  const end = range.end === undefined ? undefined : checkPosition("range.end", range.end, start);
  return {
    ...settings,
    idleTimeoutMs: checkInteger("idleTimeoutMs", options.idleTimeoutMs ?? 30_000, 1),
    range: { start, end },
    onProgress,
  };
}

/** Refuses what is no position in a file, however large. */
export function checkPosition(name: string, value: unknown, min: number): number {
  return checkInteger(name, value, min, Number.MAX_SAFE_INTEGER);
}

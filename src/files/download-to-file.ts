import { join } from "node:path";
import { inspect } from "node:util";
import type { ChenyuClient } from "../client/client.ts";
import type { AssetRef } from "../core/asset-ref.ts";
import type { Asset } from "../core/asset.ts";
import { isFinal } from "../core/callback.ts";
import { ConfigError, isChenyuError, type DownloadProblem } from "../core/errors.ts";
import { checkHeaders, checkOptions } from "../core/options.ts";
import { untilAbort } from "../core/until-abort.ts";
import { resolveDownloadWait, type DownloadWait } from "../core/wait-options.ts";
import type { Digest } from "../download/digest.ts";
import type { Download } from "../download/download.ts";
import { checkSha256 } from "../download/integrity.ts";
import { resolveDownloadSettings, type DownloadOptions, type Progress } from "../download/options.ts";
import { countRequests, withDiskErrors } from "./disk-errors.ts";
import { fileNameOf, fileNamings, safeFileName, type FileNaming } from "./name.ts";
import { closePart, discardPart, openPart, writePart, type PartFile } from "./part-file.ts";
import { publishPart } from "./publish.ts";
import { findSavedFile, type SavedFile } from "./saved-file.ts";
import { makeFolder, pathOf } from "./target.ts";

/** Options of a download to a file. */
export interface FileOptions extends Omit<DownloadOptions, "range"> {
  /**
   * What happens to a file that exists already. `skip` keeps it if its size is the asset's `size_bytes`, and its `sha256` the
   * given one. Without `sha256`, nothing proves that its content is the asset's. Any other file is an error, also when the
   * size of the asset is unknown. @default "error"
   */
  overwrite?: Overwrite | undefined;
  /** Names the file in a folder. A function's result is made safe; it may be the same for two assets. @default "original" */
  fileName?: FileNaming | ((asset: Asset) => string | Promise<string>) | undefined;
  /** SHA-256 of the whole file, in hexadecimal digits. @default none: only the size is checked */
  sha256?: string | undefined;
}

const overwriteValues = ["error", "replace", "skip"] as const;
type Overwrite = (typeof overwriteValues)[number];

/** How many times a download begins anew because the file has changed. */
const maxRestarts = 3;

/** What a new beginning may wait at least, in milliseconds: enough for a look-up. */
const minWaitMs = 30_000;

/**
 * Downloads an asset to a file. There is never an unfinished file under its name: the bytes go to `NAME.part`, and the
 * next download resumes it if the asset has not changed.
 *
 * Files beside it: `NAME.part` (`NAME.part.done` for a moment), `NAME.part.json` (its version) and `NAME.part.lock` while
 * it is written. Another user's are not resumed.
 *
 * @param asset - As for `assets.get`.
 * @param target - The file; or the folder, if it exists or the path ends with a slash.
 * @throws What `assets.download` and reading it throw. A changed file begins anew, up to three times; so does one whose
 * earlier bytes the host's answer to a request for the rest leaves in doubt, once. With `wait`, a new beginning waits, too,
 * for what is left of `waitTimeoutMs`, but for at least 30 seconds.
 * @throws {@link DownloadError} `corrupt` when `sha256` or a digest of the host does not hold.
 * @throws {@link DownloadError} when the file cannot be written; see `kind`.
 * @throws {@link ConfigError} when an option is wrong.
 * @example
 * const { path } = await downloadToFile(chenyu, "asset_38d2ff7769fb3b7267039941547e6a78", "pictures/");
 */
export function downloadToFile(
  client: ChenyuClient,
  asset: AssetRef,
  target: string | URL,
  options: FileOptions = {},
): Promise<SavedFile> {
  return downloadTo(client, asset, target, options, () => {});
}

/**
 * As {@link downloadToFile}.
 *
 * @param claimPath - Called with the path of an asset's file before it is written. May throw.
 * @internal
 */
export async function downloadTo(
  client: ChenyuClient,
  asset: AssetRef,
  target: string | URL,
  options: FileOptions,
  claimPath: (path: string, download: Download) => void,
): Promise<SavedFile> {
  if (typeof client?.assets?.download !== "function") {
    throw new ConfigError("client", "pass what createClient returns.");
  }
  checkFileOptions(options);
  const { overwrite, fileName = "original", sha256, onProgress, wait, ...downloadOptions } = options;
  const targetPath = pathOf(target);
  const digests = sha256 === undefined ? [] : [await checkSha256(sha256, "file")];
  downloadOptions.signal?.throwIfAborted();
  const isFolder = await withDiskErrors(targetPath, undefined, () => makeFolder(targetPath));
  // The path of a file target is known before the look-up, so it is checked first. `skip` needs the asset's size.
  if (!isFolder && overwrite !== "skip") await findSavedFile(targetPath, overwrite);

  let how: "resume" | "anew" = "resume";
  let sentBefore = 0;
  let waitedMs = 0;
  const startedAt = performance.now();
  for (let restarts = 0; ; restarts++) {
    const withRestarts =
      onProgress && ((event: Progress) => onProgress({ ...event, restarts: event.restarts + restarts }));
    const counts = { sentBefore, startedAt };
    const settings = { ...downloadOptions, ...counts, onProgress: withRestarts, wait: remainingWait(wait, waitedMs) };
    const lookedUpAt = performance.now();
    const download = await client.assets.download(asset, settings);
    waitedMs += performance.now() - lookedUpAt;
    const path = isFolder ? join(targetPath, await nameOf(download, fileName)) : targetPath;
    claimPath(path, download);
    const existing = await findSavedFile(path, overwrite, download, digests);
    if (existing !== undefined) return existing;
    const part = await openPart(path, download, how);
    try {
      return await save(part, download, options, digests);
    } catch (error) {
      if (restarts === maxRestarts || !mayBeginAnew(kindOf(error, options), part)) throw error;
      how = "anew";
      sentBefore = countRequests(part.download);
    }
  }
}

/** Takes what has been waited before off the limit of a wait. */
function remainingWait(wait: DownloadWait | undefined, waitedMs: number): DownloadWait | undefined {
  if (!wait || waitedMs === 0) return wait;
  const { waitTimeoutMs } = resolveDownloadWait(wait);
  const leftMs = Math.max(Math.ceil(waitTimeoutMs - waitedMs), Math.min(waitTimeoutMs, minWaitMs));
  return { ...(wait === true ? {} : wait), waitTimeoutMs: leftMs };
}

/** Failures that may come from a request for the rest of a file, which some hosts and proxies do not understand. */
const doubtfulKinds: (DownloadProblem | undefined)[] = ["unexpected", "size"];

/** Whether a request for the whole file may succeed after a failure. */
function mayBeginAnew(kind: DownloadProblem | undefined, { firstBytes, hasNewBytes }: PartFile): boolean {
  if (kind === "changed") return true;
  return firstBytes !== undefined && !hasNewBytes && doubtfulKinds.includes(kind);
}

async function nameOf(download: Download, fileName: NonNullable<FileOptions["fileName"]>): Promise<string> {
  const { asset, signal } = download;
  if (typeof fileName !== "function") return fileNameOf(asset, fileName);
  const callback = async (): Promise<string> => fileName(asset);
  const name = safeFileName(await (signal === undefined ? callback() : untilAbort(signal, callback)));
  if (name !== undefined) return name;
  const details = { attempts: countRequests(download) };
  throw new ConfigError("fileName", "it returned nothing that can name a file.", details);
}

/** The kind of this download's failure; `undefined` for what the caller's code threw, which may come from another one. */
function kindOf(error: unknown, { signal }: FileOptions): DownloadProblem | undefined {
  // By name, because the client may come from another copy of this package.
  if (!isChenyuError(error) || error.name !== "DownloadError") return undefined;
  if (error === signal?.reason || isFinal(error)) return undefined;
  return error.kind;
}

async function save(
  part: PartFile,
  download: Download,
  { overwrite, signal }: FileOptions,
  digests: readonly Digest[],
): Promise<SavedFile> {
  const { target: path } = part;
  const findFile = (): Promise<SavedFile | undefined> => findSavedFile(path, overwrite, part.download, digests);
  try {
    // The last holder of the lock may have published the file a moment ago.
    const existing = await findFile();
    if (existing !== undefined) return existing;
    const { size: resumedFrom = 0 } = part.firstBytes ?? {};
    const rest = part.firstBytes === undefined ? download : download.resume(part.firstBytes);
    await writePart(part, rest, digests);
    signal?.throwIfAborted();
    const size = await publishPart(part, overwrite);
    return { path, size, resumedFrom, skipped: false };
  } catch (error) {
    const kind = kindOf(error, { signal });
    // A file has appeared while the bytes came. Under `skip` it stays if it is the asset's; else this throws.
    const other = kind === "exists" ? await findFile() : undefined;
    // Bytes of a file that is not whole, or damaged, are useless. No other failure proves that.
    const isUseless = kind === "corrupt" || (kind === "size" && part.hasNewBytes);
    if (other !== undefined || isUseless) await discardPart(part).catch(() => {}); // the next download removes it
    if (other !== undefined) return other;
    throw error;
  } finally {
    await closePart(part);
  }
}

/** Throws when an option is wrong. @internal */
export function checkFileOptions(options: FileOptions & DownloadOptions): void {
  checkOptions(options);
  const { overwrite = "error", fileName = "original", range, headers } = options;
  if (!overwriteValues.includes(overwrite)) {
    throw new ConfigError("overwrite", 'pass "error", "replace" or "skip".');
  }
  if (typeof fileName !== "function" && !fileNamings.includes(fileName)) {
    const shown = Object(fileName) === fileName ? "an object" : inspect(fileName, { maxStringLength: 80 });
    throw new ConfigError("fileName", `${shown} cannot be used. Pass "original", "id", "original-id" or a function.`);
  }
  if (range !== undefined) {
    throw new ConfigError("range", "a file is downloaded whole. Use assets.download for a part.");
  }
  const { wait } = resolveDownloadSettings(options);
  if (wait !== false) resolveDownloadWait(wait);
  checkHeaders(headers);
}

import { mkdir } from "node:fs/promises";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { ChenyuClient } from "../client/client.ts";
import type { AssetRef } from "../core/asset-ref.ts";
import type { Asset } from "../core/asset.ts";
import { isFinal } from "../core/callback.ts";
import { ConfigError, DownloadError, isChenyuError, type DownloadProblem } from "../core/errors.ts";
import { checkCallback, checkHeaders, checkOptions } from "../core/options.ts";
import type { Download } from "../download/download.ts";
import { resolveDownloadSettings, type DownloadOptions } from "../download/options.ts";
import { statIfExists, withDiskErrors } from "./disk-errors.ts";
import { fileNameOf, safeFileName } from "./name.ts";
import { alreadyExists, closePart, discardPart, openPart, publishPart, writePart } from "./part-file.ts";

/** Options of a download to a file. */
export interface FileOptions extends Omit<DownloadOptions, "range"> {
  /** What happens to a file that exists already. @default "error" */
  overwrite?: Overwrite | undefined;
  /** Names the file in a folder; characters that are not safe are removed. @default the `original_filename`, else the id */
  fileName?: ((asset: Asset) => string | Promise<string>) | undefined;
}

const overwriteValues = ["error", "replace", "skip"] as const;
type Overwrite = (typeof overwriteValues)[number];

/** A whole file on disk. */
export interface SavedFile {
  path: string;
  /** In bytes. */
  size: number;
  /** Number of its bytes that were on disk before: all of them if the file existed and `overwrite` is `skip`. */
  resumedFrom: number;
}

/** How many times a download begins anew because the file has changed. */
const maxRestarts = 3;

/**
 * Downloads an asset to a file. There is never an unfinished file under its name: the bytes go to `NAME.part`, and the
 * next download resumes it if the asset has not changed.
 *
 * Files beside it: `NAME.part`, `NAME.part.json` (its version) and `NAME.part.lock` while it is written.
 *
 * @param asset - As for `assets.get`.
 * @param target - The file; or the folder, if it exists or the path ends with a slash.
 * @throws What `assets.download` and reading it throw. A changed file is begun anew, up to three times.
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
  claimPath: (path: string, asset: Asset) => void,
): Promise<SavedFile> {
  if (typeof client?.assets?.download !== "function") {
    throw new ConfigError("client", "pass what createClient returns.");
  }
  checkFileOptions(options);
  const { overwrite, fileName = fileNameOf, ...downloadOptions } = options;
  const targetPath = pathOf(target);
  downloadOptions.signal?.throwIfAborted();
  const isFolder = await withDiskErrors(targetPath, () => makeFolder(targetPath));
  // The path of a file target is known before the look-up, so it is checked first, without a request.
  const early = isFolder ? undefined : await findExisting(targetPath, overwrite);
  if (early !== undefined) return early;

  for (let restarts = 0; ; restarts++) {
    const download = await client.assets.download(asset, downloadOptions);
    const path = isFolder ? join(targetPath, await nameOf(download.asset, fileName)) : targetPath;
    claimPath(path, download.asset);
    const existing = await findExisting(path, overwrite);
    if (existing !== undefined) return existing;
    try {
      return await save(download, path, options);
    } catch (error) {
      const kind = kindOf(error, options);
      // Under `skip`, a file that has appeared meanwhile may stay.
      const other = kind === "exists" ? await findExisting(path, overwrite) : undefined;
      if (other !== undefined) return other;
      if (kind !== "changed" || restarts === maxRestarts) throw error;
    }
  }
}

/** @returns The file, if it exists and may stay. @throws {@link DownloadError} `exists` if it may not be replaced. */
async function findExisting(path: string, overwrite: FileOptions["overwrite"]): Promise<SavedFile | undefined> {
  const stats = await withDiskErrors(path, () => statIfExists(path));
  if (stats === undefined) return undefined;
  if (!stats.isFile()) throw notAFile(path);
  if (overwrite === "replace") return undefined;
  if (overwrite === "skip") return { path, size: stats.size, resumedFrom: stats.size };
  throw alreadyExists(path);
}

function notAFile(path: string): DownloadError {
  const text = `${path}: it exists, and is not a file. Pass another target, or another name by fileName.`;
  return new DownloadError(text, { kind: "target", attempts: 0 });
}

async function nameOf(asset: Asset, fileName: NonNullable<FileOptions["fileName"]>): Promise<string> {
  const name = safeFileName(await fileName(asset));
  if (name === undefined) throw new ConfigError("fileName", "it returned nothing that can name a file.");
  return name;
}

/** Failures after which the bytes on disk are useless. */
const discardPartAfter: (DownloadProblem | undefined)[] = ["changed", "size"];

/** The kind of this download's failure; `undefined` for what the caller's code threw, which may come from another one. */
function kindOf(error: unknown, { signal }: FileOptions): DownloadProblem | undefined {
  // By name, because the client may come from another copy of this package.
  if (!isChenyuError(error) || error.name !== "DownloadError") return undefined;
  if (error === signal?.reason || isFinal(error)) return undefined;
  return error.kind;
}

async function save(download: Download, path: string, options: FileOptions): Promise<SavedFile> {
  const part = await openPart(path, download.asset);
  try {
    // The last holder of the lock may have published the file a moment ago.
    const existing = await findExisting(path, options.overwrite);
    if (existing !== undefined) return existing;
    const { size: resumedFrom = 0 } = part.firstBytes ?? {};
    const rest = part.firstBytes === undefined ? download : download.resume(part.firstBytes);
    await writePart(part, rest);
    await publishPart(part, path, options.overwrite);
    const { size } = await part.file.stat();
    return { path, size, resumedFrom };
  } catch (error) {
    const kind = kindOf(error, options);
    const isUnwanted = kind === "exists" && options.overwrite === "skip";
    if (isUnwanted || discardPartAfter.includes(kind)) await discardPart(part);
    throw error;
  } finally {
    await closePart(part);
  }
}

/** Throws when an option is wrong. @internal */
export function checkFileOptions(options: FileOptions & DownloadOptions): void {
  checkOptions(options);
  const { overwrite = "error", fileName, range, headers } = options;
  if (!overwriteValues.includes(overwrite)) {
    throw new ConfigError("overwrite", 'pass "error", "replace" or "skip".');
  }
  checkCallback("fileName", fileName);
  if (range !== undefined) {
    throw new ConfigError("range", "a file is downloaded whole. Use assets.download for a part.");
  }
  resolveDownloadSettings(options);
  checkHeaders(headers);
}

/** Returns the path of a target. @internal */
export function pathOf(target: string | URL): string {
  const path = target instanceof URL ? pathOfUrl(target) : target;
  if (typeof path === "string" && path !== "" && !path.includes("\0")) return path;
  throw new ConfigError("target", "it is not a path. Pass the path of a file or a folder, or a file: URL.");
}

function pathOfUrl(url: URL): string | undefined {
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}

/** Whether the target is a folder. Makes the folder if the target ends with a slash. */
async function makeFolder(target: string): Promise<boolean> {
  if (target.endsWith("/") || target.endsWith(sep)) await mkdir(target, { recursive: true });
  return (await statIfExists(target))?.isDirectory() ?? false;
}

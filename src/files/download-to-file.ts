import { mkdir } from "node:fs/promises";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Asset } from "../../generated/schema.ts";
import type { AssetRef } from "../core/asset-ref.ts";
import type { ChenyuClient } from "../client/client.ts";
import { resolveDownloadSettings, type DownloadOptions } from "../download/options.ts";
import type { Download } from "../download/download.ts";
import { ConfigError, DownloadError, isChenyuError, type DownloadProblem } from "../core/errors.ts";
import { fileNameOf, safeFileName } from "./name.ts";
import { statOf, withFile } from "./disk-errors.ts";
import { checkCallback, checkHeaders, checkOptions, resolveSettings } from "../core/options.ts";
import { alreadyThere, closePart, discardPart, openPart, publishPart, writePart } from "./part-file.ts";
import { isCallers } from "../core/abort.ts";

/** What a download to a file may be told. */
export interface FileOptions extends Omit<DownloadOptions, "range"> {
  /** What happens to a file that is there already. @default "error" */
  overwrite?: "error" | "replace" | "skip" | undefined;
  /** Names the file in a folder; what no file name may have is taken out. @default the `original_filename`, else by id */
  fileName?: ((asset: Asset) => string | Promise<string>) | undefined;
}

/** A file on disk, whole. */
export interface SavedFile {
  path: string;
  /** In bytes. */
  size: number;
  /** How many of its bytes an earlier download had left; all of them where the file was there and `overwrite` is `skip`. */
  resumedFrom: number;
}

/** How often a file may change under a download before it is given up. */
const maxRestarts = 3;

/**
 * Downloads an asset to a file. At no moment is there an unfinished file under its name: the bytes go to `NAME.part`, which
 * the next download goes on with if the asset has not changed.
 *
 * Files beside it: `NAME.part`, `NAME.part.json` (of which version it is) and `NAME.part.lock` while it is written to.
 *
 * @param asset - As for `assets.get`.
 * @param target - The file; or the folder, if there is one or the path ends with a slash.
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

/** @param claim - Told where the file of an asset will be, before it is written; may throw. */
export async function downloadTo(
  client: ChenyuClient,
  asset: AssetRef,
  target: string | URL,
  options: FileOptions,
  claim: (path: string, asset: Asset) => void,
): Promise<SavedFile> {
  if (typeof client?.assets?.download !== "function") throw new ConfigError("client: pass what createClient gives.");
  checkFileOptions(options);
  const { overwrite, fileName = fileNameOf, ...rest } = options;
  const place = pathOf(target);
  rest.signal?.throwIfAborted();
  const isFolder = await withFile(place, () => findFolder(place));
  // Where the name does not depend on the asset, this is known before any request.
  const early = isFolder ? undefined : await findExisting(place, overwrite);
  if (early !== undefined) return early;

  for (let restarts = 0; ; restarts++) {
    const download = await client.assets.download(asset, rest);
    const path = isFolder ? join(place, await nameOf(download.asset, fileName)) : place;
    claim(path, download.asset);
    const existing = await findExisting(path, overwrite);
    if (existing !== undefined) return existing;
    try {
      return await save(download, path, options);
    } catch (error) {
      const problem = problemOf(error, options);
      // Under `skip`, what has come meanwhile may stay.
      const other = problem === "exists" ? await findExisting(path, overwrite) : undefined;
      if (other !== undefined) return other;
      if (problem !== "changed" || restarts === maxRestarts) throw error;
    }
  }
}

/** @returns The file that is there, if it may stay. @throws {@link DownloadError} `exists` if nothing may happen to it. */
async function findExisting(path: string, overwrite: FileOptions["overwrite"]): Promise<SavedFile | undefined> {
  const stats = await withFile(path, () => statOf(path));
  if (stats === undefined) return undefined;
  if (!stats.isFile()) throw noFile(path);
  if (overwrite === "replace") return undefined;
  if (overwrite === "skip") return { path, size: stats.size, resumedFrom: stats.size };
  throw alreadyThere(path);
}

function noFile(path: string): DownloadError {
  const text = `${path}: what is there is no file. Pass another target, or another name by fileName.`;
  return new DownloadError(text, { kind: "target", attempts: 0 });
}

async function nameOf(asset: Asset, fileName: NonNullable<FileOptions["fileName"]>): Promise<string> {
  const name = safeFileName(await fileName(asset));
  if (name === undefined) throw new ConfigError("fileName: it gave nothing that can be the name of a file.");
  return name;
}

/** Problems after which the bytes on disk are of no use. */
const useless: (DownloadProblem | undefined)[] = ["changed", "size", "unexpected"];

/** What is wrong with this download. The caller's own error may be one of another download's. */
function problemOf(error: unknown, { signal }: FileOptions): DownloadProblem | undefined {
  // By name, for the client may be one of another copy of this package.
  if (!isChenyuError(error) || error.name !== "DownloadError") return undefined;
  if (error === signal?.reason || isCallers(error)) return undefined;
  return error.kind;
}

async function save(download: Download, path: string, options: FileOptions): Promise<SavedFile> {
  const part = await openPart(path, download.asset);
  try {
    // Whoever held the lock a moment ago may have published it.
    const existing = await findExisting(path, options.overwrite);
    if (existing !== undefined) return existing;
    const { size: resumedFrom = 0 } = part.firstBytes ?? {};
    const rest = part.firstBytes === undefined ? download : download.resume(part.firstBytes);
    await writePart(part, rest);
    await publishPart(part, path, options.overwrite);
    const { size } = await part.file.stat();
    return { path, size, resumedFrom };
  } catch (error) {
    const problem = problemOf(error, options);
    const isUnwanted = problem === "exists" && options.overwrite === "skip";
    if (isUnwanted || useless.includes(problem)) await discardPart(part);
    throw error;
  } finally {
    await closePart(part);
  }
}

/** Refuses options that are wrong before anything is done. */
export function checkFileOptions(options: FileOptions & DownloadOptions): void {
  checkOptions(options);
  const { overwrite = "error", fileName, range, headers } = options;
  if (!["error", "replace", "skip"].includes(overwrite)) {
    throw new ConfigError('overwrite: pass "error", "replace" or "skip".');
  }
  checkCallback("fileName", fileName);
  if (range !== undefined) throw new ConfigError("range: a file is downloaded whole. Use assets.download for a part.");
  resolveDownloadSettings(options, resolveSettings({}));
  checkHeaders(headers);
}

export function pathOf(target: string | URL): string {
  const path = target instanceof URL ? pathOfUrl(target) : target;
  if (typeof path === "string" && path !== "" && !path.includes("\0")) return path;
  throw new ConfigError("target: it is no path. Pass that of a file or of a folder, or a file: URL.");
}

function pathOfUrl(url: URL): string | undefined {
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}

/** Whether the target is a folder. One that ends with a slash is made. */
async function findFolder(target: string): Promise<boolean> {
  if (target.endsWith("/") || target.endsWith(sep)) await mkdir(target, { recursive: true });
  return (await statOf(target))?.isDirectory() ?? false;
}

import { sep } from "node:path";
import type { ChenyuClient } from "../client/client.ts";
import type { AssetRef } from "../core/asset-ref.ts";
import { ConfigError, type DownloadError } from "../core/errors.ts";
import { checkInteger } from "../core/options.ts";
import type { DownloadWait, PollEvent, WaitOptions } from "../core/wait-options.ts";
import type { Download } from "../download/download.ts";
import type { Progress } from "../download/options.ts";
import { fileError } from "./disk-errors.ts";
import { checkFileOptions, downloadTo, type FileOptions } from "./download-to-file.ts";
import { mapUnordered } from "./map-unordered.ts";
import type { SavedFile } from "./saved-file.ts";
import { pathOf } from "./target.ts";

/** Options of downloads of many assets. */
export interface DownloadAllOptions extends Omit<FileOptions, "onProgress" | "sha256" | "wait"> {
  /** How many downloads run at once. @default 4 */
  concurrency?: number | undefined;
  /**
   * As for one download; `onPoll` also gets the asset. An asset that waits is one of the `concurrency` downloads.
   * @default false
   */
  wait?: boolean | WaitForEach | undefined;
  /** As for one download, with the asset. */
  onProgress?: ((progress: Progress, asset: AssetRef) => unknown) | undefined;
}

/** Options of the waits before many downloads. */
interface WaitForEach extends Omit<WaitOptions, "signal" | "headers" | "onPoll"> {
  /** As for one wait, with the asset. */
  onPoll?: ((event: PollEvent, asset: AssetRef) => unknown) | undefined;
}

/** The result of one download. */
export type DownloadResult =
  | { asset: AssetRef; file: SavedFile; error?: undefined }
  | { asset: AssetRef; file?: undefined; error: unknown };

/**
 * Downloads assets into a folder, some at a time, and yields each result as soon as it is there: not in the order of the
 * assets. A failure ends no other download. Leaving the loop early ends all that are under way; their parts can be resumed.
 *
 * If two assets would get the same file name, only one is saved, and chance decides which. `fileName: "original-id"` gives
 * each its own.
 *
 * @param assets - A list, or another iterable, of assets that differ. It is read as downloads begin, not ahead.
 * @param folder - Made if it does not exist.
 * @throws {@link ConfigError} when an option is wrong.
 * @throws The `reason` of `signal` when it aborts, and what `assets` throws.
 * @example
 * for await (const { asset, file, error } of downloadAll(chenyu, ids, "pictures")) console.log(asset, file ?? error);
 */
export async function* downloadAll(
  client: ChenyuClient,
  assets: Iterable<AssetRef> | AsyncIterable<AssetRef>,
  folder: string | URL,
  options: DownloadAllOptions = {},
): AsyncGenerator<DownloadResult, void> {
  if (Object(assets) !== assets || !(Symbol.asyncIterator in assets || Symbol.iterator in assets)) {
    throw new ConfigError("assets", "pass a list of them, or another iterable.");
  }
  checkFileOptions(options as FileOptions); // the callbacks differ in what they get, which is not checked
  if ((options as FileOptions).sha256 !== undefined)
    throw new ConfigError("sha256", "it is that of one file. Use downloadToFile for each asset.");
  const { concurrency = 4, onProgress, wait, signal, ...fileOptions } = options;
  checkInteger("concurrency", concurrency, 1);
  const path = `${pathOf(folder)}${sep}`;
  signal?.throwIfAborted();
  const owners = new Map<string, string>();

  function claimPath(path: string, download: Download): void {
    const { asset_id } = download.asset;
    const key = path.toLowerCase(); // some file systems ignore case
    const owner = owners.get(key) ?? asset_id;
    if (owner !== asset_id) throw alreadyClaimed(path, owner, download);
    owners.set(key, owner);
  }

  function waitFor(asset: AssetRef): DownloadWait | undefined {
    if (wait === undefined || typeof wait === "boolean") return wait;
    const { onPoll } = wait;
    return { ...wait, onPoll: onPoll && ((event) => onPoll(event, asset)) };
  }

  async function save(asset: AssetRef, signal: AbortSignal): Promise<DownloadResult> {
    const withAsset = onProgress && ((progress: Progress) => onProgress(progress, asset));
    const settings = { ...fileOptions, onProgress: withAsset, wait: waitFor(asset), signal };
    try {
      return { asset, file: await downloadTo(client, asset, path, settings, claimPath) };
    } catch (error) {
      return { asset, error };
    }
  }

  yield* mapUnordered(assets, concurrency, signal, save);
}

function alreadyClaimed(path: string, owner: string, download: Download): DownloadError {
  const files = `it is the file of ${owner} and of ${download.asset.asset_id}`;
  return fileError(path, download, "exists", `${files}. Pass fileName: "original-id", to give each its own`);
}

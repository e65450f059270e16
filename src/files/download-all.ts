import { sep } from "node:path";
import type { Asset } from "../../generated/schema.ts";
import { asReady } from "./map-unordered.ts";
import type { AssetRef } from "../core/asset-ref.ts";
import type { ChenyuClient } from "../client/client.ts";
import type { Progress } from "../download/options.ts";
import { checkFileOptions, downloadTo, pathOf, type FileOptions, type SavedFile } from "./download-to-file.ts";
import { ConfigError, DownloadError } from "../core/errors.ts";
import { checkInteger } from "../core/options.ts";
import { link } from "../core/abort.ts";

/** What downloads of many assets may be told. */
export interface DownloadAllOptions extends Omit<FileOptions, "onProgress"> {
  /** How many downloads there may be at once. @default 4 */
  concurrency?: number | undefined;
  /** As for one download; told of which asset, too. */
  onProgress?: ((progress: Progress, asset: AssetRef) => unknown) | undefined;
}

/** How the download of one asset has ended. */
export type DownloadResult =
  | { asset: AssetRef; file: SavedFile; error?: undefined }
  | { asset: AssetRef; file?: undefined; error: unknown };

/**
 * Downloads assets into a folder, some at a time, and gives each result as it comes: not in the order of the assets. A
 * failure ends no other download. Ending the loop early ends all that are under way; their parts can be gone on with.
 *
 * Two assets that would get the same file name fail, but for the first: then name them by `fileName`.
 *
 * @param assets - May be asked for one by one, as `downloadToFile` takes them.
 * @param folder - Made if there is none.
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
    throw new ConfigError("assets: pass a list of them, or another iterable.");
  }
  checkFileOptions(options as FileOptions);
  const { concurrency = 4, onProgress, signal, ...fileOptions } = options;
  checkInteger("concurrency", concurrency, 1);
  const path = `${pathOf(folder)}${sep}`;
  const ending = new AbortController();
  signal?.throwIfAborted();
  const unlink = signal && link(signal, () => ending.abort(signal.reason));
  const claimed = new Map<string, string>();

  function claim(path: string, { asset_id }: Asset): void {
    const name = path.toLowerCase(); // for there are file systems that ignore case
    const owner = claimed.get(name) ?? asset_id;
    if (owner !== asset_id) throw alreadyClaimed(path, owner);
    claimed.set(name, owner);
  }

  async function save(asset: AssetRef): Promise<DownloadResult> {
    const tell = onProgress && ((progress: Progress) => onProgress(progress, asset));
    const settings = { ...fileOptions, onProgress: tell, signal: ending.signal };
    try {
      return { asset, file: await downloadTo(client, asset, path, settings, claim) };
    } catch (error) {
      return { asset, error };
    }
  }

  try {
    yield* asReady(assets, concurrency, ending, save);
  } finally {
    unlink?.();
  }
}

function alreadyClaimed(path: string, owner: string): DownloadError {
  const text = `${path}: that is the name of ${owner}'s file, too. Pass fileName, to give each its own.`;
  return new DownloadError(text, { kind: "exists", attempts: 1 });
}

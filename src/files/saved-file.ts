import type { Stats } from "node:fs";
import { lstat } from "node:fs/promises";
import type { Asset } from "../core/asset.ts";
import { DownloadError } from "../core/errors.ts";
import { statIfExists, withDiskErrors } from "./disk-errors.ts";

/** A whole file on disk. */
export interface SavedFile {
  path: string;
  /** In bytes. */
  size: number;
  /** Number of its bytes that were on disk before: all of them if it was skipped. */
  resumedFrom: number;
  /** Whether the file was there already and was kept, with `overwrite: "skip"`. Its content was not compared. */
  skipped: boolean;
}

/**
 * Looks for a file where a download would write.
 *
 * @param asset - Left out before the look-up.
 * @returns The file, if it is the asset's and `overwrite` is `skip`.
 * @throws {@link DownloadError} `exists` when the file may not be replaced, `target` when it is a folder or the like.
 * @internal
 */
export async function findSavedFile(
  path: string,
  overwrite: "error" | "replace" | "skip" | undefined,
  asset?: Asset,
): Promise<SavedFile | undefined> {
  const stats = await withDiskErrors(path, () => statIfExists(path));
  const found = stats ?? (await lstat(path).catch(() => undefined)); // a link that leads nowhere
  if (found === undefined) return undefined;
  if (!found.isFile() && !found.isSymbolicLink()) throw notAFile(path);
  if (overwrite === "replace") return undefined;
  const { size } = found;
  if (overwrite === "skip" && isFileOf(asset, found)) return { path, size, resumedFrom: size, skipped: true };
  throw alreadyExists(path, overwrite, found, asset);
}

/** Whether a file can be taken for the asset's: by its size, so another file of that size can be, too. */
function isFileOf(asset: Asset | undefined, file: Stats): boolean {
  return file.isFile() && file.size === asset?.size_bytes;
}

function notAFile(path: string): DownloadError {
  const text = `${path}: it exists, and is not a file. Pass another target, or another name by fileName.`;
  return new DownloadError(text, { kind: "target", attempts: 0 });
}

function alreadyExists(
  path: string,
  overwrite: "error" | "skip" | undefined,
  found: Stats,
  asset: Asset | undefined,
): DownloadError {
  const what = found.isFile() ? `a file of ${found.size} bytes` : "a link that leads nowhere";
  const sentences = [
    `${path}: ${what} is there already.`,
    asset === undefined ? [] : describeSize(asset),
    `Pass another target, overwrite: "replace"${overwrite === "skip" ? "" : ' or "skip"'},`,
    'or fileName: "original-id" in a folder.',
  ];
  return new DownloadError(sentences.flat().join(" "), { kind: "exists", attempts: asset === undefined ? 0 : 1 });
}

function describeSize({ asset_id, size_bytes }: Asset): string {
  const isKnown = Number.isInteger(size_bytes) && size_bytes >= 0;
  return isKnown
    ? `${asset_id} has ${size_bytes} bytes.`
    : `The size of ${asset_id} is unknown, and cannot be compared.`;
}

import type { Stats } from "node:fs";
import { lstat, open } from "node:fs/promises";
import { sizeOf, type Asset } from "../core/asset.ts";
import type { DownloadError } from "../core/errors.ts";
import type { Digest } from "../download/digest.ts";
import type { Download } from "../download/download.ts";
import { fileError, statIfExists, withDiskErrors } from "./disk-errors.ts";
import { findMismatchInFile } from "./file-digest.ts";
import { removeSecondName } from "./publish.ts";

/** A whole file on disk. */
export interface SavedFile {
  path: string;
  /** In bytes. */
  size: number;
  /** Number of its bytes that were on disk before: all of them if it was skipped. */
  resumedFrom: number;
  /** Whether the file was there already and was kept, with `overwrite: "skip"`. Only `sha256` compares its content. */
  skipped: boolean;
}

/**
 * Looks for a file where a download would write.
 *
 * @param download - Left out before the look-up.
 * @param digests - Those that the caller gives for the asset's file.
 * @returns The file, if it is the asset's and `overwrite` is `skip`.
 * @throws {@link DownloadError} `exists` when the file may not be replaced, `target` when it is a folder or the like.
 * @internal
 */
export async function findSavedFile(
  path: string,
  overwrite: "error" | "replace" | "skip" | undefined,
  download?: Download,
  digests: readonly Digest[] = [],
): Promise<SavedFile | undefined> {
  const asset = download?.asset;
  const stats = await withDiskErrors(path, download, () => statIfExists(path));
  const found = stats ?? (await lstat(path).catch(() => undefined)); // a link that leads nowhere
  if (found === undefined) return undefined;
  if (!found.isFile() && !found.isSymbolicLink()) throw notAFile(path, download);
  await withDiskErrors(path, download, () => removeSecondName(path));
  if (overwrite === "replace") return undefined;
  const { size } = found;
  // Another file of that size can be taken for the asset's, unless there is a digest.
  const hasItsSize = overwrite === "skip" && asset !== undefined && found.isFile() && size === sizeOf(asset);
  const mismatch = hasItsSize ? await compareDigests(path, download, digests) : undefined;
  if (hasItsSize && mismatch === undefined) return { path, size, resumedFrom: size, skipped: true };
  throw alreadyExists(path, overwrite, found, download, mismatch);
}

async function compareDigests(
  path: string,
  download: Download | undefined,
  digests: readonly Digest[],
): Promise<string | undefined> {
  const file = await withDiskErrors(path, download, () => open(path));
  try {
    return await findMismatchInFile(file, digests, download?.signal);
  } finally {
    await file.close();
  }
}

function notAFile(path: string, download: Download | undefined): DownloadError {
  const text = "it exists, and is not a file. Pass another target, or another name by fileName";
  return fileError(path, download, "target", text);
}

function alreadyExists(
  path: string,
  overwrite: "error" | "skip" | undefined,
  found: Stats,
  download: Download | undefined,
  mismatch: string | undefined,
): DownloadError {
  const what = found.isFile() ? `a file of ${found.size} bytes` : "a link that leads nowhere";
  const sentences = [
    `${what} is there already.`,
    download === undefined ? [] : describeSize(download.asset),
    mismatch === undefined ? [] : `They differ: ${mismatch}.`,
    `Pass another target, overwrite: "replace"${overwrite === "skip" ? "" : ' or "skip"'},`,
    'or fileName: "original-id" in a folder',
  ];
  return fileError(path, download, "exists", sentences.flat().join(" "));
}

function describeSize(asset: Asset): string {
  const { asset_id } = asset;
  const size = sizeOf(asset);
  if (size === undefined) return `The size of ${asset_id} is unknown, and cannot be compared.`;
  return `${asset_id} has ${size} bytes.`;
}

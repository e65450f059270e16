import { constants } from "node:fs";
import { link, lstat, open, readFile, rename, rm, writeFile, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { parseAssetId } from "../core/asset-ref.ts";
import { sizeOf, type Asset } from "../core/asset.ts";
import { DownloadError } from "../core/errors.ts";
import type { Digest } from "../download/digest.ts";
import type { Download, FirstBytes } from "../download/download.ts";
import { startDigestCheck, throwIfCorrupt } from "../download/integrity.ts";
import { isValidator } from "../download/version.ts";
import { withDiskErrors } from "./disk-errors.ts";
import { findMismatchInFile } from "./file-digest.ts";
import { lockFile, type FileLock } from "./lock.ts";
import { writeAll, writeInBatches } from "./write-batches.ts";

/** An unfinished file under a name of its own. Nobody else writes to it. */
export interface PartFile {
  path: string;
  /** Path of the file that says which version the bytes belong to. */
  statePath: string;
  asset: Asset;
  /** Bytes of an earlier download that can be resumed. */
  firstBytes: FirstBytes | undefined;
  file: FileHandle;
  lock: FileLock;
}

interface PartState {
  asset_id: string;
  /** As {@link sizeOf} gives it, so it may be missing. */
  size_bytes: number;
  validator: string;
}

/** Opens or makes the part of a file, and locks it. @throws {@link DownloadError} `busy` when another download has it. */
export async function openPart(target: string, asset: Asset): Promise<PartFile> {
  const path = `${target}.part`;
  const statePath = `${path}.json`;
  return withDiskErrors(path, async () => {
    const lock = await lockFile(`${path}.lock`);
    if (lock === undefined) throw busy(target);
    try {
      const firstBytes = await findFirstBytes(path, statePath, asset);
      const file = await (firstBytes === undefined ? makePart(path, statePath) : open(path, existingFile));
      return { path, statePath, asset, firstBytes, file, lock };
    } catch (error) {
      await lock.release();
      throw error;
    }
  });
}

function busy(target: string): DownloadError {
  return new DownloadError(`${target}: another download writes to it.`, { kind: "busy", attempts: 0 });
}

/** Refuses a link that somebody has put in its place. Windows has no such flag: it counts as 0 there. */
const existingFile = constants.O_RDWR | constants.O_NOFOLLOW;

async function findFirstBytes(path: string, statePath: string, asset: Asset): Promise<FirstBytes | undefined> {
  const state = await readState(statePath);
  const stats = await lstat(path).catch(() => undefined);
  if (state === undefined || stats === undefined) return undefined;
  const size = sizeOf(asset);
  const isSame = state.asset_id === parseAssetId(asset) && (sizeOf(state) ?? size) === (size ?? sizeOf(state));
  // With a second name, its process was killed between the `link` and the `rm` of moveWithoutReplacing.
  const isOwn = stats.isFile() && stats.nlink === 1 && stats.size > 0 && stats.size <= (size ?? Infinity);
  return isSame && isOwn ? { size: stats.size, validator: state.validator } : undefined;
}

async function readState(statePath: string): Promise<PartState | undefined> {
  try {
    if (!(await lstat(statePath)).isFile()) return undefined; // reading a pipe may never end
    const state = Object(JSON.parse(await readFile(statePath, "utf8"))) as PartState; // compared field by field
    return isValidator(state.validator) ? state : undefined;
  } catch {
    return undefined;
  }
}

/** Makes an empty part. The old files go first, so that no state ever stands beside another version's bytes. */
async function makePart(path: string, statePath: string): Promise<FileHandle> {
  await rm(statePath, { force: true });
  await rm(path, { force: true });
  return open(path, "wx+");
}

/**
 * Appends the bytes of the download. However it ends, the bytes that have come can be resumed.
 *
 * @param digests - What the caller says that the whole file hashes to.
 * @throws {@link DownloadError} `corrupt` when a digest of the caller or the content host does not hold.
 */
export async function writePart(part: PartFile, download: Download, digests: readonly Digest[]): Promise<void> {
  const { path, file, firstBytes } = part;
  let isAnew = false;
  await download.readWhole(async (stream) => {
    if (isAnew) await withDiskErrors(path, () => emptyPart(part));
    isAnew = true;
    let hasState = firstBytes !== undefined;
    const check = firstBytes === undefined ? await startDigestCheck(digests) : undefined;
    await writeInBatches(stream, firstBytes?.size ?? 0, async (batch, position) => {
      for (const piece of batch) check?.update(piece);
      await withDiskErrors(path, async () => {
        if (!hasState) await writeState(part, download);
        hasState = true;
        await writeAll(file, batch, position);
      });
    });
    throwIfCorrupt(download.facts, check?.end());
  });
  // The first bytes of a resumed file have not been hashed.
  if (firstBytes !== undefined) {
    throwIfCorrupt(download.facts, await findMismatchInFile(file, [...digests, ...download.digests]));
  }
}

/** Drops bytes that nothing proves to be of the same version as the next ones. */
async function emptyPart({ path, statePath, file, lock }: PartFile): Promise<void> {
  if (!(await lock.isHeld())) throw busy(path);
  await rm(statePath, { force: true });
  await file.truncate();
}

/** Writes down the version of the bytes that follow. Without a validator, nobody can resume them. */
async function writeState({ statePath, asset }: PartFile, { validator }: Download): Promise<void> {
  const state = { asset_id: parseAssetId(asset), size_bytes: sizeOf(asset), validator };
  await writeFile(statePath, JSON.stringify(state), { flag: "wx" });
}

/** Gives the whole file its name, once it is on disk. */
export async function publishPart(
  part: PartFile,
  target: string,
  overwrite: "error" | "replace" | "skip" | undefined,
): Promise<void> {
  const { path, file, lock } = part;
  await withDiskErrors(target, async () => {
    await file.sync();
    if (!(await lock.isHeld())) throw busy(target);
    if (overwrite === "replace") await rename(path, target);
    else await moveWithoutReplacing(path, target);
    await syncFolder(dirname(target));
  });
}

/** By a link: a rename would replace a file that has appeared meanwhile. */
async function moveWithoutReplacing(path: string, target: string): Promise<void> {
  try {
    await link(path, target);
  } catch {
    if (await lstat(target).catch(() => undefined)) throw alreadyExists(target);
    // This file system has no links. Each reports it by another code.
    return rename(path, target);
  }
  await rm(path);
}

function alreadyExists(target: string): DownloadError {
  const text = `${target}: the file exists already. Pass another target, or overwrite: "replace" or "skip".`;
  return new DownloadError(text, { kind: "exists", attempts: 0 });
}

/** Brings the file's name to disk too. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path);
    await folder.sync().finally(() => folder.close());
  } catch {
    // Some systems cannot do it, and do not need it.
  }
}

/** Removes bytes that nobody can resume, unless another download has taken them over. */
export async function discardPart({ path, statePath, lock }: PartFile): Promise<void> {
  if (!(await lock.isHeld())) return;
  await rm(statePath, { force: true });
  await rm(path, { force: true });
}

/** Closes the part. Removes what cannot be resumed: after publishing, that is the state file. */
export function closePart(part: PartFile): Promise<void> {
  const { path, statePath, asset, file, lock } = part;
  return withDiskErrors(path, async () => {
    try {
      await file.close();
      if ((await findFirstBytes(path, statePath, asset)) === undefined) await discardPart(part);
    } finally {
      await lock.release();
    }
  });
}

import { constants, type Stats } from "node:fs";
import { access, link, lstat, open, readFile, rename, rm, writeFile, type FileHandle } from "node:fs/promises";
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
  /** The file that it becomes. */
  target: string;
  path: string;
  /** Path of the file that says which version the bytes belong to. */
  statePath: string;
  asset: Asset;
  /** Bytes of an earlier download that are resumed. */
  firstBytes: FirstBytes | undefined;
  /** `undefined` until there are bytes to write, if an earlier download has left some that cannot be resumed. */
  file: FileHandle | undefined;
  /** Whether the state is written down. */
  hasState: boolean;
  /** Whether this download has written to it. */
  hasNewBytes: boolean;
  lock: FileLock;
}

interface PartState {
  asset_id: string;
  /** As {@link sizeOf} gives it, so it may be missing. */
  size_bytes: number;
  validator: string;
}

/**
 * Locks the part of a file, and opens it if it can be resumed.
 *
 * @param how - `anew`: the bytes of an earlier download are not resumed.
 * @throws {@link DownloadError} `busy` when another download has it.
 */
export async function openPart(target: string, asset: Asset, how: "resume" | "anew"): Promise<PartFile> {
  const path = `${target}.part`;
  const statePath = `${path}.json`;
  return withDiskErrors(path, async () => {
    const lock = await lockFile(`${path}.lock`);
    if (lock === undefined) throw busy(target);
    try {
      const firstBytes = how === "resume" ? await findFirstBytes(path, statePath, asset) : undefined;
      const hasState = firstBytes !== undefined;
      const part = { target, path, statePath, asset, firstBytes, file: undefined, hasState, hasNewBytes: false, lock };
      if (firstBytes !== undefined) return { ...part, file: await open(path, existingFile) };
      return (await hasUnfinishedFile(path)) ? part : { ...part, file: await makePart(part) };
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
  const isOwn = isUnfinished(stats) && stats.size <= (size ?? Infinity);
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

/**
 * Appends the bytes of the download. However it ends, the bytes that have come can be resumed.
 *
 * @param digests - Those that the caller gives for the whole file.
 * @throws {@link DownloadError} `corrupt` when a digest of the caller or the content host does not hold.
 */
export async function writePart(part: PartFile, download: Download, digests: readonly Digest[]): Promise<void> {
  const { path, firstBytes } = part;
  let tries = 0;
  await download.readWhole(async (stream) => {
    if (tries++ > 0) await withDiskErrors(path, () => leaveFile(part));
    const check = firstBytes === undefined ? await startDigestCheck(digests) : undefined;
    // The last batch of a failed try does not replace the bytes of an earlier download.
    const mayWriteRest = (): boolean => part.file !== undefined;
    const write = async (batch: Uint8Array[], position: number): Promise<void> => {
      for (const piece of batch) check?.update(piece);
      await withDiskErrors(path, async () => {
        const file = await openForWriting(part, download);
        part.hasNewBytes = true; // also if only some of them can be written
        await writeAll(file, batch, position);
      });
    };
    await writeInBatches(stream, firstBytes?.size ?? 0, write, mayWriteRest);
    throwIfCorrupt(download.facts, check?.end());
  });
  const file = await withDiskErrors(path, () => openForWriting(part, download));
  // The first bytes of a resumed file have not been hashed.
  const unchecked = firstBytes === undefined ? [] : [...digests, ...download.digests];
  throwIfCorrupt(download.facts, await findMismatchInFile(file, unchecked, download.signal));
}

async function hasUnfinishedFile(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  return stats !== undefined && isUnfinished(stats);
}

function isUnfinished(stats: Stats): boolean {
  // With a second name, its process was killed between the `link` and the `rm` of moveWithoutReplacing.
  return stats.isFile() && stats.nlink === 1 && stats.size > 0;
}

/** Leaves a file whose version nothing proves. The next bytes replace it. */
async function leaveFile(part: PartFile): Promise<void> {
  await part.file?.close();
  part.file = undefined;
}

/** Opens the file, and writes its state down. A new file replaces what an earlier download has left. */
async function openForWriting(part: PartFile, { validator }: Download): Promise<FileHandle> {
  const { target, statePath, asset, lock } = part;
  if (part.file !== undefined && part.hasState) return part.file;
  if (!(await lock.isHeld())) {
    await access(dirname(target)); // if the folder is gone, this says so
    throw busy(target);
  }
  part.file ??= await makePart(part);
  await rm(statePath, { force: true }); // a write that has failed may have left a part of it
  // Without a validator, nobody can resume the bytes.
  const state = { asset_id: parseAssetId(asset), size_bytes: sizeOf(asset), validator };
  await writeFile(statePath, JSON.stringify(state), { flag: "wx" });
  part.hasState = true;
  return part.file;
}

/** Makes an empty part. The old files go first, so that no state ever stands beside another version's bytes. */
async function makePart({ path, statePath }: Pick<PartFile, "path" | "statePath">): Promise<FileHandle> {
  await rm(statePath, { force: true });
  await rm(path, { force: true });
  return open(path, "wx+");
}

/** Gives the whole file its name, once it is on disk. @returns Its size. */
export async function publishPart(
  { target, path, file, lock }: PartFile,
  overwrite: "error" | "replace" | "skip" | undefined,
): Promise<number> {
  return withDiskErrors(target, async () => {
    await file!.sync(); // writePart has opened it
    const isThere = await isAt(path, file!).catch(() => true); // if it is gone, the move says so
    if (!isThere || !(await lock.isHeld())) throw busy(target);
    if (overwrite === "replace") await rename(path, target);
    else await moveWithoutReplacing(path, target);
    await syncFolder(dirname(target));
    return (await file!.stat()).size;
  });
}

/** Whether a file is still the one at a path. A process that was frozen with an older lock may have replaced it. */
async function isAt(path: string, file: FileHandle): Promise<boolean> {
  const own = await file.stat({ bigint: true });
  const found = await lstat(path, { bigint: true });
  return found.dev === own.dev && found.ino === own.ino;
}

/** By a link: a rename would replace a file that has appeared meanwhile. */
async function moveWithoutReplacing(path: string, target: string): Promise<void> {
  try {
    await link(path, target);
  } catch {
    if (await lstat(target).catch(() => undefined)) throw hasAppeared(target);
    // This file system has no links. Each reports it by another code.
    return rename(path, target);
  }
  await rm(path);
}

function hasAppeared(target: string): DownloadError {
  const text = `${target}: a file has appeared there. Pass another target, or overwrite: "replace" or "skip".`;
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
  const { path, statePath, asset, file, hasNewBytes, lock } = part;
  return withDiskErrors(path, async () => {
    try {
      // The state must not stand beside bytes of another process.
      const isThere = file !== undefined && (await isAt(path, file).catch(() => false));
      await file?.close();
      const canResume = isThere && (await findFirstBytes(path, statePath, asset)) !== undefined;
      // What an earlier download has left may be another asset's.
      const isOwn = file !== undefined || hasNewBytes;
      if (isOwn && !canResume) await discardPart(part);
    } finally {
      await lock.release();
    }
  });
}

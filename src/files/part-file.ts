import { constants } from "node:fs";
import { lstat, open, type FileHandle } from "node:fs/promises";
import type { Asset } from "../core/asset.ts";
import type { DownloadError } from "../core/errors.ts";
import type { Digest } from "../download/digest.ts";
import type { Download, FirstBytes } from "../download/download.ts";
import { startDigestCheck, throwIfCorrupt } from "../download/integrity.ts";
import { removeFile, retryWhileInUse } from "./disk-retry.ts";
import { fileError, statIfExists, withDiskErrors } from "./disk-errors.ts";
import { findMismatchInFile } from "./file-digest.ts";
import { lockFile, type BusyLock, type FileLock } from "./lock.ts";
import {
  findFirstBytes,
  hasUnfinishedFile,
  partPathsOf,
  recoverDone,
  removePart,
  writeState,
  type PartPaths,
} from "./part-state.ts";
import { writeAll, writeInBatches } from "./write-batches.ts";

/** An unfinished file under a name of its own. Nobody else writes to it. */
export interface PartFile extends PartPaths {
  /** The file that it becomes. */
  target: string;
  asset: Asset;
  /** The download that writes it. */
  download: Download;
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

/**
 * Locks the part of a file, and opens it if it can be resumed.
 *
 * @param how - `anew`: the bytes of an earlier download are not resumed.
 * @throws {@link DownloadError} `busy` when another download has it.
 */
export async function openPart(target: string, download: Download, how: "resume" | "anew"): Promise<PartFile> {
  const { asset } = download;
  const { path, lockPath, ...others } = partPathsOf(target);
  return withDiskErrors(path, download, async () => {
    const lock = await lockFile(lockPath);
    if ("retryAfterMs" in lock) throw lockedError(target, download, lock);
    try {
      const { uid } = await lstat(lockPath); // where users are mapped, as by NFS, it is not that of this process
      const paths = { path, lockPath, ...others, uid };
      await recoverDone(paths);
      const firstBytes = how === "resume" ? await findFirstBytes(paths, asset) : undefined;
      const hasState = firstBytes !== undefined;
      const part = {
        ...paths,
        target,
        asset,
        download,
        firstBytes,
        file: undefined,
        hasState,
        hasNewBytes: false,
        lock,
      };
      if (firstBytes !== undefined) return { ...part, file: await openFile(path, existingFile) };
      return (await hasUnfinishedFile(path)) ? part : { ...part, file: await makePart(part) };
    } catch (error) {
      await lock.release().catch(() => {});
      throw error;
    }
  });
}

/** Makes the error for a target whose lock somebody else holds. */
function lockedError(target: string, download: Download, { retryAfterMs, holder }: BusyLock): DownloadError {
  const seconds = Math.ceil(retryAfterMs / 1000);
  const hint = holder === undefined ? `. If it was killed, its lock ends in ${seconds} s` : "";
  const text = `${holder ?? "another download"} writes to it. Wait until it ends${hint}`;
  return fileError(target, download, "busy", text, { retryable: true, retryAfterMs });
}

/** Makes the error for a target that another download has taken over. A retry of this one does not bring its lock back. */
export function busy(target: string, download: Download): DownloadError {
  return fileError(target, download, "busy", "another download writes to it");
}

/** Refuses a link that somebody has put in its place. Windows has no such flag: it counts as 0 there. */
const existingFile = constants.O_RDWR | constants.O_NOFOLLOW;

function openFile(path: string, flags: string | number): Promise<FileHandle> {
  return retryWhileInUse(() => open(path, flags));
}

/**
 * Appends the bytes of the download. However it ends, the bytes that have come can be resumed.
 *
 * @param digests - Those that the caller gives for the whole file.
 * @throws {@link DownloadError} `corrupt` when a digest of the caller or the content host does not hold.
 */
export async function writePart(part: PartFile, download: Download, digests: readonly Digest[]): Promise<void> {
  const { path, firstBytes } = part;
  part.download = download;
  let tries = 0;
  await download.readWhole(async (stream) => {
    if (tries++ > 0) await withDiskErrors(path, download, () => leaveFile(part));
    const check = firstBytes === undefined ? await startDigestCheck(digests) : undefined;
    // The last batch of a failed try does not replace the bytes of an earlier download.
    const mayWriteRest = (): boolean => part.file !== undefined;
    const write = async (batch: Uint8Array[], position: number): Promise<void> => {
      for (const piece of batch) check?.update(piece);
      await withDiskErrors(path, download, async () => {
        const file = await openForWriting(part, download);
        part.hasNewBytes = true; // also if only some of them can be written
        await writeAll(file, batch, position);
      });
    };
    await writeInBatches(stream, firstBytes?.size ?? 0, write, mayWriteRest);
    throwIfCorrupt(download.facts, check?.end());
  });
  const file = await withDiskErrors(path, download, () => openForWriting(part, download));
  // The first bytes of a resumed file have not been hashed.
  const unchecked = firstBytes === undefined ? [] : [...digests, ...download.digests];
  throwIfCorrupt(download.facts, await findMismatchInFile(file, unchecked, download.signal));
}

/** Leaves a file whose version nothing proves. The next bytes replace it. */
async function leaveFile(part: PartFile): Promise<void> {
  await part.file?.close();
  part.file = undefined;
}

/** Opens the file, and writes its state down. A new file replaces what an earlier download has left. */
async function openForWriting(part: PartFile, { validator }: Download): Promise<FileHandle> {
  const { lock } = part;
  if (lock.isLost()) throw await lostPartError(part);
  if (part.file !== undefined && part.hasState) return part.file;
  if (!(await lock.isHeld())) throw await lostPartError(part);
  part.file ??= await makePart(part);
  await writeState(part, part.asset, validator);
  if (!(await lock.isHeld())) {
    await removeFile(part.statePath); // this process was frozen: the state stands beside bytes of another one
    throw await lostPartError(part);
  }
  part.hasState = true;
  return part.file;
}

async function makePart(part: PartPaths): Promise<FileHandle> {
  await removePart(part);
  return openFile(part.path, "wx+");
}

/** Makes the error for a part that this process no longer has. */
export async function lostPartError({ target, lockPath, lock, download }: PartFile): Promise<DownloadError> {
  const isTakenOver = (await statIfExists(lockPath)) !== undefined && !(await lock.isHeld());
  if (isTakenOver) return busy(target, download);
  const text = "its .part files were moved or removed meanwhile, perhaps with their folder. Download it again";
  return fileError(target, download, "target", text);
}

/** Whether a file is still the one at a path. A process that was frozen with an older lock may have replaced it. */
export async function isAt(path: string, file: FileHandle): Promise<boolean> {
  const own = await file.stat({ bigint: true });
  const found = await lstat(path, { bigint: true });
  return found.dev === own.dev && found.ino === own.ino;
}

/** Removes bytes that nobody can resume. Leaves what another download has taken over. */
export async function discardPart(part: PartFile): Promise<void> {
  const { path, file, lock } = part;
  if (await lock.isHeld()) await removePart(part);
  else if (file !== undefined && (await isAt(path, file))) await removeFile(path);
}

/**
 * Closes the part. Removes what cannot be resumed: after publishing, that is the state file.
 *
 * Never rejects: the download has succeeded by then, or has failed for a reason of its own.
 */
export async function closePart(part: PartFile): Promise<void> {
  const { path, asset, file, hasNewBytes, lock } = part;
  try {
    // The state must not stand beside bytes of another process.
    const isThere = file !== undefined && (await isAt(path, file).catch(() => false));
    const canResume = isThere && (await findFirstBytes(part, asset)) !== undefined;
    // What an earlier download has left may be another asset's.
    const isOwn = file !== undefined || hasNewBytes;
    if (isOwn && !canResume) await discardPart(part);
  } catch {
    // What is left blocks nothing: the next download removes it.
  } finally {
    await file?.close().catch(() => {});
    await lock.release().catch(() => {}); // nobody touches it any more, so it becomes stale
  }
}

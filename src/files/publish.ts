import { link, lstat, open, rename, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import type { DownloadError } from "../core/errors.ts";
import type { Download } from "../download/download.ts";
import { codeOf, fileError, withDiskErrors } from "./disk-errors.ts";
import { removeFile, retryWhileInUse } from "./disk-retry.ts";
import { busy, isAt, lostPartError, type PartFile } from "./part-file.ts";
import { partPathsOf } from "./part-state.ts";

/**
 * Gives the whole file its name, once it is on disk. Nothing fails any more once it has its name.
 *
 * A process can be frozen before any step, and another one can take its lock and its path over meanwhile. So the file first
 * gets a name that nobody writes to, and is looked at there.
 *
 * @returns Its size.
 */
export async function publishPart(
  part: PartFile,
  overwrite: "error" | "replace" | "skip" | undefined,
): Promise<number> {
  const { target, path, donePath } = part;
  const file = part.file!; // writePart has opened it
  return withDiskErrors(target, part.download, async () => {
    await file.sync();
    const { size } = await file.stat();
    if (!(await part.lock.isHeld())) throw await lostPartError(part);
    await orLost(part, () => replace(path, donePath));
    try {
      if (!(await mayBeAt(donePath, file))) throw busy(target, part.download);
      const move = overwrite === "replace" ? replace : moveWithoutReplacing;
      await orLost(part, () => moveToTarget(part, move));
    } catch (error) {
      // Its owner, this download or another one, goes on there.
      await moveWithoutReplacing(donePath, path, part.download).catch(() => {});
      throw error;
    }
    await syncFolder(dirname(target));
    return size;
  });
}

/** Moves a file of the part. If the file is gone, the part is lost. */
async function orLost(part: PartFile, move: () => Promise<void>): Promise<void> {
  try {
    await move();
  } catch (error) {
    throw codeOf(error) === "ENOENT" ? await lostPartError(part) : error;
  }
}

async function moveToTarget(part: PartFile, move: typeof moveWithoutReplacing): Promise<void> {
  const { target, donePath } = part;
  const file = part.file!;
  try {
    await move(donePath, target, part.download);
  } catch (error) {
    // Another process may have done it, if this one was frozen.
    if (await isAt(target, file).catch(() => false)) return;
    throw error;
  }
  // A file that is gone was there: somebody who waited for it has moved it.
  if (!(await mayBeAt(target, file).catch(() => true))) throw busy(target, part.download);
}

function replace(from: string, to: string): Promise<void> {
  return retryWhileInUse(() => rename(from, to));
}

/** By a link: a rename would replace a file that has appeared meanwhile. */
async function moveWithoutReplacing(from: string, to: string, download: Download): Promise<void> {
  try {
    await retryWhileInUse(() => link(from, to), [20]);
  } catch {
    if (await lstat(to).catch(() => undefined)) throw hasAppeared(to, download);
    // This file system has no links. Each reports it by another code.
    return replace(from, to);
  }
  await removeFile(from);
}

/**
 * Removes the second name of a file, which a process leaves that is killed between the `link` and the removal of
 * moveWithoutReplacing. Otherwise it could be taken for a part once the file is changed and removed.
 */
export async function removeSecondName(target: string): Promise<void> {
  const { donePath } = partPathsOf(target);
  const files = [donePath, target].map((path) => lstat(path, { bigint: true }).catch(() => undefined));
  const [done, found] = await Promise.all(files);
  if (done !== undefined && done.dev === found?.dev && done.ino === found.ino) await removeFile(donePath);
}

function hasAppeared(target: string, download: Download): DownloadError {
  const text = 'a file has appeared there. Pass another target, or overwrite: "replace" or "skip"';
  return fileError(target, download, "exists", text);
}

/**
 * Whether a file that was moved may be the one at a path.
 *
 * Some file systems number files by their names, so another number proves nothing. There, size and time decide: a process
 * that takes over from a frozen one writes half a minute later.
 */
async function mayBeAt(path: string, file: FileHandle): Promise<boolean> {
  if (await isAt(path, file)) return true;
  const [own, found] = await Promise.all([file.stat(), lstat(path)]);
  return own.size === found.size && Math.abs(own.mtimeMs - found.mtimeMs) <= fatTimeStepMs;
}

/** FAT counts time in steps of two seconds. */
const fatTimeStepMs = 2000;

/** Brings the file's name to disk too. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path);
    await folder.sync().finally(() => folder.close());
  } catch {
    // Some systems cannot do it, and do not need it.
  }
}

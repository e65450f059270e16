import { constants } from "node:fs";
import { link, lstat, open, readFile, rename, rm, writeFile, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import type { Asset } from "../../generated/schema.ts";
import { isValidator } from "../download/head.ts";
import type { Download, FirstBytes } from "../download/download.ts";
import { DownloadError } from "../core/errors.ts";
import { lockFile, type FileLock } from "./lock.ts";
import { withFile } from "./disk-errors.ts";
import { writeAll, writeInBatches } from "./write-batches.ts";

/** A file that is not whole yet, under a name of its own. Nobody else writes to it. */
export interface PartFile {
  path: string;
  /** Of what its bytes are. */
  statePath: string;
  asset: Asset;
  /** What an earlier download has left, if it can be gone on with. */
  firstBytes: FirstBytes | undefined;
  file: FileHandle;
  lock: FileLock;
}

interface PartState {
  asset_id: string;
  size_bytes: number;
  validator: string;
}

/** Opens, or makes, the part of a file, and locks it. @throws {@link DownloadError} `busy` when somebody else has. */
export async function openPart(target: string, asset: Asset): Promise<PartFile> {
  const path = `${target}.part`;
  const statePath = `${path}.json`;
  return withFile(path, async () => {
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

/** Not one that somebody else has put a link to in its place; Windows has no such flag, which counts as 0 then. */
const existingFile = constants.O_RDWR | constants.O_NOFOLLOW;

async function findFirstBytes(path: string, statePath: string, asset: Asset): Promise<FirstBytes | undefined> {
  const state = await readState(statePath);
  const stats = await lstat(path).catch(() => undefined);
  if (state === undefined || stats === undefined) return undefined;
  const isSame = state.asset_id === asset.asset_id && state.size_bytes === asset.size_bytes;
  // With a second name, it is a file that was published a moment before its process was killed.
  const isOwn = stats.isFile() && stats.nlink === 1 && stats.size > 0 && !(stats.size > asset.size_bytes);
  return isSame && isOwn ? { size: stats.size, validator: state.validator } : undefined;
}

async function readState(statePath: string): Promise<PartState | undefined> {
  try {
    if (!(await lstat(statePath)).isFile()) return undefined; // what is no file may never end to be read
    const state = Object(JSON.parse(await readFile(statePath, "utf8"))) as PartState;
    return isValidator(state.validator) ? state : undefined;
  } catch {
    return undefined;
  }
}

/** Makes an empty part. What was there goes first, so that no state ever stands beside another version's bytes. */
async function makePart(path: string, statePath: string): Promise<FileHandle> {
  await rm(statePath, { force: true });
  await rm(path, { force: true });
  return open(path, "wx+");
}

/** Writes the bytes that follow on the first ones. However it ends, what has come is there to go on with. */
export async function writePart(part: PartFile, download: Download): Promise<void> {
  const { path, file, firstBytes } = part;
  let hasState = firstBytes !== undefined;
  await writeInBatches(download.stream, firstBytes?.size ?? 0, (batch, position) =>
    withFile(path, async () => {
      if (!hasState) await writeState(part, download);
      hasState = true;
      await writeAll(file, batch, position);
    }),
  );
}

/** Notes of what the bytes are that come now. Where there is no validator, nobody can go on with them. */
async function writeState({ statePath, asset }: PartFile, { validator }: Download): Promise<void> {
  const { asset_id, size_bytes } = asset;
  await writeFile(statePath, JSON.stringify({ asset_id, size_bytes, validator }), { flag: "wx" });
}

/** Gives the whole file its name: on disk first, then at once. */
export async function publishPart(
  part: PartFile,
  target: string,
  overwrite: "error" | "replace" | "skip" | undefined,
): Promise<void> {
  const { path, file, lock } = part;
  await withFile(target, async () => {
    await file.sync();
    if (!(await lock.isHeld())) throw busy(target);
    if (overwrite === "replace") await rename(path, target);
    else await moveWithoutReplacing(path, target);
    await syncFolder(dirname(target));
  });
}

/** A rename would replace a file that has come meanwhile; a link does not. */
async function moveWithoutReplacing(path: string, target: string): Promise<void> {
  try {
    await link(path, target);
  } catch {
    if (await lstat(target).catch(() => undefined)) throw alreadyThere(target);
    // This file system has no links: each says so by a code of its own.
    return rename(path, target);
  }
  await rm(path);
}

export function alreadyThere(target: string): DownloadError {
  const text = `${target}: there is a file already. Pass another target, or overwrite: "replace" or "skip".`;
  return new DownloadError(text, { kind: "exists", attempts: 0 });
}

/** So that the name, too, is on disk. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path);
    await folder.sync().finally(() => folder.close());
  } catch {
    // Some systems cannot do it, nor need it.
  }
}

/** Removes bytes that nobody can go on with, unless another download has taken them over. */
export async function discardPart({ path, statePath, lock }: PartFile): Promise<void> {
  if (!(await lock.isHeld())) return;
  await rm(statePath, { force: true });
  await rm(path, { force: true });
}

/** Lets go of the part; where there is nothing to go on with, nothing is left. */
export function closePart(part: PartFile): Promise<void> {
  const { path, statePath, asset, file, lock } = part;
  return withFile(path, async () => {
    try {
      await file.close();
      if ((await findFirstBytes(path, statePath, asset)) === undefined) await discardPart(part);
    } finally {
      await lock.release();
    }
  });
}

import type { Stats } from "node:fs";
import { lstat, readFile, rename, writeFile } from "node:fs/promises";
import { parseAssetId } from "../core/asset-ref.ts";
import { sizeOf, type Asset } from "../core/asset.ts";
import type { FirstBytes } from "../download/download.ts";
import { isValidator } from "../download/version.ts";
import { removeFile, retryWhileInUse } from "./disk-retry.ts";

/** Where the bytes of an unfinished file are, and whose they are. */
export interface PartPaths {
  path: string;
  /** Path of the file that says which version the bytes belong to. */
  statePath: string;
  /** Where the whole file is while it is published. Only its own process moves it on. */
  donePath: string;
  lockPath: string;
  /** The user that the system notes for a file which this process makes. */
  uid: number;
}

/** Names the files of a part, beside its target. All suffixes have at most ten bytes. */
export function partPathsOf(target: string): Omit<PartPaths, "uid"> {
  const path = `${target}.part`;
  return { path, statePath: `${path}.json`, donePath: `${path}.done`, lockPath: `${path}.lock` };
}

interface PartState {
  asset_id: string;
  /** As {@link sizeOf} gives it, so it may be missing. */
  size_bytes: number;
  validator: string;
}

/** Finds the bytes of an earlier download that can be resumed. */
export async function findFirstBytes(part: PartPaths, asset: Asset): Promise<FirstBytes | undefined> {
  const state = await readState(part);
  const stats = await lstat(part.path).catch(() => undefined);
  if (state === undefined || stats === undefined) return undefined;
  const size = sizeOf(asset);
  const isSame = state.asset_id === parseAssetId(asset) && (sizeOf(state) ?? size) === (size ?? sizeOf(state));
  const isOwn = isUnfinished(stats) && stats.uid === part.uid && stats.size <= (size ?? Infinity);
  return isSame && isOwn ? { size: stats.size, validator: state.validator } : undefined;
}

/** In a folder that others may write to, another user can leave a part with any bytes. */
async function readState({ statePath, uid }: PartPaths): Promise<PartState | undefined> {
  try {
    const stats = await lstat(statePath);
    if (!stats.isFile() || stats.uid !== uid) return undefined; // reading a pipe may never end
    const state = Object(JSON.parse(await readFile(statePath, "utf8"))) as PartState; // compared field by field
    return isValidator(state.validator) ? state : undefined;
  } catch {
    return undefined;
  }
}

/** Whether there are bytes of an earlier download, whatever they are. */
export async function hasUnfinishedFile(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  return stats !== undefined && isUnfinished(stats);
}

function isUnfinished(stats: Stats): boolean {
  // With a second name, its process was killed between the `link` and the `rm` of moveWithoutReplacing.
  return stats.isFile() && stats.nlink === 1 && stats.size > 0;
}

/** Takes back the whole file of a process that was killed while it published it. */
export async function recoverDone({ path, donePath }: PartPaths): Promise<void> {
  const whole = await lstat(donePath).catch(() => undefined);
  const part = await lstat(path).catch(() => undefined);
  if (whole !== undefined && part === undefined) await retryWhileInUse(() => rename(donePath, path));
}

/** Writes down which version the bytes belong to. Without a validator, nobody can resume them. */
export async function writeState({ statePath }: PartPaths, asset: Asset, validator: string | undefined): Promise<void> {
  const state = { asset_id: parseAssetId(asset), size_bytes: sizeOf(asset), validator };
  await retryWhileInUse(async () => {
    await removeFile(statePath); // a write that has failed may have left a part of it
    await writeFile(statePath, JSON.stringify(state), { flag: "wx" });
  });
}

/** Removes the bytes and their state. The state goes first, so that it never stands beside another version's bytes. */
export async function removePart({ path, statePath }: PartPaths): Promise<void> {
  await removeFile(statePath);
  await removeFile(path);
}

import { stat } from "node:fs/promises";
import type { Stats } from "node:fs";
import { DownloadError, type DownloadProblem } from "../core/errors.ts";

const kinds: Record<string, DownloadProblem> = {
  ENOSPC: "disk_full",
  EDQUOT: "disk_full",
  EFBIG: "disk_full",
  EACCES: "no_permission",
  EPERM: "no_permission",
  EROFS: "no_permission",
};

const advice: Partial<Record<DownloadProblem, string>> = {
  disk_full: "there is no room for it. Make some; the download then goes on",
  no_permission: "it may not be written. Check who may write to its folder",
  target: "it cannot be written. Check the path",
};

/** Does something with a file, and says by a {@link DownloadError} why it cannot be done. */
export async function withFile<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (typeof code !== "string") throw error;
    const kind = kinds[code] ?? "target";
    const problem = code === "ENOENT" ? "its folder does not exist. Make it" : advice[kind];
    throw new DownloadError(`${path}: ${problem} (${code}).`, { kind, cause: error });
  }
}

/** What is known of a file. @returns `undefined` if there is none. */
export async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

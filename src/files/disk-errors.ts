import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
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
  no_permission: "it cannot be written. Check who may write to its folder",
  target: "it cannot be written. Check the path",
};

/** Works on a file. @throws {@link DownloadError} that says why the system refused. */
export async function withDiskErrors<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = codeOf(error);
    if (typeof code !== "string") throw error;
    const kind = kinds[code] ?? "target";
    const text = code === "ENOENT" ? "its folder does not exist. Make it" : advice[kind];
    throw new DownloadError(`${path}: ${text} (${code}).`, { kind, cause: error });
  }
}

/** The code of a system's error, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return Object(error).code;
}

/** Reads the facts of a file. @returns `undefined` if there is no such file. */
export async function statIfExists(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { DownloadError, type DownloadProblem } from "../core/errors.ts";
import type { Download } from "../download/download.ts";
import { encryptedNameBytes, suffixBytes } from "./name.ts";

const kinds: Record<string, DownloadProblem> = {
  ENOSPC: "disk_full",
  EDQUOT: "disk_full",
  EFBIG: "disk_full",
  EACCES: "no_permission",
  EPERM: "no_permission",
  EROFS: "no_permission",
};

const advice: Partial<Record<DownloadProblem, string>> = {
  disk_full: "there is no space left. Free some and download it again: it continues",
  no_permission: "it cannot be written. Check who may write to its folder",
  target: "it cannot be written. Check the path",
};

/** Advice for a single code. */
const adviceByCode: Partial<Record<string, string>> = {
  EBUSY: "another program holds it. Close that program, or try again later",
  EROFS: "its file system is read-only. Pass another target",
  ENOENT: "its folder does not exist. Create it",
};

/**
 * Works on a file.
 *
 * @param download - The download that it is for, once there is one.
 * @throws {@link DownloadError} that says why the system refused.
 */
export async function withDiskErrors<T>(
  path: string,
  download: Download | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = codeOf(error);
    if (typeof code !== "string") throw error;
    const kind = kinds[code] ?? "target";
    const isTooLong = code === "ENAMETOOLONG"; // of the path in the error, which may be that of a file beside it
    const text = isTooLong ? describeLength(Object(error).path) : (adviceByCode[code] ?? advice[kind]);
    throw fileError(path, download, kind, `${text} (${code})`, { cause: error });
  }
}

/** Makes the error for a file that cannot be saved. @param download - As for {@link withDiskErrors}. */
export function fileError(
  path: string,
  download: Download | undefined,
  kind: DownloadProblem,
  text: string,
  details: Partial<ConstructorParameters<typeof DownloadError>[1]> = {},
): DownloadError {
  return new DownloadError(`${path}: ${text}.`, { kind, attempts: countRequests(download), ...details });
}

/** Counts the requests that were sent before a failure on disk. */
export function countRequests(download: Download | undefined): number {
  return download?.facts.requests ?? 0;
}

/** Says both lengths, because the system does not say which one is too long for it. */
function describeLength(path: string): string {
  const nameBytes = path.split(/[\\/]/).reduce((most, name) => Math.max(most, Buffer.byteLength(name)), 0);
  const sentences = [
    "its path, or that of a file beside it, is too long:",
    `it has ${Buffer.byteLength(path)} bytes, the longest name in it ${nameBytes}.`,
    `Most systems take names of 255 bytes, encrypted ones ${encryptedNameBytes}, and paths of 4095;`,
    `the name of a target may have ${suffixBytes} bytes less. Pass another target`,
  ];
  return sentences.join(" ");
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

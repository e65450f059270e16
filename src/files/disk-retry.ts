import { unlink } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { codeOf } from "./disk-errors.ts";

/** What a system says while another program, such as a virus scanner, holds a file. Some mean a permission more often. */
const inUseCodes = ["EBUSY", "EPERM", "EACCES"];

/** Nobody waits much longer for a failure that stays. */
const defaultDelaysMs = [20, 80, 320, 1280];

/**
 * Works on a file. Tries again while another program may hold it.
 *
 * @param delaysMs - Delays before the second and each further try.
 */
export async function retryWhileInUse<T>(
  work: () => Promise<T>,
  delaysMs: readonly number[] = defaultDelaysMs,
): Promise<T> {
  for (const delayMs of delaysMs) {
    try {
      return await work();
    } catch (error) {
      if (!inUseCodes.includes(codeOf(error) ?? "")) throw error;
    }
    await sleep(delayMs);
  }
  return work();
}

/** Removes a file, if there is one. */
export function removeFile(path: string): Promise<void> {
  // Not `rm`: it reports a missing permission as ENOTDIR, because it then tries `rmdir`.
  return retryWhileInUse(() => unlink(path)).catch((error: unknown) => {
    if (codeOf(error) !== "ENOENT") throw error;
  });
}

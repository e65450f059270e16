import type { FileHandle } from "node:fs/promises";
import type { Digest } from "../download/digest.ts";
import { startDigestCheck } from "../download/integrity.ts";

/** Hashes a file, until the signal aborts. @returns What is wrong, if a digest does not hold. */
export async function findMismatchInFile(
  file: FileHandle,
  digests: readonly Digest[],
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const check = await startDigestCheck(digests);
  if (check === undefined) return undefined;
  const pieces = file.createReadStream({ start: 0, autoClose: false, highWaterMark: 1 << 20 });
  for await (const piece of pieces) {
    signal?.throwIfAborted();
    check.update(piece);
  }
  return check.end();
}

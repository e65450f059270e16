import type { FileHandle } from "node:fs/promises";
import type { Digest } from "../download/digest.ts";
import { startDigestCheck } from "../download/integrity.ts";

/** Hashes a file. @returns What is wrong, if a digest does not hold. */
export async function findMismatchInFile(file: FileHandle, digests: readonly Digest[]): Promise<string | undefined> {
  const check = await startDigestCheck(digests);
  if (check === undefined) return undefined;
  const pieces = file.createReadStream({ start: 0, autoClose: false, highWaterMark: 1 << 20 });
  for await (const piece of pieces) check.update(piece);
  return check.end();
}

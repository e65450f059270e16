import { isChenyuError } from "../../src/index.ts";
import type { InterruptedFile, InterruptedStream } from "./downloads.ts";

export function expectSame(what: string, actual: Uint8Array, expected: Uint8Array): void {
  if (Buffer.compare(actual, expected) === 0) return;
  const at = actual.findIndex((byte, index) => byte !== expected[index]);
  const sizes = `${actual.length} bytes, expected ${expected.length}`;
  throw new Error(`${what}: ${sizes}, the first other one at ${at === -1 ? actual.length : at}`);
}

/** Expects one of two versions of a file, whole. */
export function expectOneOf({ bytes, file }: InterruptedFile, before: Buffer, after: Buffer): string {
  if (file.size !== bytes.length) throw new Error(`${file.size} bytes are announced, ${bytes.length} are there`);
  if (bytes.equals(before)) return "old";
  expectSame("the file is neither the old nor the new one; from the new one", bytes, after);
  return "new";
}

/**
 * Expects the whole file, or an error after some of its first bytes.
 *
 * @param failure - The kind or name of the error; `undefined` if there may be none.
 */
export function expectPrefix({ bytes, error }: InterruptedStream, whole: Buffer, failure: string | undefined): string {
  expectSame("the stream", bytes, whole.subarray(0, bytes.length));
  if (error === undefined) {
    expectSame("the stream", bytes, whole);
    return "whole";
  }
  if (!isChenyuError(error)) throw error;
  const kind = error.name === "DownloadError" ? error.kind : error.name;
  if (kind !== failure) throw error;
  return `${kind} after ${bytes.length} bytes`;
}

export function describe({ progress: { resumes, restarts, refreshes } }: InterruptedFile): string {
  return `resumes ${resumes}, restarts ${restarts}, refreshes ${refreshes}`;
}

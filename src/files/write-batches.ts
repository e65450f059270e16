import type { FileHandle } from "node:fs/promises";

// How much is written at once, and how long it stays in memory. A killed process loses this much.
const batchBytes = 1 << 20;
const batchMs = 1000;

/**
 * Writes a stream in large batches. The next batch is read while one is written.
 *
 * @param position - Where the first byte goes.
 * @param mayWriteRest - Whether the last bytes of a stream that has failed are written, too.
 */
export async function writeInBatches(
  stream: ReadableStream<Uint8Array>,
  position: number,
  write: (batch: Uint8Array[], position: number) => Promise<void>,
  mayWriteRest: () => boolean = () => true,
): Promise<void> {
  const reader = stream.getReader();
  let batch: Uint8Array[] = [];
  let length = 0;
  let begunAt = performance.now();
  let writing = Promise.resolve();

  async function writeBatch(): Promise<void> {
    await writing;
    if (length === 0) return;
    writing = write(batch, position);
    // If it fails, no more bytes are wanted, and the next ones may take long to arrive. Whoever awaits it gets the failure.
    writing.catch(() => reader.cancel()).catch(() => {});
    position += length;
    [batch, length, begunAt] = [[], 0, performance.now()];
  }

  async function finish(): Promise<void> {
    await writeBatch();
    await writing;
  }

  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      batch.push(value);
      length += value.length;
      if (length >= batchBytes || performance.now() - begunAt >= batchMs) await writeBatch();
    }
  } catch (error) {
    // This is the failure to report, whatever becomes of the last bytes.
    await (mayWriteRest() ? finish() : writing).catch(() => {});
    throw error;
  }
  await finish();
}

/** Writes all pieces. The system may write less at once. */
export async function writeAll(file: Pick<FileHandle, "writev">, batch: Uint8Array[], position: number): Promise<void> {
  for (let rest = batch, at = position; rest.length > 0;) {
    const { bytesWritten } = await file.writev(rest, at);
    at += bytesWritten;
    rest = dropFirst(rest, bytesWritten);
  }
}

/** The pieces without their first bytes. */
function dropFirst(pieces: Uint8Array[], bytes: number): Uint8Array[] {
  let at = 0;
  return pieces.flatMap((piece) => {
    const from = Math.max(bytes - at, 0);
    at += piece.length;
    return from < piece.length ? [piece.subarray(from)] : [];
  });
}

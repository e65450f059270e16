import type { FileHandle } from "node:fs/promises";

/** How much is written at once, and how long it may lie in memory: what a killed process loses. */
const batchBytes = 1 << 20;
const batchMs = 1000;

/**
 * Writes a stream in large pieces, of which the next one comes while one is written. However the stream ends, all that came
 * is written.
 *
 * @param write - Writes pieces from a position on.
 */
export async function writeInBatches(
  stream: ReadableStream<Uint8Array>,
  position: number,
  write: (batch: Uint8Array[], position: number) => Promise<void>,
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
    // Whoever waits for it is told. No more bytes are wanted then, and it may be long until the next ones come.
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
    // It has ended so, whatever becomes of the last bytes.
    await finish().catch(() => {});
    throw error;
  }
  await finish();
}

/** Writes all of the pieces: the system may take less at once. */
export async function writeAll(file: Pick<FileHandle, "writev">, batch: Uint8Array[], position: number): Promise<void> {
  for (let rest = batch, at = position; rest.length > 0;) {
    const { bytesWritten } = await file.writev(rest, at);
    at += bytesWritten;
    rest = behind(rest, bytesWritten);
  }
}

/** What follows on the first bytes of the pieces. */
function behind(pieces: Uint8Array[], bytes: number): Uint8Array[] {
  let at = 0;
  return pieces.flatMap((piece) => {
    const from = Math.max(bytes - at, 0);
    at += piece.length;
    return from < piece.length ? [piece.subarray(from)] : [];
  });
}

/** How the pieces of a stream are written: in batches of 1 MiB, or of what arrived in one second. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { writeAll, writeInBatches } from "../../src/files/write-batches.ts";
import { caught } from "../helpers/caught.ts";

const piece = new Uint8Array(64 * 1024);

/** A stream that calls `pull` only when its reader waits for a piece, so that it reads nothing ahead. */
function streamOf(pull: UnderlyingDefaultSource<Uint8Array>["pull"] & {}): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull }, { highWaterMark: 0 });
}

/** A stream that gives a number of pieces, then fails. */
function failingStream(pieces: number, reason: Error): ReadableStream<Uint8Array> {
  let pulls = 0;
  return streamOf((controller) => {
    if (++pulls > pieces) controller.error(reason);
    else controller.enqueue(piece);
  });
}

test.concurrent("writeInBatches reads no more than two batches ahead of a slow disk", async () => {
  let [read, written, ahead] = [0, 0, 0];
  const stream = streamOf((controller) => {
    read += piece.length;
    ahead = Math.max(ahead, read - written);
    controller.enqueue(piece);
    if (read >= 20_000_000) controller.close();
  });
  await writeInBatches(stream, 0, async (batch) => {
    await sleep(10);
    written += batch.reduce((sum, { length }) => sum + length, 0);
  });
  expect(written).toBe(read);
  expect(ahead).toBeLessThanOrEqual(2 * 1024 * 1024 + piece.length);
});

test.concurrent("writeInBatches rejects at once when the disk fails, although the stream never ends", async () => {
  let isCancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let count = 0; count < 17; count++) controller.enqueue(piece);
    },
    cancel() {
      isCancelled = true;
    },
  });
  const reason = new Error("full");
  expect(await caught(writeInBatches(stream, 0, () => Promise.reject(reason)))).toBe(reason);
  expect(isCancelled).toBe(true);
});

test.concurrent("writeInBatches writes what arrived before the stream failed, and rejects as it did", async () => {
  const reason = new Error("cut off");
  const positions: number[] = [];
  const write = async (_batch: Uint8Array[], position: number): Promise<void> => void positions.push(position);
  expect(await caught(writeInBatches(failingStream(20, reason), 7, write))).toBe(reason);
  expect(positions).toEqual([7, 7 + 16 * piece.length]);
});

test.concurrent("writeInBatches rejects as the stream did when its last bytes cannot be written either", async () => {
  const reason = new Error("aborted");
  const write = (): Promise<never> => Promise.reject(new Error("full"));
  expect(await caught(writeInBatches(failingStream(1, reason), 0, write))).toBe(reason);
});

test.concurrent("writeInBatches writes once a second when bytes arrive slowly", async () => {
  let [pulls, writes] = [0, 0];
  const stream = streamOf(async (controller) => {
    await sleep(300);
    if (++pulls > 9) controller.close();
    else controller.enqueue(new Uint8Array(1));
  });
  await writeInBatches(stream, 0, async () => void writes++);
  expect(writes).toBeGreaterThanOrEqual(2);
  expect(writes).toBeLessThanOrEqual(4);
});

test.each([1, 3, 4, 5, 100])(
  "writeAll writes every piece, in order, when the system writes at most %i bytes at a time",
  async (most) => {
    const pieces = ["0123", "", "4", "56789"].map((text) => Buffer.from(text));
    const written = Buffer.alloc(12, ".");
    const writev = async (buffers: readonly NodeJS.ArrayBufferView[], position?: number | null): Promise<never> => {
      const bytes = Buffer.concat(buffers as Uint8Array[]).subarray(0, most);
      bytes.copy(written, position!);
      return { bytesWritten: bytes.length, buffers } as never;
    };
    await writeAll({ writev }, pieces, 2);
    expect(written.toString()).toBe("..0123456789");
  },
);

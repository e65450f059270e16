import { runCallback } from "../core/callback.ts";
import { childController, type ChildController } from "../core/child-controller.ts";
import { untilAbort } from "../core/until-abort.ts";
import type { Cursor } from "./cursor.ts";
import { createContentReader, type ContentReader } from "./read.ts";
import type { Source } from "./source.ts";

const progressEveryMs = 100;

/**
 * Makes a stream of the content. It requests nothing before the first read, and releases all that it holds when it ends.
 *
 * @param onRead - Called when somebody reads or cancels it.
 */
export function streamContent(source: Source, cursor: Cursor, onRead: () => void): ReadableStream<Uint8Array> {
  let session: { reader: ContentReader; ending: ChildController } | undefined;
  let reportedAt = -Infinity;

  function open(): NonNullable<typeof session> {
    onRead();
    source.settings.signal?.throwIfAborted();
    const ending = childController(source.settings.signal);
    return { ending, reader: createContentReader(source, cursor, ending.signal) };
  }

  function close(): void {
    session?.ending.release();
    session?.reader.close();
  }

  async function reportProgress(signal: AbortSignal): Promise<void> {
    const { onProgress } = source.settings;
    if (onProgress === undefined) return;
    const { position, end, range, resumes, restarts } = cursor;
    const totalBytes = end === undefined ? undefined : end - range.start;
    const receivedBytes = position - range.start;
    const progress = { receivedBytes, totalBytes, resumes, restarts, refreshes: source.refreshes };
    reportedAt = performance.now();
    await untilAbort(signal, () => runCallback(() => onProgress(progress)));
  }

  return new ReadableStream(
    {
      async pull(controller) {
        try {
          session ??= open();
          const bytes = await session.reader.read();
          // The end is reported when the last read says so.
          const isDue = cursor.position !== cursor.end && performance.now() - reportedAt >= progressEveryMs;
          if (bytes === undefined || isDue) await reportProgress(session.ending.signal);
          if (bytes !== undefined) return controller.enqueue(bytes);
          close();
          controller.close();
        } catch (error) {
          close();
          throw error;
        }
      },
      cancel() {
        onRead();
        session?.ending.abort();
        close();
      },
    },
    { highWaterMark: 0 },
  );
}

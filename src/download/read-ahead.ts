type Piece = ReadableStreamReadResult<Uint8Array>;

/** Reads the body of a response. */
export type BodyReader = Pick<ReadableStreamDefaultReader<Uint8Array>, "read" | "cancel">;

/** How much is read ahead, in bytes. It must be more than what waits inside `fetch`: less than 192 KiB. */
const aheadBytes = 256 * 1024;
/** How much is read ahead if nobody knows where the body ends, because any byte may be the last one. */
const unknownEndBytes = 16 * 1024 * 1024;

/**
 * Reads a body ahead of its caller. The last bytes are read at once, however slow the caller is.
 *
 * The `fetch` of Node 22 and 24 (undici 6.28 and 7) ends the whole process if the host closes the connection while all
 * bytes that it has sent wait to be read. This file can go when the oldest supported version of Node has undici 8.
 *
 * A failure is delivered after the bytes that came before it.
 *
 * @param left - Number of bytes that the body has; `NaN` if nobody knows.
 * @see https://github.com/nodejs/undici/issues/5360
 */
export function readAhead(body: BodyReader, left: number): BodyReader {
  const pieces: Promise<Piece>[] = [];
  let waitingBytes = 0;
  /** Whether a read is under way. Stays true after the end and after a failure. */
  let isReading = false;

  function mayRead(): boolean {
    if (Number.isNaN(left)) return waitingBytes < unknownEndBytes;
    return waitingBytes < aheadBytes || (left >= 0 && left <= aheadBytes);
  }

  function readOn(): void {
    if (isReading || !mayRead()) return;
    const piece = readPiece();
    piece.catch(() => {}); // the caller gets the failure when it reads this piece
    pieces.push(piece);
  }

  // The next read starts before any event of the connection, which may be its end: only a promise is awaited between.
  async function readPiece(): Promise<Piece> {
    isReading = true;
    const piece = await body.read();
    if (piece.done) return piece;
    left -= lengthOf(piece);
    waitingBytes += lengthOf(piece);
    isReading = false;
    readOn();
    return piece;
  }

  readOn();
  return {
    async read() {
      const piece = await pieces.shift()!;
      waitingBytes -= lengthOf(piece);
      readOn();
      return piece;
    },
    cancel: () => body.cancel(),
  };
}

/** A custom `fetch` may give pieces of any type. */
function lengthOf({ value }: Piece): number {
  return value?.length ?? 0;
}

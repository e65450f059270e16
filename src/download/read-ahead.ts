type Piece = ReadableStreamReadResult<Uint8Array>;

/** Reads the body of a response. */
export type BodyReader = Pick<ReadableStreamDefaultReader<Uint8Array>, "read" | "cancel">;

/** How much is read ahead, in bytes. More than undici lets wait, which is less than 192 KiB. */
const aheadBytes = 256 * 1024;
/** How much is read ahead where nobody knows the end of the body, so that any byte may be the last one. */
const unknownEndBytes = 16 * 1024 * 1024;

/**
 * Makes a reader that reads ahead of its caller, above all the last bytes. A failure comes after the bytes before it.
 *
 * undici 6 and 7, the `fetch` of Node 22 and 24, end the whole process if the host closes the connection while all of
 * the bytes received wait to be read. It can go when the oldest supported version of Node has undici 8.
 *
 * @param end - Position where the body ends, if that is known.
 * @param at - Position of its first byte.
 * @see https://github.com/nodejs/undici/issues/5360
 */
export function readAhead(body: BodyReader, end: number | undefined, at: number): BodyReader {
  let left = (end ?? Number.NaN) - at;
  const pieces: Promise<Piece>[] = [];
  let waitingBytes = 0;
  /** Whether a read is under way, or was the last one. */
  let isReading = false;

  function mayRead(): boolean {
    if (Number.isNaN(left)) return waitingBytes < unknownEndBytes;
    return waitingBytes < aheadBytes || (left >= 0 && left <= aheadBytes);
  }

  function readOn(): void {
    if (isReading || !mayRead()) return;
    const piece = readPiece();
    piece.catch(() => {}); // whoever reads the piece gets the failure
    pieces.push(piece);
  }

  // Between two reads there must be no wait but that of promises, because the connection may close in any other.
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
      readOn();
      const piece = await pieces.shift()!;
      waitingBytes -= lengthOf(piece);
      return piece;
    },
    cancel: () => body.cancel(),
  };
}

/** A custom `fetch` may give anything for a piece. */
function lengthOf({ value }: Piece): number {
  return value?.length ?? 0;
}

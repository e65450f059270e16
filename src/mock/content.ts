import { createHash } from "node:crypto";
import { drawPicture, frameLength, frameOf } from "./picture.ts";

/** Made-up bytes of a file: always the same for an id, had from any position, never held whole. */
export interface Content {
  size: number;
  mimeType: string;
  /** A strong validator. */
  etag: string;
  lastModified: string;
  /** Gives the bytes from `start` up to `end`, which is not included. */
  read(start: number, end: number): Generator<Uint8Array>;
}

/** Makes the content of an asset: a picture that decodes, JSON that parses, or bytes of no meaning. */
export function makeContent(id: string, mimeType: string, size: number): Content {
  const seed = createHash("sha256").update(id).digest("hex");
  const parts = partsOf(id, mimeType, size, seed);
  return {
    size,
    mimeType,
    etag: `"${seed.slice(0, 16)}-${size.toString(16)}"`,
    lastModified: "Mon, 15 Jun 2026 04:00:00 GMT",
    *read(start, end) {
      let offset = 0;
      for (const { length, read } of parts) {
        const from = Math.max(start - offset, 0);
        const to = Math.min(end - offset, length);
        if (from < to) yield* read(from, to);
        offset += length;
      }
    },
  };
}

/** A stretch of the content. */
type Part = Pick<Content, "read"> & { length: number };

function partsOf(id: string, mimeType: string, size: number, seed: string): Part[] {
  if (mimeType === "image/png") {
    const { head, tail } = drawPicture(id, seed);
    const padding = filler(size - head.length - tail.length - frameLength, seed);
    if (padding.length >= 0) {
      // In a chunk of our own, which decoders pass over.
      const [before, after] = frameOf("moCk", padding.length, padding.read(0, padding.length));
      return [whole(head), whole(before), padding, whole(after), whole(tail)];
    }
  }
  if (mimeType === "application/json") {
    const json = Buffer.from(`${JSON.stringify({ asset_id: id })}\n`);
    if (json.length <= size) return [whole(json), whole(Buffer.alloc(size - json.length, " "))];
  }
  return [filler(size, seed)];
}

function whole(bytes: Buffer): Part {
  return {
    length: bytes.length,
    *read(start, end) {
      yield bytes.subarray(start, end);
    },
  };
}

const blockLength = 65_536;
const recordLength = 1024;

/** Bytes in records that begin with their position in this part: two pieces put together wrongly show. */
function filler(length: number, seed: string): Part {
  return {
    length,
    *read(start, end) {
      for (let at = start - (start % blockLength); at < end; at += blockLength) {
        const block = Buffer.alloc(blockLength, seed);
        for (let record = 0; record < blockLength; record += recordLength) {
          block.write(`\n${String(at + record).padStart(15, "0")} `, record);
        }
        yield block.subarray(Math.max(start - at, 0), Math.min(end - at, blockLength));
      }
    },
  };
}

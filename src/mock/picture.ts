import { crc32, deflateSync } from "node:zlib";

/** Six rows of three pixels for each hexadecimal digit: an octal digit is a row, its bits are the pixels. */
const glyphs = "075557026227071747071717055711074717074757071111075757075717075755065656074447065556074747074744";
const glyphRows = 6;
const glyphsPerLine = 16;
const lines = 2;
/** Pixels for each pixel of a glyph: as many as a hexadecimal digit has bits. */
const scale = 4;
const width = glyphsPerLine * 4 * scale;
const height = (lines * glyphRows + 1) * scale;

/**
 * Draws the hexadecimal digits of an id, 16 on each line, in a colour that depends on the seed.
 *
 * @param seed - Hexadecimal digits. The first six are the colour of the background.
 * @returns The PNG in two pieces. More chunks may stand between them.
 * @see https://www.w3.org/TR/png-3/
 */
export function drawPng(id: string, seed: string): [head: Buffer, tail: Buffer] {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([1, 3], 8); // one bit for each pixel, which selects one of two colours
  const dark = [0, 2, 4].map((at) => Number.parseInt(seed.slice(at, at + 2), 16) >> 1);
  const palette = Buffer.from([...dark, 255, 255, 255]); // background and digits
  const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
  const pixels = deflateSync(Buffer.concat(pixelRows(id.replace(/^asset_/, ""))));
  const chunks = [makeChunk("IHDR", header), makeChunk("PLTE", palette), makeChunk("IDAT", pixels)];
  return [Buffer.concat([signature, ...chunks]), makeChunk("IEND", Buffer.alloc(0))];
}

/** Draws the rows of pixels. Before each stands a byte that means "not filtered". */
function pixelRows(text: string): Buffer[] {
  return Array.from({ length: height / scale }, (_, row) => {
    const line = text.slice(Math.floor(row / glyphRows) * glyphsPerLine).slice(0, glyphsPerLine);
    const octal = Array.from(
      line,
      (digit) => glyphs[Number.parseInt(digit, 16) * glyphRows + (row % glyphRows)] ?? "0",
    );
    const bits = octal.map((digit) => Number(digit).toString(2).padStart(4, "0")).join("");
    const hex = `00${bits.replaceAll("1", "f").padEnd(width / scale, "0")}`;
    return Array.from({ length: scale }, () => Buffer.from(hex, "hex"));
  }).flat();
}

function makeChunk(type: string, data: Buffer): Buffer {
  const [head, tail] = chunkFrame(type, data.length, [data]);
  return Buffer.concat([head, data, tail]);
}

/** How many bytes a chunk has besides its data. */
export const chunkFrameLength = 12;

/** Makes the bytes before and after the data of a chunk. @see https://www.w3.org/TR/png-3/#5Chunk-layout */
export function chunkFrame(type: string, length: number, data: Iterable<Uint8Array>): [head: Buffer, tail: Buffer] {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(length);
  head.write(type, 4);
  let checksum = crc32(head.subarray(4));
  for (const bytes of data) checksum = crc32(bytes, checksum);
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE(checksum);
  return [head, tail];
}

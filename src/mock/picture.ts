import { crc32, deflateSync } from "node:zlib";

// The hexadecimal digits, 3 by 5: an octal digit a row, a bit a pixel.
const glyphs: Record<string, string> = {
  "0": "75557",
  "1": "26227",
  "2": "71747",
  "3": "71717",
  "4": "55711",
  "5": "74717",
  "6": "74757",
  "7": "71111",
  "8": "75757",
  "9": "75717",
  a: "75755",
  b: "65656",
  c: "74447",
  d: "65556",
  e: "74747",
  f: "74744",
};
const glyphRows = 5;
const glyphsPerLine = 16;
const lines = 2;
/** Pixels to a pixel of a glyph: as many as a hexadecimal digit has bits. */
const scale = 4;
const width = glyphsPerLine * 4 * scale;
const height = (lines * (1 + glyphRows) + 1) * scale;

/**
 * Draws the hexadecimal digits of an id, 16 a line, in colours of its own.
 *
 * @param seed - Hexadecimal digits that choose the colours.
 * @returns The PNG in two pieces: further chunks may come between them.
 * @see https://www.w3.org/TR/png-3/
 */
export function drawPicture(id: string, seed: string): { head: Buffer; tail: Buffer } {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([1, 3], 8); // one bit a pixel, which chooses one of two colours
  const dark = [0, 2, 4].map((at) => Number.parseInt(seed.slice(at, at + 2), 16) >> 1);
  const palette = Buffer.from([...dark, 255, 255, 255]); // the ground, and the digits
  const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
  const pixels = deflateSync(Buffer.concat(rowsOf(id.replace(/^asset_/, ""))));
  return {
    head: Buffer.concat([signature, chunk("IHDR", header), chunk("PLTE", palette), chunk("IDAT", pixels)]),
    tail: chunk("IEND", Buffer.alloc(0)),
  };
}

/** The rows of pixels, each after a byte that says "not filtered". */
function rowsOf(text: string): Buffer[] {
  return Array.from({ length: height / scale }, (_, row) => {
    const line = text.slice(Math.floor(row / (1 + glyphRows)) * glyphsPerLine).slice(0, glyphsPerLine);
    const octal = Array.from(line, (character) => glyphs[character]?.[(row % (1 + glyphRows)) - 1] ?? "0");
    const bits = octal.map((digit) => `0${Number(digit).toString(2).padStart(3, "0")}`).join("");
    const hex = `00${bits.replaceAll("1", "f").padEnd(width / scale, "0")}`;
    return Array.from({ length: scale }, () => Buffer.from(hex, "hex"));
  }).flat();
}

function chunk(type: string, data: Buffer): Buffer {
  const [head, tail] = frameOf(type, data.length, [data]);
  return Buffer.concat([head, data, tail]);
}

/** How much longer a chunk is than its data. */
export const frameLength = 12;

/** Makes what stands before and after the data of a chunk. @see https://www.w3.org/TR/png-3/#5Chunk-layout */
export function frameOf(type: string, length: number, data: Iterable<Uint8Array>): [head: Buffer, tail: Buffer] {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(length);
  head.write(type, 4);
  let checksum = crc32(head.subarray(4));
  for (const bytes of data) checksum = crc32(bytes, checksum);
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE(checksum);
  return [head, tail];
}

/**
 * Media that play or decode, whatever their size: the rest is a part that decoders ignore.
 *
 * @returns The bytes before the rest. `undefined` if the size is too small or too large, or the media type is another one.
 */
export function makeMediaHead(mimeType: string, size: number): Buffer | undefined {
  if (mimeType === "video/mp4" && size >= video.length + freeBoxLength) {
    return Buffer.concat([video, freeBox(size - video.length)]);
  }
  if (mimeType === "image/jpeg" && size >= jpeg.length) return jpeg; // decoders stop at its end
  if (mimeType === "audio/wav") return makeRiffHead("WAVE", toneChunks, size);
  if (mimeType === "image/webp") return makeRiffHead("WEBP", webpChunk, size);
  return undefined;
}

// Made for this project, under its licence, with FFmpeg 5.1 and libvpx 1.12: a white square that moves on blue for two
// seconds, 256 × 144. VP9, because every free browser plays it, unlike H.264.
//
//     ffmpeg -f lavfi -i "color=c=0x203060:size=256x144:rate=5:duration=2[a];color=c=white:size=32x32:rate=5:duration=2[b];
//     [a][b]overlay=x='32+n*16':y=56:eval=frame:format=yuv420" -pix_fmt yuv420p -c:v libvpx-vp9 -b:v 0 -crf 55 -deadline best
//     -g 999 -auto-alt-ref 0 -fflags +bitexact -flags:v +bitexact -empty_hdlr_name 1 -movflags +faststart video.mp4
const video = Buffer.from(
  "AAAAHGZ0eXBpc29tAAACAGlzb21pc28ybXA0MQAAAwptb292AAAAbG12aGQAAAAAAAAAAAAAAAAAAAPoAAAH0AABAAABAAAAAAAAAAAAAAAA" +
    "AQAAAAAAAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAACAAACWXRyYWsAAABcdGtoZAAA" +
    "AAMAAAAAAAAAAAAAAAEAAAAAAAAH0AAAAAAAAAAAAAAAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAEAAAAABAAAAAJAA" +
    "AAAAACRlZHRzAAAAHGVsc3QAAAAAAAAAAQAAB9AAAAAAAAEAAAAAAdFtZGlhAAAAIG1kaGQAAAAAAAAAAAAAAAAAACgAAABQAFXEAAAAAAAh" +
    "aGRscgAAAAAAAAAAdmlkZQAAAAAAAAAAAAAAAAAAAAGIbWluZgAAABR2bWhkAAAAAQAAAAAAAAAAAAAAJGRpbmYAAAAcZHJlZgAAAAAAAAAB" +
    "AAAADHVybCAAAAABAAABSHN0YmwAAACoc3RzZAAAAAAAAAABAAAAmHZwMDkAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAABAACQAEgAAABIAAAA" +
    "AAAAAAEPTGF2YyBsaWJ2cHgtdnA5AAAAAAAAAAAAAAAAAAAAAAAY//8AAAAUdnBjQwEAAAAACoICAgIAAAAAAApmaWVsAQAAAAAQcGFzcAAA" +
    "AAEAAAABAAAAFGJ0cnQAAAAAAAAD9AAAA/QAAAAYc3R0cwAAAAAAAAABAAAACgAACAAAAAAUc3RzcwAAAAAAAAABAAAAAQAAABxzdHNjAAAA" +
    "AAAAAAEAAAABAAAACgAAAAEAAAA8c3RzegAAAAAAAAAAAAAACgAAAEQAAAAZAAAAFAAAABQAAAAUAAAAFAAAABQAAAAUAAAAFAAAABQAAAAU" +
    "c3RjbwAAAAAAAAABAAADNgAAAD11ZHRhAAAANW1ldGEAAAAAAAAAIWhkbHIAAAAAAAAAAG1kaXJhcHBsAAAAAAAAAAAAAAAACGlsc3QAAAAI" +
    "ZnJlZQAAAQVtZGF0gkmDQgAP8Aj2ADgkHBkiAABwZ9ir2gAAAHylLN68U+QOiJCC2RnEDUeC3qp8CmDMoE7nO9pCN/UWe/pp6PkL4nuQrjCG" +
    "AECSHABbgAADYAAAYWx7RtwEW8P55BSAhgBAkhwAWoAAAyAAAFtLbjxZwACGAECSHABbgAADIAAAW0tuPFnAAIYAQJIcAFlAAAMgAABbS248" +
    "WcAAhgBAkhwAW4AAA2AAAFp4HoIRyrCGAECSHABagAADIAAAWnhOPFnAAIYAQJIcAFuAAAMgAABaeE48WcAAhgBAkpwAVwAAAyAAAFp4TjxZ" +
    "wACGAECSHABbgAADIAAAWkXBp21SgA==",
  "base64",
);

const freeBoxLength = 16;

/** Makes the head of a box that players skip. @see https://www.w3.org/TR/mse-byte-stream-format-isobmff/ */
function freeBox(length: number): Buffer {
  const head = Buffer.alloc(freeBoxLength);
  head.writeUInt32BE(1); // the length follows the type, because it may need 64 bits
  head.write("free", 4);
  head.writeBigUInt64BE(BigInt(length), 8);
  return head;
}

// 16 × 16 pixels of grey, made with ImageMagick: convert -size 16x16 xc:gray -colorspace Gray -quality 20 -strip
const jpeg = Buffer.from(
  "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKrarYqMyP/L2u71////m8H/" +
    "///6/+b9//j/wAALCAAQABABAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AAP/Z",
  "base64",
);

// 16 × 16 pixels of blue, made with ImageMagick: convert -size 16x16 xc:#203060 -define webp:lossless=true -strip
const webpChunk = Buffer.from("VlA4TBEAAAAvD8ADAAdQmIIUrP+BiOh/AAA=", "base64");

const samplesPerSecond = 8000;

/** One second of a tone of 440 Hz, in 8 bits. @see https://www.mmsp.ece.mcgill.ca/Documents/AudioFormats/WAVE/WAVE.html */
const toneChunks = Buffer.concat([
  makeRiffChunk("fmt ", 16, waveFormat()),
  makeRiffChunk("data", samplesPerSecond, tone()),
]);

function waveFormat(): Buffer {
  const format = Buffer.alloc(16);
  format.writeUInt16LE(1); // PCM
  format.writeUInt16LE(1, 2); // one channel
  format.writeUInt32LE(samplesPerSecond, 4);
  format.writeUInt32LE(samplesPerSecond, 8); // bytes a second
  format.writeUInt16LE(1, 12); // bytes for each sample
  format.writeUInt16LE(8, 14); // bits for each sample
  return format;
}

function tone(): Buffer {
  const sample = (at: number): number => 128 + Math.round(60 * Math.sin((2 * Math.PI * 440 * at) / samplesPerSecond));
  return Buffer.from(Array.from({ length: samplesPerSecond }, (_, at) => sample(at)));
}

const maxRiffSize = 0xffff_ffff;

/** Makes the bytes before the filler, which stands in a chunk of an unknown type. */
function makeRiffHead(form: string, chunks: Buffer, size: number): Buffer | undefined {
  const end = size - (size % 2); // the length of a chunk is even; a last odd byte stands behind them all
  const fillerLength = end - 20 - chunks.length;
  if (fillerLength < 0 || end > maxRiffSize) return undefined;
  const filler = makeRiffChunk("moCk", fillerLength, Buffer.alloc(0));
  return makeRiffChunk("RIFF", end - 8, Buffer.concat([Buffer.from(form), chunks, filler]));
}

function makeRiffChunk(type: string, length: number, data: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(type);
  head.writeUInt32LE(length, 4);
  return Buffer.concat([head, data]);
}

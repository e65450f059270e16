/** Contents are media that other programs play or decode, whatever their size. */
import { execFile } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { makeContent } from "../../src/mock/content.ts";
import { startMockServer } from "../../src/mock.ts";
import { openTab } from "../helpers/chromium.ts";
import { findProgram } from "../helpers/programs.ts";
import { makeFolder } from "../helpers/temporary-folder.ts";

const mock = await startMockServer();
afterAll(() => mock.close());

const run = promisify(execFile);
const ffprobe = findProgram("ffprobe", "-version");
const identify = findProgram("identify", "-version");
const chromium = findProgram("chromium");

function bytesOf(mimeType: string, size: number): Buffer {
  return Buffer.concat([...makeContent("asset_1", mimeType, size).read(0, size)]);
}

/** Lists the parts of a file: boxes of MP4, or chunks of RIFF. */
function partsOf(bytes: Buffer): [type: string, length: number][] {
  const isRiff = bytes.toString("latin1", 0, 4) === "RIFF";
  const parts: [string, number][] = [];
  for (let at = isRiff ? 12 : 0; at < bytes.length - 1;) {
    const type = bytes.toString("latin1", isRiff ? at : at + 4, isRiff ? at + 4 : at + 8);
    const short = isRiff ? 8 + bytes.readUInt32LE(at + 4) : bytes.readUInt32BE(at);
    const length = isRiff || short !== 1 ? short + (isRiff ? short % 2 : 0) : Number(bytes.readBigUInt64BE(at + 8));
    parts.push([type, length]);
    at += length;
  }
  return parts;
}

describe("whatever its size, the file consists of whole parts", () => {
  const smallest = { "video/mp4": 1091, "audio/wav": 8052, "image/webp": 46 };
  const sizes = Object.entries(smallest).flatMap(([mimeType, size]) =>
    [size, size + 1, size + 17, 100_000, 100_001].map((each): [string, number] => [mimeType, each]),
  );
  test.each(sizes)("%s of %i bytes", (mimeType, size) => {
    const bytes = bytesOf(mimeType, size);
    expect(bytes).toHaveLength(size);
    const parts = partsOf(bytes);
    expect(parts.map(([type]) => type)).toEqual(
      { "video/mp4": ["ftyp", "moov", "free", "mdat", "free"], "audio/wav": ["fmt ", "data", "moCk"] }[mimeType] ?? [
        "VP8L",
        "moCk",
      ],
    );
    const isRiff = mimeType !== "video/mp4";
    const end = isRiff ? size - (size % 2) : size;
    expect(parts.reduce((sum, [, length]) => sum + length, isRiff ? 12 : 0)).toBe(end);
    if (isRiff) expect(bytes.readUInt32LE(4)).toBe(end - 8);
  });

  test.each(Object.entries(smallest))("%s is bytes without meaning below %i", (mimeType, size) => {
    expect(
      bytesOf(mimeType, size - 1)
        .subarray(0, 20)
        .toString("latin1"),
    ).not.toMatch(/ftyp|RIFF/);
  });

  test.each([
    ["video/mp4", "ftyp"],
    ["audio/wav", "0000"],
    ["image/webp", "0000"],
    ["image/png", "\r\n\x1a\n"],
  ])("%s of 5 GB is a medium if its format allows that size", (mimeType, expected) => {
    const [start] = [...makeContent("asset_1", mimeType, 5e9).read(4, 8)].filter(({ length }) => length > 0);
    expect(Buffer.from(start!).toString()).toBe(expected);
  });
});

describe.skipIf(ffprobe === undefined)("ffprobe", () => {
  async function probe(address: string): Promise<Record<string, unknown>> {
    const { stdout, stderr } = await run(ffprobe!, [
      "-v",
      "warning",
      "-of",
      "json",
      "-show_streams",
      "-count_frames",
      address,
    ]);
    expect(stderr).toBe("");
    return JSON.parse(stdout).streams[0];
  }

  const film = { codec_name: "vp9", width: 256, height: 144, nb_read_frames: "10", duration: "2.000000" };
  test.each(["video", "noRanges", "large", "drops"] as const)("plays the video of %s", async (name) => {
    expect(await probe(`${mock.url}/assets/${testAssets[name].asset_id}/content`)).toMatchObject(film);
  });

  test.each(["audio", "redirects"] as const)("plays the sound of %s", async (name) => {
    const sound = { codec_name: "pcm_u8", sample_rate: "8000", channels: 1, duration: "1.000000" };
    expect(await probe(`${mock.url}/assets/${testAssets[name].asset_id}/content`)).toMatchObject(sound);
  });
});

describe.skipIf(identify === undefined)("identify", () => {
  test.each([
    ["image/png", "PNG 256 52"],
    ["image/webp", "WEBP 16 16"],
    ["image/jpeg", "JPEG 16 16"],
  ])("decodes %s", async (mimeType, expected) => {
    await using folder = await makeFolder();
    for (const size of [5000, 102_400, 102_401, 5_000_000]) {
      await writeFile(folder.at("a"), bytesOf(mimeType, size));
      const { stdout, stderr } = await run(identify!, ["-regard-warnings", "-format", "%m %w %h", folder.at("a")]);
      expect([stdout, stderr]).toEqual([expected, ""]);
    }
  });
});

/** Plays each medium of the page's list, and posts what came of it. */
const page = `<!doctype html><script type="module">
  const { media, images } = await (await fetch("/list")).json();
  async function play({ tag, src }) {
    const element = Object.assign(document.createElement(tag), { src, muted: true, playbackRate: 4, crossOrigin: "anonymous" });
    document.body.append(element);
    const ended = new Promise((resolve) => {
      element.onended = () => resolve("ended");
      element.onerror = () => resolve(element.error.message);
    });
    await element.play().catch(() => {});
    const end = await ended;
    return { end, duration: element.duration, width: element.videoWidth };
  }
  async function show(src) {
    const image = Object.assign(new Image(), { src });
    return image.decode().then(() => image.naturalWidth, String);
  }
  const body = JSON.stringify({ played: await Promise.all(media.map(play)), shown: await Promise.all(images.map(show)) });
  await fetch("/result", { method: "POST", body });
</script>`;

test.skipIf(chromium === undefined)(
  "Chromium plays videos and sounds, and shows pictures",
  { timeout: 60_000 },
  async () => {
    const urlOf = (name: keyof typeof testAssets): string => `${mock.url}/assets/${testAssets[name].asset_id}/content`;
    const videos = (["video", "noRanges", "drops", "large"] as const).map((name) => ({
      tag: "video",
      src: urlOf(name),
    }));
    const sounds = (["audio", "redirects"] as const).map((name) => ({ tag: "audio", src: urlOf(name) }));
    const list = { media: [...videos, ...sounds], images: [urlOf("image"), "/image/webp", "/image/jpeg"] };
    const results = new EventEmitter();
    const result = once(results, "result");
    const server = createServer(async (request, response) => {
      const { url = "" } = request;
      if (url === "/result") results.emit("result", await json(request));
      const type = url.startsWith("/image/") ? url.slice(1) : url === "/list" ? "application/json" : "text/html";
      response.setHeader("Content-Type", type);
      response.end(url === "/list" ? JSON.stringify(list) : url === "/" ? page : bytesOf(type, 200_001));
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const tab = await openTab(chromium!, ["--autoplay-policy=no-user-gesture-required"]);
    try {
      await tab.open(`http://127.0.0.1:${port}/`);
      const film = { end: "ended", duration: 2, width: 256 };
      expect((await result)[0]).toEqual({
        played: [...videos.map(() => film), ...sounds.map(() => ({ end: "ended", duration: 1 }))],
        shown: [256, 16, 16],
      });
    } finally {
      await tab[Symbol.asyncDispose]();
      server.closeAllConnections();
      server.close();
    }
  },
);

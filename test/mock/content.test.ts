/** The bytes of an asset: always the same for an id, and as the look-up describes them. */
import { crc32 } from "node:zlib";
import { PNG } from "pngjs";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { listExamples, readDocument } from "../../scripts/document.ts";
import { createClient } from "../../src/index.ts";
import { makeContent } from "../../src/mock/content.ts";
import { startMockServer } from "../../src/mock.ts";
import { bytesOf, requestContent } from "./look-up.ts";

const mock = await startMockServer();
afterAll(() => mock.close());
beforeEach(() => mock.reset());

const client = createClient({ apiKey: "any", baseUrl: mock.url });
const examples = listExamples(await readDocument());
const readyImage = testAssets.image.asset_id;
const video = testAssets.video.asset_id;

describe("the content of an asset", () => {
  const withContent = Object.entries(testAssets).filter(([, { answers, content }]) => {
    const { status, example } = answers.at(-1)!;
    const { value } = examples.find((known) => known.status === status && known.example === example)!;
    return content === undefined && answers[0]!.signed_url === undefined && Object.hasOwn(value as object, "data");
  });

  test("is there for at least ten test assets", () => expect(withContent.length).toBeGreaterThanOrEqual(10));

  test.each(withContent)("%s: has the size and the media type of the look-up", async (_name, { asset_id }) => {
    const asset = await client.assets.get(asset_id);
    for (const url of [asset.url, asset.content_url ?? asset.url, asset.signed_url]) {
      const response = await fetch(url);
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toBe(asset.mime_type);
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(response.headers.get("content-length")).toBe(String(asset.size_bytes));
      expect((await bytesOf(response)).length).toBe(asset.size_bytes);
    }
  });

  test.each(["expired", "noPermission", "reviewFailed", "notFound", "serverError"] as const)(
    "%s: is not there",
    async (name) => {
      const response = await fetch(`${mock.url}/assets/${testAssets[name].asset_id}/content`);
      expect(response.status).toBe(404);
      expect(await response.text()).toBe("This asset has no content.\n");
    },
  );

  test("is there for an asset that is not ready: the vendor documents nothing else", async () => {
    const asset = await client.assets.get(testAssets.alwaysUnderReview.asset_id);
    expect(asset.status).toBe("reviewing");
    expect((await fetch(asset.url)).status).toBe(200);
  });

  test("is found by an id, not by an asset URI", async () => {
    const response = await fetch(`${mock.url}/assets/${encodeURIComponent(`asset://${readyImage}`)}/content`);
    expect(response.status).toBe(404);
  });

  test("cannot be requested with POST", async () => {
    const response = await requestContent(mock, readyImage, {}, "POST");
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET, HEAD");
  });

  test("is the same each time and on each server, and different for another id", async () => {
    const second = await startMockServer();
    const [first, again, elsewhere] = await Promise.all(
      [mock.url, mock.url, second.url].map(async (url) => bytesOf(await fetch(`${url}/assets/${video}/content`))),
    );
    await second.close();
    expect(first!.equals(again!)).toBe(true);
    expect(first!.equals(elsewhere!)).toBe(true);
    const other = await bytesOf(await requestContent(mock, testAssets.noRanges.asset_id));
    expect(other.length).toBe(first!.length);
    expect(other.equals(first!)).toBe(false);
  });

  test("has other 1024 bytes at each position", async () => {
    const bytes = await bytesOf(await requestContent(mock, video));
    const records = new Set<string>();
    for (let at = 0; at < bytes.length; at += 1024) records.add(bytes.toString("latin1", at, at + 1024));
    expect(records.size).toBe(bytes.length / 1024);
  });
});

describe("the content of a picture", () => {
  test.each([readyImage, "asset_ffffffffffffffffffffffffffffffff", "x"])("%s is a PNG that decodes", async (id) => {
    const bytes = await bytesOf(await requestContent(mock, id));
    const { width, height, data } = PNG.sync.read(bytes);
    expect([width, height]).toEqual([256, 52]);
    // The background has one colour. The digits on it are white.
    const colours = new Set(Array.from({ length: width * height }, (_, at) => data.readUInt32BE(at * 4)));
    expect(colours.size).toBe(id === "x" ? 1 : 2);
  });

  test("consists of whole chunks with the right checksums", async () => {
    const bytes = await bytesOf(await requestContent(mock, readyImage));
    const types: string[] = [];
    for (let at = 8; at < bytes.length;) {
      const end = at + 8 + bytes.readUInt32BE(at);
      expect(crc32(bytes.subarray(at + 4, end))).toBe(bytes.readUInt32BE(end));
      types.push(bytes.toString("latin1", at + 4, at + 8));
      at = end + 4;
    }
    expect(types).toEqual(["IHDR", "PLTE", "IDAT", "moCk", "IEND"]);
  });

  test("shows the id: a seven and an f", async () => {
    const { data, width } = PNG.sync.read(await bytesOf(await requestContent(mock, "asset_7f")));
    const rows = Array.from({ length: 7 }, (_, y) =>
      Array.from({ length: 8 }, (__, x) => (data[((y * 4 + 1) * width + x * 4 + 1) * 4] === 255 ? "#" : ".")).join(""),
    );
    expect(rows).toEqual(["........", ".###.###", "...#.#..", "...#.###", "...#.#..", "...#.#..", "........"]);
  });
});

test("the content of a JSON file parses", async () => {
  const id = testAssets.persistent.asset_id;
  expect(await (await requestContent(mock, id)).json()).toEqual({ asset_id: id });
});

test.each(["image/png", "application/json"])("%s of a petabyte takes no time and no memory", (mimeType) => {
  const size = 1e15;
  const content = makeContent("asset", mimeType, size);
  const head = Buffer.concat([...content.read(0, 70_000)]);
  expect([content.size, head.length, Buffer.concat([...content.read(size - 9, size)]).length]).toEqual([
    size,
    70_000,
    9,
  ]);
  if (mimeType === "image/png") expect(head.includes("IEND")).toBe(true);
  else expect(JSON.parse(head.toString())).toEqual({ asset_id: "asset" });
});

test("JSON has spaces behind it, in any range", () => {
  const content = makeContent("asset", "application/json", 200_000);
  const whole = Buffer.concat([...content.read(0, 200_000)]);
  expect([whole.length, JSON.parse(whole.toString())]).toEqual([200_000, { asset_id: "asset" }]);
  for (const [start, end] of [
    [0, 5],
    [5, 100],
    [65_000, 140_000],
    [199_999, 200_000],
  ] as const) {
    expect(Buffer.concat([...content.read(start, end)]).equals(whole.subarray(start, end))).toBe(true);
  }
});

test.each(["image/png", "application/json"])("a size that is too small for %s is kept all the same", (mimeType) => {
  const content = makeContent("asset_1", mimeType, 20);
  expect(Buffer.concat([...content.read(0, 20)])).toHaveLength(20);
  expect(Buffer.concat([...content.read(5, 5)])).toHaveLength(0);
});

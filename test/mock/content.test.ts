/** The bytes that the mock makes up: always the same, had from any position, and wrong only where the document says. */
import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { crc32 } from "node:zlib";
import { PNG } from "pngjs";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { listExamples, readDocument } from "../../scripts/document.ts";
import { createClient, type Asset } from "../../src/index.ts";
import { makeContent } from "../../src/mock/content.ts";
import { startMockServer } from "../../src/mock.ts";

const mock = await startMockServer();
afterAll(() => mock.close());
beforeEach(() => mock.reset());

const client = createClient({ apiKey: "any", baseUrl: mock.url });
const examples = listExamples(await readDocument());
const readyImage = testAssets.image.asset_id;
const video = testAssets.video.asset_id;

async function request(id: string, headers: Record<string, string> = {}, method = "GET"): Promise<Response> {
  const { signed_url } = await client.assets.get(id);
  return fetch(signed_url, { method, headers });
}

async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

describe("the content of an asset", () => {
  const withBytes = Object.entries(testAssets).filter(([, { answers, content }]) => {
    const { status, example } = answers.at(-1)!;
    const { value } = examples.find((known) => known.status === status && known.example === example)!;
    return content === undefined && answers[0]!.signed_url === undefined && Object.hasOwn(value as object, "data");
  });

  test("there are many", () => expect(withBytes.length).toBeGreaterThanOrEqual(10));

  test.each(withBytes)("%s: has the size and the media type that the look-up says", async (_name, { asset_id }) => {
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
    "%s: there is none",
    async (name) => {
      const response = await fetch(`${mock.url}/assets/${testAssets[name].asset_id}/content`);
      expect(response.status).toBe(404);
      expect(await response.text()).toBe("This asset has no content.\n");
    },
  );

  test.each([readyImage, "asset_ffffffffffffffffffffffffffffffff", "x"])("%s is a PNG that decodes", async (id) => {
    const bytes = await bytesOf(await request(id));
    const { width, height, data } = PNG.sync.read(bytes);
    expect([width, height]).toEqual([256, 52]);
    // The ground in one colour, and the digits, white, on it.
    const colours = new Set(Array.from({ length: width * height }, (_, at) => data.readUInt32BE(at * 4)));
    expect(colours.size).toBe(id === "x" ? 1 : 2);
  });

  test("of a picture is made of whole chunks: the checksum of each is right", async () => {
    const bytes = await bytesOf(await request(readyImage));
    const types: string[] = [];
    for (let at = 8; at < bytes.length;) {
      const end = at + 8 + bytes.readUInt32BE(at);
      expect(crc32(bytes.subarray(at + 4, end))).toBe(bytes.readUInt32BE(end));
      types.push(bytes.toString("latin1", at + 4, at + 8));
      at = end + 4;
    }
    expect(types).toEqual(["IHDR", "PLTE", "IDAT", "moCk", "IEND"]);
  });

  test("of a picture shows its id: a seven and an f, as drawn", async () => {
    const { data, width } = PNG.sync.read(await bytesOf(await request("asset_7f")));
    const rows = Array.from({ length: 7 }, (_, y) =>
      Array.from({ length: 8 }, (__, x) => (data[((y * 4 + 1) * width + x * 4 + 1) * 4] === 255 ? "#" : ".")).join(""),
    );
    expect(rows).toEqual(["........", ".###.###", "...#.#..", "...#.###", "...#.#..", "...#.#..", "........"]);
  });

  test("of a JSON file parses", async () => {
    const id = testAssets.persistent.asset_id;
    expect(await (await request(id)).json()).toEqual({ asset_id: id });
  });

  test("is the same each time, on each server, and another for another id", async () => {
    const second = await startMockServer();
    const [first, again, elsewhere] = await Promise.all(
      [mock.url, mock.url, second.url].map(async (url) => bytesOf(await fetch(`${url}/assets/${video}/content`))),
    );
    await second.close();
    expect(first!.equals(again!)).toBe(true);
    expect(first!.equals(elsewhere!)).toBe(true);
    const other = await bytesOf(await request(testAssets.noRanges.asset_id));
    expect(other.length).toBe(first!.length);
    expect(other.equals(first!)).toBe(false);
  });

  test("tells every position from every other by its next 1024 bytes", async () => {
    const bytes = await bytesOf(await request(video));
    const records = new Set<string>();
    for (let at = 0; at < bytes.length; at += 1024) records.add(bytes.toString("latin1", at, at + 1024));
    expect(records.size).toBe(bytes.length / 1024);
  });
});

describe("a range", () => {
  const size = 102_400;
  test.each([
    ["bytes=0-0", 0, 1],
    ["bytes=0-", 0, size],
    ["bytes=70000-", 70_000, size],
    ["bytes=65535-65536", 65_535, 65_537],
    ["bytes=102399-102399", size - 1, size],
    ["bytes=102399-999999999999", size - 1, size],
    ["bytes=-1", size - 1, size],
    ["bytes=-999999", 0, size],
    ["Bytes=10-19", 10, 20],
  ])("%s gets its part", async (range, start, end) => {
    const whole = await bytesOf(await request(readyImage));
    const response = await request(readyImage, { range });
    expect(response.status).toBe(206);
    expect(response.headers.get("content-range")).toBe(`bytes ${start}-${end - 1}/${size}`);
    expect(response.headers.get("content-length")).toBe(String(end - start));
    expect((await bytesOf(response)).equals(whole.subarray(start, end))).toBe(true);
  });

  test.each(["bytes=102400-", "bytes=999999999999999999999-", "bytes=-0"])("%s cannot be had", async (range) => {
    const response = await request(readyImage, { range });
    expect(response.status).toBe(416);
    expect(response.headers.get("content-range")).toBe(`bytes */${size}`);
    expect(await response.text()).toBe("");
  });

  test.each(["bytes=", "bytes=-", "bytes=5-3", "bytes=a-b", "bytes=0-1,5-6", "items=0-1", "bytes 0-1"])(
    "%s is none: all is sent",
    async (range) => {
      const response = await request(readyImage, { range });
      expect(response.status).toBe(200);
      expect((await bytesOf(response)).length).toBe(size);
    },
  );

  test("is sent only if the file is still the same, where If-Range asks so", async () => {
    const { headers } = await request(readyImage, {}, "HEAD");
    const [etag, modified] = [headers.get("etag")!, headers.get("last-modified")!];
    expect(etag).toMatch(/^"[\w-]+"$/);
    expect(new Date(modified).toUTCString()).toBe(modified);
    const statuses = [etag, modified, '"other"', `W/${etag}`, "Tue, 16 Jun 2026 04:00:00 GMT"].map(
      async (value) => (await request(readyImage, { range: "bytes=5-", "if-range": value })).status,
    );
    expect(await Promise.all(statuses)).toEqual([206, 206, 200, 200, 200]);
  });

  test("is ignored for HEAD, for which none is defined", async () => {
    for (const range of ["bytes=5-9", "bytes=999999-"]) {
      const response = await request(readyImage, { range }, "HEAD");
      expect(response.status).toBe(200);
      expect(response.headers.get("content-length")).toBe(String(size));
      expect(response.headers.get("accept-ranges")).toBe("bytes");
      expect(await response.text()).toBe("");
    }
  });

  test("cannot be asked for with POST", async () => {
    const response = await request(readyImage, {}, "POST");
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET, HEAD");
  });
});

describe("a precondition", () => {
  const modified = "Mon, 15 Jun 2026 04:00:00 GMT";
  const earlier = "Mon, 15 Jun 2026 03:59:59 GMT";
  const later = "Mon, 15 Jun 2026 04:00:01 GMT";

  test.each<[headers: Record<string, string>, status: number]>([
    [{ "if-match": "ETAG" }, 200],
    [{ "if-match": '"a", ETAG' }, 200],
    [{ "if-match": "*" }, 200],
    [{ "if-match": '"a"' }, 412],
    [{ "if-match": "W/ETAG" }, 412],
    [{ "if-match": "ETAG", range: "bytes=5-9" }, 206],
    [{ "if-match": '"a"', range: "bytes=5-9" }, 412],
    [{ "if-match": "ETAG", "if-unmodified-since": earlier }, 200],
    [{ "if-unmodified-since": earlier }, 412],
    [{ "if-unmodified-since": modified }, 200],
    [{ "if-unmodified-since": "soon" }, 200],
    [{ "if-none-match": "ETAG" }, 304],
    [{ "if-none-match": "W/ETAG" }, 304],
    [{ "if-none-match": "*" }, 304],
    [{ "if-none-match": '"a"' }, 200],
    [{ "if-none-match": '"a"', "if-modified-since": later }, 200],
    [{ "if-modified-since": modified }, 304],
    [{ "if-modified-since": earlier }, 200],
    [{ "if-modified-since": "soon" }, 200],
  ])("%j is answered with %i", async (headers, status) => {
    const etag = (await request(readyImage, {}, "HEAD")).headers.get("etag")!;
    const sent = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value.replace("ETAG", etag)]),
    );
    const response = await request(readyImage, sent);
    expect(response.status).toBe(status);
    expect(response.headers.get("etag")).toBe(etag);
    expect((await bytesOf(response)).length).toBe({ 200: 102_400, 206: 5 }[status] ?? 0);
  });
});

describe("a signed URL", () => {
  async function statusOf(change: (url: URL) => void): Promise<number> {
    const url = new URL((await client.assets.get(readyImage)).signed_url);
    change(url);
    return (await fetch(url)).status;
  }

  test("opens the content for between one hour and two", async () => {
    const { searchParams } = new URL((await client.assets.get(readyImage)).signed_url);
    const hours = (Number(searchParams.get("expires")) * 1000 - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(1);
    expect(hours).toBeLessThanOrEqual(2);
  });

  test.each<[string, (url: URL) => void]>([
    ["another signature", (url) => url.searchParams.set("signature", "0")],
    ["no signature", (url) => url.searchParams.delete("signature")],
    ["another time", (url) => url.searchParams.set("expires", "9999999999")],
    ["no time", (url) => url.searchParams.delete("expires")],
    ["another id", (url) => (url.pathname = url.pathname.replace(readyImage, "asset_1"))],
  ])("with %s is refused", async (_name, change) => {
    expect(await statusOf(() => {})).toBe(200);
    expect(await statusOf(change)).toBe(403);
  });

  test("that has expired is refused; the second look-up gives a fresh one, as all that follow", async () => {
    const id = testAssets.expiredUrl.asset_id;
    const first = await client.assets.get(id);
    expect(Number(new URL(first.signed_url).searchParams.get("expires")) * 1000).toBeLessThan(Date.now() - 3_600_000);
    expect((await fetch(first.signed_url)).status).toBe(403);
    for (const _time of [2, 3]) expect((await request(id)).status).toBe(200);
    expect((await fetch(first.signed_url)).status).toBe(403);
  });

  test("with an API key beside it is refused, as object stores do", async () => {
    const response = await request(readyImage, { authorization: "Bearer any" });
    expect(response.status).toBe(400);
    expect(await response.text()).toBe("A signed URL takes no Authorization header: send one of them.\n");
  });
});

describe("content that misbehaves", () => {
  async function partly(response: Response): Promise<{ bytes: Buffer; failed: boolean }> {
    const pieces: Uint8Array[] = [];
    try {
      for await (const piece of response.body!) pieces.push(piece);
      return { bytes: Buffer.concat(pieces), failed: false };
    } catch {
      return { bytes: Buffer.concat(pieces), failed: true };
    }
  }

  test("drops in the middle, each time; a range from there gets the rest", async () => {
    const id = testAssets.drops.asset_id;
    const size = (await client.assets.get(id)).size_bytes;
    for (const range of ["bytes=0-", "bytes=1000-"]) {
      const { bytes, failed } = await partly(await request(id, { range }));
      expect([bytes.length, failed]).toEqual([size / 2 - (range === "bytes=0-" ? 0 : 1000), true]);
    }
    const { bytes, failed } = await partly(await request(id, { range: `bytes=${size / 2}-` }));
    expect([bytes.length, failed]).toEqual([size / 2, false]);
  });

  test("drops nothing of a range before the middle, and keeps the connection", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const url = `${mock.url}/assets/${testAssets.drops.asset_id}/content`;
    for (const isReused of [false, true]) {
      const sent = get(url, { agent, headers: { range: "bytes=0-99" } });
      const [response] = (await once(sent, "response")) as [IncomingMessage];
      expect(Buffer.concat(await response.toArray())).toHaveLength(100);
      expect(sent.reusedSocket).toBe(isReused);
    }
    agent.destroy();
  });

  test("is found by an id, not by an asset URI", async () => {
    const response = await fetch(`${mock.url}/assets/${encodeURIComponent(`asset://${readyImage}`)}/content`);
    expect(response.status).toBe(404);
  });

  test("knows no range", async () => {
    const id = testAssets.noRanges.asset_id;
    const response = await request(id, { range: "bytes=5-" });
    expect(response.status).toBe(200);
    expect(response.headers.get("accept-ranges")).toBe("none");
    expect((await bytesOf(response)).length).toBe((await client.assets.get(id)).size_bytes);
  });

  test("is shorter than the look-up says, and says its own length", async () => {
    const response = await request(testAssets.short.asset_id);
    expect(response.headers.get("content-length")).toBe("51200");
    expect((await bytesOf(response)).length).toBe(51_200);
  });

  test("comes at 200 kB/s", async () => {
    const start = performance.now();
    const bytes = await bytesOf(await request(testAssets.slow.asset_id, { range: "bytes=0-299999" }));
    const perSecond = (bytes.length / (performance.now() - start)) * 1000;
    expect(perSecond).toBeGreaterThan(50_000);
    expect(perSecond).toBeLessThan(230_000);
  });
});

test.each(["image/png", "application/json"])("a size that %s has no room in is kept all the same", (mimeType) => {
  const content = makeContent("asset_1", mimeType, 20);
  expect(Buffer.concat([...content.read(0, 20)])).toHaveLength(20);
  expect(Buffer.concat([...content.read(5, 5)])).toHaveLength(0);
});

test("an asset whose status is not ready has its content all the same: nothing else is documented", async () => {
  const asset: Asset = await client.assets.get(testAssets.alwaysUnderReview.asset_id);
  expect(asset.status).toBe("reviewing");
  expect((await fetch(asset.url)).status).toBe(200);
});

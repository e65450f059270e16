import { afterAll, describe, expect, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { startMockServer } from "../../src/mock.ts";
import { bytesOf, requestContent } from "./look-up.ts";

const mock = await startMockServer();
afterAll(() => mock.close());

const size = 102_400;

function request(headers: Record<string, string>, method?: string): Promise<Response> {
  return requestContent(mock, testAssets.image.asset_id, headers, method);
}

describe("a Range", () => {
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
  ])("of %s is answered with those bytes", async (range, start, end) => {
    const all = await bytesOf(await request({}));
    const response = await request({ range });
    expect(response.status).toBe(206);
    expect(response.headers.get("content-range")).toBe(`bytes ${start}-${end - 1}/${size}`);
    expect(response.headers.get("content-length")).toBe(String(end - start));
    expect((await bytesOf(response)).equals(all.subarray(start, end))).toBe(true);
  });

  test.each(["bytes=102400-", "bytes=999999999999999999999-", "bytes=-0"])(
    "of %s has no bytes, and is answered with 416",
    async (range) => {
      const response = await request({ range });
      expect(response.status).toBe(416);
      expect(response.headers.get("content-range")).toBe(`bytes */${size}`);
      expect(await response.text()).toBe("");
    },
  );

  test.each(["bytes=", "bytes=-", "bytes=5-3", "bytes=a-b", "bytes=0-1,5-6", "items=0-1", "bytes 0-1"])(
    "of %s is ignored: all bytes are sent",
    async (range) => {
      const response = await request({ range });
      expect(response.status).toBe(200);
      expect((await bytesOf(response)).length).toBe(size);
    },
  );

  test("is ignored if If-Range names another version", async () => {
    const { headers } = await request({}, "HEAD");
    const [etag, modified] = [headers.get("etag")!, headers.get("last-modified")!];
    expect(etag).toMatch(/^"[\w-]+"$/);
    expect(new Date(modified).toUTCString()).toBe(modified);
    const statuses = [etag, modified, '"other"', `W/${etag}`, "Tue, 16 Jun 2026 04:00:00 GMT"].map(
      async (value) => (await request({ range: "bytes=5-", "if-range": value })).status,
    );
    expect(await Promise.all(statuses)).toEqual([206, 206, 200, 200, 200]);
  });

  test("is ignored for HEAD, which has no ranges", async () => {
    for (const range of ["bytes=5-9", "bytes=999999-"]) {
      const response = await request({ range }, "HEAD");
      expect(response.status).toBe(200);
      expect(response.headers.get("content-length")).toBe(String(size));
      expect(response.headers.get("accept-ranges")).toBe("bytes");
      expect(await response.text()).toBe("");
    }
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
    const etag = (await request({}, "HEAD")).headers.get("etag")!;
    const sent = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value.replace("ETAG", etag)]),
    );
    const response = await request(sent);
    expect(response.status).toBe(status);
    expect(response.headers.get("etag")).toBe(etag);
    expect((await bytesOf(response)).length).toBe({ 200: size, 206: 5 }[status] ?? 0);
  });
});

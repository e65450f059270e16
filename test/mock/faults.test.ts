/** Content that is faulty on purpose. How the SDK copes with it is tested in played-faults.test.ts. */
import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { afterAll, describe, expect, test } from "vitest";
import { testAssets, type TestAsset } from "../../generated/document.ts";
import { createClient } from "../../src/index.ts";
import { startMockServer } from "../../src/mock.ts";
import { bytesOf, requestContent } from "./look-up.ts";
import { sendRaw } from "./raw-request.ts";

const mock = await startMockServer();
afterAll(() => mock.close());

const client = createClient({ apiKey: "any", baseUrl: mock.url });

async function readUntilDrop(response: Response): Promise<[length: number, isDropped: boolean]> {
  let length = 0;
  try {
    for await (const piece of response.body!) length += piece.length;
    return [length, false];
  } catch {
    return [length, true];
  }
}

describe("content that drops", () => {
  const { asset_id: id } = testAssets.drops;

  test("ends in the middle each time; a range from there gets the rest", async () => {
    const size = (await client.assets.get(id)).size_bytes;
    for (const range of ["bytes=0-", "bytes=1000-"]) {
      const expected = [size / 2 - (range === "bytes=0-" ? 0 : 1000), true];
      expect(await readUntilDrop(await requestContent(mock, id, { range }))).toEqual(expected);
    }
    const rest = await requestContent(mock, id, { range: `bytes=${size / 2}-` });
    expect(await readUntilDrop(rest)).toEqual([size / 2, false]);
  });

  test("sends a range before the middle whole, and keeps the connection", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const url = `${mock.url}/assets/${id}/content`;
    for (const isReused of [false, true]) {
      const sent = get(url, { agent, headers: { range: "bytes=0-99" } });
      const [response] = (await once(sent, "response")) as [IncomingMessage];
      expect(Buffer.concat(await response.toArray())).toHaveLength(100);
      expect(sent.reusedSocket).toBe(isReused);
    }
    agent.destroy();
  });

  test("ends the connection, also for requests that were sent before its answer", async () => {
    const getRange = ({ asset_id }: TestAsset, range: string): string =>
      `GET /assets/${asset_id}/content HTTP/1.1\r\nHost: m\r\nRange: bytes=${range}\r\n\r\n`;
    const slow = getRange(testAssets.slow, "0-59999");
    const start = performance.now();
    await sendRaw(mock, slow + getRange(testAssets.drops, "3669900-") + slow, 10_000);
    expect(performance.now() - start).toBeLessThan(4000);
  });
});

test("content without ranges ignores Range", async () => {
  const id = testAssets.noRanges.asset_id;
  const response = await requestContent(mock, id, { range: "bytes=5-" });
  expect(response.status).toBe(200);
  expect(response.headers.get("accept-ranges")).toBe("none");
  expect((await bytesOf(response)).length).toBe((await client.assets.get(id)).size_bytes);
});

test("short content has fewer bytes than the look-up says, and announces their number", async () => {
  const response = await requestContent(mock, testAssets.short.asset_id);
  expect(response.headers.get("content-length")).toBe("51200");
  expect((await bytesOf(response)).length).toBe(51_200);
});

test("slow content arrives at 200 kB/s", async () => {
  const start = performance.now();
  const bytes = await bytesOf(await requestContent(mock, testAssets.slow.asset_id, { range: "bytes=0-299999" }));
  const perSecond = (bytes.length / (performance.now() - start)) * 1000;
  expect(perSecond).toBeGreaterThan(50_000);
  expect(perSecond).toBeLessThan(230_000);
});

describe("a signed URL that expires in the middle", () => {
  const { asset_id: id } = testAssets.expiresMidway;

  test("drops in the middle, is refused for the rest, and is followed by a fresh one; again after reset()", async () => {
    for (let times = 0; times < 2; times++) {
      mock.reset();
      const { signed_url, size_bytes } = await client.assets.get(id);
      for (const range of ["bytes=0-", undefined]) {
        const sent = await fetch(signed_url, range === undefined ? {} : { headers: { range } });
        expect(await readUntilDrop(sent)).toEqual([size_bytes / 2, true]);
      }
      const rest = { headers: { range: `bytes=${size_bytes / 2}-` } };
      expect((await fetch(signed_url, rest)).status).toBe(403);
      const fresh = await client.assets.get(id);
      const response = await fetch(fresh.signed_url, rest);
      expect([response.status, (await bytesOf(response)).length]).toEqual([206, size_bytes / 2]);
      expect((await bytesOf(await fetch(fresh.signed_url))).length).toBe(size_bytes);
    }
  });

  test("has the signature of no other URL", async () => {
    mock.reset();
    const queries = [await client.assets.get(id), await client.assets.get(id)].map(
      ({ signed_url }) => new URL(signed_url).searchParams,
    );
    expect(queries[0]!.get("signature")).not.toBe(queries[1]!.get("signature"));
    expect(queries[0]!.get("expires")).toBe(queries[1]!.get("expires"));
  });
});

describe("content that changes in the middle", () => {
  const { asset_id: id } = testAssets.changes;

  test("drops in the middle of its first version; the rest is of another version of the same name and size", async () => {
    mock.reset();
    const { signed_url, size_bytes } = await client.assets.get(id);
    const before = await fetch(signed_url);
    expect(await readUntilDrop(before.clone())).toEqual([size_bytes / 2, true]);
    const [etag, modified] = [before.headers.get("etag")!, before.headers.get("last-modified")!];
    const range = `bytes=${size_bytes / 2}-`;
    const rest = await fetch(signed_url, { headers: { range } });
    expect(rest.status).toBe(206);
    expect(rest.headers.get("etag")).not.toBe(etag);
    expect(Date.parse(rest.headers.get("last-modified")!)).toBeGreaterThan(Date.parse(modified));
    for (const name of ["content-type", "content-disposition"]) {
      expect(rest.headers.get(name)).toBe(before.headers.get(name));
    }
    for (const mark of [etag, modified]) {
      const whole = await fetch(signed_url, { headers: { range, "if-range": mark } });
      expect([whole.status, whole.headers.get("content-length")]).toEqual([200, String(size_bytes)]);
      expect(whole.headers.get("etag")).toBe(rest.headers.get("etag"));
    }
    const fresh = await (await requestContent(mock, id)).bytes();
    expect(
      Buffer.from(fresh)
        .subarray(size_bytes / 2)
        .equals(await bytesOf(rest)),
    ).toBe(true);
  });
});

describe("content whose validator is", () => {
  const none: (string | null)[] = [null, null];
  test.each<[what: string, id: string, etag: RegExp | undefined]>([
    ["missing", testAssets.noValidator.asset_id, undefined],
    ["a weak ETag", testAssets.weakEtag.asset_id, /^W\/"[\w-]+"$/],
  ])("%s has no other, and no If-Range holds", async (_what, id, etag) => {
    const { headers } = await requestContent(mock, id, {}, "HEAD");
    const marks = ["etag", "last-modified"].map((name) => headers.get(name));
    expect(marks).toEqual(etag === undefined ? none : [expect.stringMatching(etag), null]);
    expect(headers.get("accept-ranges")).toBe("bytes");
    const range = "bytes=5-9";
    expect((await requestContent(mock, id, { range })).status).toBe(206);
    for (const mark of [marks[0] ?? "undefined", '"other"', "Mon, 15 Jun 2026 04:00:00 GMT"]) {
      expect((await requestContent(mock, id, { range, "if-range": mark })).status).toBe(200);
    }
  });

  test.each<[headers: Record<string, string>, weak: number, none: number]>([
    [{ "if-match": "ETAG" }, 412, 412],
    [{ "if-match": "*" }, 200, 200],
    [{ "if-none-match": "ETAG" }, 304, 200],
    [{ "if-none-match": "STRONG" }, 304, 200],
    [{ "if-none-match": "*" }, 304, 304],
    [{ "if-unmodified-since": "Mon, 15 Jun 2020 04:00:00 GMT" }, 200, 200],
    [{ "if-modified-since": "Mon, 15 Jun 2030 04:00:00 GMT" }, 200, 200],
  ])("a weak ETag or missing answers %j with %i or %i", async (condition, ...statuses) => {
    const etag = (await requestContent(mock, testAssets.weakEtag.asset_id, {}, "HEAD")).headers.get("etag")!;
    const sent = Object.entries(condition).map(([name, value]) => [
      name,
      value.replace("ETAG", etag).replace("STRONG", etag.slice(2)),
    ]);
    for (const [index, name] of (["weakEtag", "noValidator"] as const).entries()) {
      const response = await requestContent(mock, testAssets[name].asset_id, Object.fromEntries(sent));
      expect(response.status).toBe(statuses[index]);
      await response.body?.cancel();
    }
  });
});

describe("content that is redirected", () => {
  const { asset_id: id } = testAssets.redirects;

  test.each(["GET", "HEAD"])("answers %s with a Location in ASCII, which has the bytes", async (method) => {
    const { signed_url, url, size_bytes } = await client.assets.get(id);
    for (const address of [signed_url, url]) {
      const response = await fetch(address, { method, redirect: "manual" });
      expect(response.status).toBe(302);
      const location = response.headers.get("location")!;
      expect(location).toMatch(/^[\x21-\x7e]+$/);
      const target = new URL(location, address);
      expect(decodeURIComponent(target.pathname)).toBe(`/assets/${id}/content/内容`);
      expect(target.search).toBe(new URL(address).search);
      const there = await fetch(target, { method });
      expect([there.status, there.redirected]).toEqual([200, false]);
      expect((await bytesOf(there)).length).toBe(method === "HEAD" ? 0 : size_bytes);
    }
  });

  test("checks the signature in both places", async () => {
    const { signed_url } = await client.assets.get(id);
    const expired = signed_url.replace("expires=", "expires=1");
    expect((await fetch(expired)).status).toBe(403);
    const target = new URL((await fetch(signed_url, { redirect: "manual" })).headers.get("location")!, signed_url);
    target.searchParams.set("signature", "0");
    expect((await fetch(target)).status).toBe(403);
  });

  test("leads to no other name", async () => {
    expect((await fetch(`${mock.url}/assets/${id}/content/other`)).status).toBe(404);
  });
});

test("content with Connection: close ends the connection, and comes whole", async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let times = 0; times < 2; times++) {
    const { pathname } = new URL((await client.assets.get(testAssets.closes.asset_id)).url);
    const sent = get(mock.url + pathname, { agent });
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    expect(response.headers.connection).toBe("close");
    expect(Buffer.concat(await response.toArray())).toHaveLength(7_340_032);
    expect(sent.reusedSocket).toBe(false);
  }
  agent.destroy();
});

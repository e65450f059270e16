/** Assets of one's own, which the mock plays from its start. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { createClient, type ChenyuClient } from "../../src/index.ts";
import { startMockServer, type MockServer, type OwnAsset } from "../../src/mock.ts";
import { caught } from "../helpers/caught.ts";
import { bytesOf, lookUp, requestContent } from "./look-up.ts";

const folder = mkdtempSync(join(tmpdir(), "own-assets-"));
const picture = join(folder, "图.webp");
writeFileSync(picture, "RIFF....WEBP and more");

let mock: MockServer | undefined;
afterEach(() => mock?.close());

/** Starts a mock with an asset, and makes a client for it. */
async function play(asset: OwnAsset): Promise<[MockServer<"asset_mine">, ChenyuClient]> {
  const started = await startMockServer({ assets: { asset_mine: asset } });
  mock = started;
  return [started, createClient({ apiKey: "any", baseUrl: started.url, maxRetries: 1 })];
}

describe("an asset of one's own", () => {
  test("has the fields that are given; the others fit them, or are those of the vendor's example", async () => {
    const [{ url }, chenyu] = await play({ status: "reviewing", size_bytes: 5_000_000, mime_type: "video/mp4" });
    const asset = await chenyu.assets.get("asset_mine");
    expect(asset).toMatchObject({ asset_id: "asset_mine", asset_uri: "asset://asset_mine", purpose: "temp_input" });
    expect(asset).toMatchObject({ status: "reviewing", size_bytes: 5_000_000, media_type: "video" });
    expect(asset.url).toBe(`${url}/assets/asset_mine/content`);
    expect(Date.parse(asset.expires_at!)).toBeGreaterThan(Date.now());
    expect(asset).not.toHaveProperty("original_filename");
  });

  test.each([
    ["audio/wav", "audio"],
    ["imagery/png", "file"],
    ["text/plain", "file"],
  ])("of the type %s is a medium of the kind %s", async (mime_type, kind) => {
    const [, chenyu] = await play({ mime_type });
    expect((await chenyu.assets.get("asset_mine")).media_type).toBe(kind);
  });

  test("has a content of its type and size", async () => {
    const [started] = await play({ size_bytes: 5000, mime_type: "image/webp" });
    const response = await requestContent(started, "asset_mine");
    expect(response.headers.get("content-type")).toBe("image/webp");
    const bytes = await bytesOf(response);
    expect([bytes.length, bytes.subarray(0, 4).toString()]).toEqual([5000, "RIFF"]);
  });

  test("keeps addresses and times that are given, and null", async () => {
    const given = { url: "https://cdn.example/a", signed_url: "https://cdn.example/a?x=1", expires_at: null };
    const [, chenyu] = await play({ ...given, asset_id: "asset_mine", asset_uri: "asset://other" });
    expect(await chenyu.assets.get("asset_mine")).toMatchObject({ ...given, asset_uri: "asset://other" });
  });

  test("is listed by its id, with a summary of its answers or its own", async () => {
    const [{ testAssets }] = await play({
      answers: [{ status: "reviewing" }, { status: 429 }, { status: 404, example: "not_found" }, {}],
      content: "drops",
    });
    expect(testAssets.asset_mine).toEqual({
      asset_id: "asset_mine",
      summary: "Own asset: reviewing, HTTP 429, HTTP 404 not_found, confirmed, content drops",
      answers: [{ status: 200 }, { status: 429 }, { status: 404, example: "not_found" }, { status: 200 }],
      content: "drops",
    });
    expect(testAssets.image.summary).toContain("Ready image");
    await mock!.close();
    const [second] = await play({ summary: "我的图" });
    expect(second.testAssets.asset_mine.summary).toBe("我的图");
  });

  test("is in the record of its requests", async () => {
    const [started] = await play({ summary: "Mine" });
    await lookUp(started, "asset_mine");
    expect(started.requests.at(-1)!.testAsset?.summary).toBe("Mine");
  });

  test("may replace a test asset by its id", async () => {
    const { image } = (await play({}))[0].testAssets;
    await mock!.close();
    mock = await startMockServer({ assets: { [image.asset_id]: { status: "replaced" } } });
    expect((await (await lookUp(mock, image.asset_id)).json()).data.status).toBe("replaced");
    expect((await (await lookUp(mock, "asset_unknown")).json()).data.status).toBe("confirmed");
    expect(mock.testAssets.image.summary).toBe("Own asset: replaced");
  });
});

describe("the answers of an asset of one's own", () => {
  test("are played in turn for each key, and the last one repeats", async () => {
    const [started] = await play({
      mime_type: "audio/wav",
      answers: [
        { status: "reviewing" },
        { status: 429 },
        { status: 200, body: { code: 1234, msg: "我们的失败" } },
        { status: 500, example: "error_text" },
        { status: "confirmed", size_bytes: 7 },
      ],
    });
    async function look(key: string): Promise<unknown> {
      const response = await lookUp(started, "asset_mine", { authorization: `Bearer ${key}` });
      const { code, error, data } = await response.json();
      return [response.status, error ?? code, data?.status, data?.size_bytes, data?.mime_type];
    }
    const inTurn = [
      [200, 0, "reviewing", 102_400, "audio/wav"],
      [429, 429, undefined, undefined, undefined],
      [200, 1234, undefined, undefined, undefined],
      [500, "internal error", undefined, undefined, undefined],
      [200, 0, "confirmed", 7, "audio/wav"],
      [200, 0, "confirmed", 7, "audio/wav"],
    ];
    for (const answer of inTurn) expect(await look("a")).toEqual(answer);
    expect(await look("b")).toEqual(inTurn[0]);
    started.reset();
    expect(await look("a")).toEqual(inTurn[0]);
  });

  test("with status 429 have the Retry-After of the document", async () => {
    const [started] = await play({ answers: [{ status: 429, body: { code: 429, msg: "慢一点" } }] });
    const response = await lookUp(started, "asset_mine");
    expect([response.headers.get("retry-after"), (await response.json()).msg]).toEqual(["1", "慢一点"]);
  });

  test("may have a body with fields that the document does not know; the mock fills in the addresses", async () => {
    const [started] = await play({});
    const body = await (await lookUp(started, "asset_mine")).json();
    await started.close();
    body.data.archived_by = "policy";
    const [second, chenyu] = await play({ answers: [{ status: 200, body }] });
    const asset = await chenyu.assets.get("asset_mine");
    expect(asset).toMatchObject({ archived_by: "policy", url: `${second.url}/assets/asset_mine/content` });
  });

  test.each(["expired", "expiring", "changing"] as const)("may have a signed URL that is %s", async (fault) => {
    const [started] = await play({ signed_url: fault, answers: [{}, { status: 200, signed_url: fault }] });
    for (const turn of [1, 2]) {
      const rest = await requestContent(started, "asset_mine", { range: "bytes=10-" });
      expect([turn, rest.status]).toEqual([turn, fault === "changing" ? 206 : 403]);
    }
    expect(started.testAssets.asset_mine.answers[0]).toEqual({ status: 200, signed_url: fault });
  });
});

describe("the content of an asset of one's own", () => {
  test("may be a file, which gives it name, type and size", async () => {
    const [, chenyu] = await play({ content: picture });
    const download = await chenyu.assets.download("asset_mine");
    expect(download.asset).toMatchObject({ size_bytes: 21, mime_type: "image/webp", media_type: "image" });
    expect(download.asset.original_filename).toBe("图.webp");
    expect(await download.text()).toBe("RIFF....WEBP and more");
  });

  test("gives its type also to an asset whose own type is undefined", async () => {
    const [, chenyu] = await play({ content: picture, mime_type: undefined, size_bytes: undefined });
    expect(await chenyu.assets.get("asset_mine")).toMatchObject({ size_bytes: 21, mime_type: "image/webp" });
  });

  test("may be a file without an extension, which is of no type", async () => {
    writeFileSync(join(folder, "plain"), "bytes");
    const [, chenyu] = await play({ content: join(folder, "plain") });
    const { mime_type, media_type } = await chenyu.assets.get("asset_mine");
    expect([mime_type, media_type]).toEqual(["application/octet-stream", "file"]);
  });

  test("may be a file: URL", async () => {
    const [started] = await play({ content: pathToFileURL(picture) });
    expect(await (await requestContent(started, "asset_mine")).text()).toBe("RIFF....WEBP and more");
  });

  test("may be bytes, which are copied, and goes in ranges and versions", async () => {
    const bytes = Buffer.alloc(200_000, "0123456789");
    const [started] = await play({ content: bytes, answers: [{ signed_url: "changing" }, {}] });
    const first = await requestContent(started, "asset_mine", { range: "bytes=0-9" });
    bytes.fill(0);
    const rest = await requestContent(started, "asset_mine", { range: "bytes=199990-" });
    expect((await bytesOf(rest)).toString()).toBe("0123456789");
    const old = await bytesOf(first);
    expect(old).toEqual(Buffer.from("0123456789").map((byte) => byte ^ 0xff));
    expect(first.headers.get("etag")).not.toBe(rest.headers.get("etag"));
    const whole = await requestContent(started, "asset_mine");
    expect((await bytesOf(whole)).equals(Buffer.alloc(200_000, "0123456789"))).toBe(true);
    expect(whole.headers.get("content-type")).toBe("application/octet-stream");
  });

  test.each([
    ["data:image/gif;base64,R0lGODlh", "image/gif", "GIF89a"],
    ["data:text/plain;charset=utf-8,%E5%9B%BE", "text/plain;charset=utf-8", "图"],
    ["data:image/PNG;a=b;BASE64,YWI", "image/PNG;a=b", "ab"],
    ["data:text/plain;base64;a=b,YQ==", "text/plain;base64;a=b", "YQ=="],
    ["data:,a,b", "text/plain", "a,b"],
    ["data:,a%20b", "text/plain", "a b"],
    ["data:;base64,YQ==", "text/plain", "a"],
  ])("may be %s", async (content, type, text) => {
    const [started] = await play({ content });
    const response = await requestContent(started, "asset_mine");
    expect([response.headers.get("content-type"), await response.text()]).toEqual([type, text]);
  });

  test("keeps a size that is given, although the file has another one: the client finds out", async () => {
    const [, chenyu] = await play({ content: picture, size_bytes: 5_000_000 });
    const error = await caught((await chenyu.assets.download("asset_mine")).bytes());
    expect(error).toMatchObject({ name: "DownloadError" });
  });

  test("may be a fault of contents that the mock makes", async () => {
    const [started] = await play({ content: "no_ranges", size_bytes: 9 });
    const response = await requestContent(started, "asset_mine", { range: "bytes=1-" });
    expect([response.status, response.headers.get("content-length")]).toEqual([200, "9"]);
  });

  test("is not there if the last answer has no asset", async () => {
    const [{ url }] = await play({ answers: [{}, { status: 404 }] });
    expect((await fetch(`${url}/assets/asset_mine/content`)).status).toBe(404);
  });

  test("has a type that a header takes, whatever the asset says", async () => {
    const [started] = await play({ mime_type: "图片\r\nX-Evil: 1", size_bytes: 3 });
    const response = await requestContent(started, "asset_mine");
    expect(response.headers.get("content-type")).toBe("application/octet-stream");
    expect(response.headers.get("x-evil")).toBeNull();
  });

  test("has a type also if the answer is a failure whose data has none", async () => {
    for (const data of [{ asset_id: "a" }, { asset_id: "a", mime_type: null, size_bytes: "7" }]) {
      const [started] = await play({ answers: [{ status: 200, body: { code: 5, msg: "失败", data } }] });
      const response = await fetch(`${started.url}/assets/asset_mine/content`);
      const { headers, status } = response;
      expect([status, headers.get("content-type"), headers.get("content-length")]).toEqual([
        200,
        "application/octet-stream",
        "0",
      ]);
      await started.close();
    }
  });

  test("is empty where the size is none, as 1e300", async () => {
    const [started] = await play({ size_bytes: 1e300 });
    expect((await bytesOf(await requestContent(started, "asset_mine"))).length).toBe(0);
  });
});

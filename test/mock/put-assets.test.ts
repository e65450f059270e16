/** Assets that are put while the mock runs: `/__mock/assets`. */
import { connect } from "node:net";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { assetsPath, startMockServer } from "../../src/mock.ts";
import { lookUp, requestContent } from "./look-up.ts";

const mock = await startMockServer({ assets: { asset_first: { status: "first" } } });
afterAll(() => mock.close());
beforeEach(() => mock.reset());

type Headers = Record<string, string>;
const bearer = (key: string): Headers => ({ authorization: `Bearer ${key}` });

async function put(id: string, asset: unknown, headers: Headers = {}): Promise<[number, string]> {
  const body = typeof asset === "string" ? asset : JSON.stringify(asset);
  const response = await fetch(`${mock.url}${assetsPath}/${id}`, { method: "PUT", body, headers });
  return [response.status, await response.text()];
}

async function remove(id: string, headers: Headers = {}): Promise<number> {
  return (await fetch(`${mock.url}${assetsPath}/${id}`, { method: "DELETE", headers })).status;
}

async function statusOf(id: string, key = "any"): Promise<string> {
  return (await (await lookUp(mock, id, bearer(key))).json()).data?.status;
}

describe("PUT /__mock/assets/{asset_id}", () => {
  test("adds an asset, with its sequence and content, and returns what it shows", async () => {
    const content = "data:text/plain,abc";
    const [status, text] = await put("asset_put", { answers: [{ status: "reviewing" }, {}], content });
    expect([status, JSON.parse(text)]).toEqual([200, mock.testAssets["asset_put" as "image"]]);
    expect(JSON.parse(text).summary).toBe("Own asset: reviewing, confirmed");
    expect([await statusOf("asset_put"), await statusOf("asset_put")]).toEqual(["reviewing", "confirmed"]);
    expect(await (await requestContent(mock, "asset_put")).text()).toBe("abc");
  });

  test("begins the sequence again when an asset is replaced", async () => {
    await put("asset_put", { answers: [{ status: "a" }, { status: "b" }] });
    await statusOf("asset_put");
    await put("asset_put", { answers: [{ status: "c" }, { status: "d" }] });
    expect([await statusOf("asset_put"), await statusOf("asset_put")]).toEqual(["c", "d"]);
  });

  test("with an API key concerns that key alone, also for its contents", async () => {
    await put("asset_put", { status: "of all", content: "data:,all" });
    await put("asset_put", { status: "of a", content: "data:,a" }, bearer("a"));
    expect([await statusOf("asset_put", "a"), await statusOf("asset_put", "b")]).toEqual(["of a", "of all"]);
    const { data } = await (await lookUp(mock, "asset_put", bearer("a"))).json();
    expect(await (await fetch(data.signed_url)).text()).toBe("a");
    expect(await (await fetch(data.url)).text()).toBe("all");
  });

  test("takes a body of exactly 1 MB, and one with a byte order mark, as UTF-8", async () => {
    expect((await put("asset_put", "{}".padEnd(1_000_000)))[0]).toBe(200);
    expect((await put("asset_put", '\ufeff{"status":"审核中"}'))[0]).toBe(200);
    expect(await statusOf("asset_put")).toBe("审核中");
  });

  test("takes ids that must be encoded", async () => {
    await put(encodeURIComponent("资源:&2"), { status: "odd" });
    expect(await statusOf(encodeURIComponent("资源:&2"))).toBe("odd");
  });

  test.each<[what: string, asset: unknown, status: number, message: string]>([
    ["a wrong field", { size_bytes: "1" }, 400, 'assets.asset_put.size_bytes: it must be integer, not "1".'],
    ["an unknown field", { size: 1 }, 400, "assets.asset_put.size: it does not exist here."],
    ["a text", '"ready"', 400, "assets.asset_put: pass an object."],
    ["no JSON", "status: reviewing", 400, "body: it is not JSON. Send an object with the fields of the asset."],
    ["nothing", "", 400, "body: it is not JSON."],
    ["more than 1 MB", " ".repeat(1_000_001), 413, "Send at most 1000000 bytes."],
    ["a path", { content: "/etc/passwd" }, 400, "A request cannot name a file of this machine: send a data: URL."],
    ["a deep body", `{"answers":[{"status":200,"body":${"[".repeat(9e4)}${"]".repeat(9e4)}}]}`, 400, "answers[0].body"],
  ])("refuses %s, and changes nothing", async (_what, asset, status, message) => {
    const [code, text] = await put("asset_put", asset);
    expect([code, text]).toEqual([status, expect.stringContaining(message)]);
    expect(text.split("\n")).toHaveLength(2);
    expect(await statusOf("asset_put")).toBe("confirmed");
  });

  test("refuses an id that is none, a query, and a web page of another machine", async () => {
    expect((await put("..%2f", {}))[0]).toBe(404);
    expect((await put("asset_put?since=1", {}))[1]).toContain('There is no parameter "since". Pass key.');
    expect((await put("asset_put", {}, { origin: "https://evil.example" }))[0]).toBe(403);
    expect((await put("asset_put", {}, { origin: "http://localhost:5173" }))[0]).toBe(200);
    expect(await remove("asset_put", { origin: "https://evil.example" })).toBe(403);
  });

  test("takes 1000 assets in all, and then again one that is there", async () => {
    for (let count = 1; count < 1000; count++)
      await mock.fetch(`${mock.url}${assetsPath}/${count}`, { method: "PUT", body: "{}" });
    const [status, text] = await put("one_more", {});
    expect([status, text]).toEqual([400, "assets: there are 1000 already. Delete some, or reset the mock.\n"]);
    expect((await put("999", { status: "again" }))[0]).toBe(200);
    expect(await remove("1")).toBe(204);
    expect((await put("one_more", {}, bearer("a")))[0]).toBe(200);
    expect((await put("two_more", {}, bearer("b")))[0]).toBe(400);
  });

  test("goes on when the client leaves in the middle of the body", async () => {
    const { port } = new URL(mock.url);
    const socket = connect(Number(port), "127.0.0.1");
    socket.write(`PUT ${assetsPath}/asset_put HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{"status":`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    expect(await statusOf("asset_put")).toBe("confirmed");
  });

  test("answers a body that is too large, although the client sends on", async () => {
    const { port } = new URL(mock.url);
    const socket = connect(Number(port), "127.0.0.1");
    socket.write(`PUT ${assetsPath}/asset_put HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n`);
    const timer = setInterval(() => socket.write(`10000\r\n${" ".repeat(65_536)}\r\n`), 1);
    socket.on("error", () => {}); // the mock may close it first
    let answer = "";
    for await (const piece of socket) answer += piece;
    clearInterval(timer);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });
});

describe("DELETE /__mock/assets/{asset_id}", () => {
  test("removes an asset that was put, for the same key", async () => {
    await put("asset_put", { status: "of all" });
    await put("asset_put", { status: "of a" }, bearer("a"));
    expect(await remove("asset_put", bearer("b"))).toBe(404);
    expect(await remove("asset_put")).toBe(204);
    expect([await statusOf("asset_put", "a"), await statusOf("asset_put", "b")]).toEqual(["of a", "confirmed"]);
    expect(await remove("asset_put", bearer("a"))).toBe(204);
    expect(await remove("asset_put", bearer("a"))).toBe(404);
  });

  test("keeps the assets of the start, also if one was put over it", async () => {
    await put("asset_first", { status: "second" });
    expect(await statusOf("asset_first")).toBe("second");
    expect(await remove("asset_first")).toBe(204);
    expect(await remove("asset_first")).toBe(404);
    expect(await statusOf("asset_first")).toBe("first");
  });
});

test("a reset removes what was put: all, or that of a key", async () => {
  await put("asset_put", { status: "of all" });
  await put("asset_put", { status: "of a" }, bearer("a"));
  await fetch(`${mock.url}/__mock/reset`, { method: "POST", headers: bearer("a") });
  expect(await statusOf("asset_put", "a")).toBe("of all");
  mock.reset();
  expect([await statusOf("asset_put", "a"), await statusOf("asset_first")]).toEqual(["confirmed", "first"]);
});

test("GET /__mock/assets lists what a key sees", async () => {
  await put("asset_put", { summary: "of a" }, bearer("a"));
  async function list(headers: Headers): Promise<Record<string, { summary: string }>> {
    return (await fetch(mock.url + assetsPath, { headers })).json();
  }
  expect(await list({})).toEqual(mock.testAssets);
  expect(await list(bearer("b"))).toEqual(mock.testAssets);
  expect((await list(bearer("a"))).asset_put!.summary).toBe("of a");
  expect(Object.keys(await list({}))).toContain("asset_first");
  await put(mock.testAssets.image.asset_id, { summary: "instead" }, bearer("a"));
  expect((await list(bearer("a"))).image!.summary).toBe("instead");
  expect((await list({})).image!.summary).toContain("Ready image");
});

test("a body that breaks off is no fault of the asset: mock.fetch gets HTTP 500", async () => {
  const body = new ReadableStream({ pull: (controller) => controller.error(new Error("it broke off")) });
  const init = { method: "PUT", body, duplex: "half" } as RequestInit; // the types do not know `duplex`
  const response = await mock.fetch(`${mock.url}${assetsPath}/asset_put`, init);
  expect([response.status, await response.text()]).toEqual([500, "Error: it broke off\n"]);
});

test("mock.fetch puts assets, too: with a text, bytes or a stream as body", async () => {
  const bodies = ['{"status":"a"}', Buffer.from('{"status":"b"}'), new Blob(['{"status":"c"}']).stream()];
  for (const [index, body] of bodies.entries()) {
    const init = { method: "PUT", body, duplex: "half" } as RequestInit; // the types do not know `duplex`
    expect((await mock.fetch(`${mock.url}${assetsPath}/asset_put`, init)).status).toBe(200);
    expect(await statusOf("asset_put")).toBe("abc"[index]);
  }
});

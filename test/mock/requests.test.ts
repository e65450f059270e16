/** What the mock records of each request, and tells `onRequest`. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { createClient } from "../../src/index.ts";
import { requestsPath, startMockServer, type MockRequest } from "../../src/mock.ts";
import { caught } from "../helpers/caught.ts";
import { authorization, pathOf } from "./look-up.ts";
import { sendRaw } from "./raw-request.ts";

const received: MockRequest[] = [];
const mock = await startMockServer({ onRequest: (request) => void received.push(request) });
afterAll(() => mock.close());
beforeEach(() => {
  mock.reset();
  received.length = 0;
});

describe("requests", () => {
  test("are recorded in order with status and test asset, without secrets, and passed to onRequest", async () => {
    const { assets: client } = createClient({ apiKey: "cy_s3cret", baseUrl: mock.url });
    const { signed_url } = await client.get(testAssets.rateLimited.asset_id);
    await fetch(signed_url);
    await fetch(`${mock.url}/nowhere?key=cy_s3cret`);
    const rate = {
      path: pathOf(testAssets.rateLimited.asset_id),
      testAsset: testAssets.rateLimited,
    };
    const [first, second, third, fourth] = mock.requests;
    expect(first).toMatchObject({ method: "GET", status: 429, ...rate });
    expect(second).toMatchObject({ method: "GET", status: 200, ...rate });
    expect(third).toMatchObject({ status: 200, path: new URL(signed_url).pathname, testAsset: rate.testAsset });
    expect(fourth).toMatchObject({ status: 404, path: "/nowhere", testAsset: undefined });
    expect(mock.requests).toHaveLength(4);
    expect(received).toEqual(mock.requests);
    expect(JSON.stringify(mock.requests)).not.toContain("s3cret");
    expect(JSON.stringify(mock.requests)).not.toContain(new URL(signed_url).searchParams.get("signature"));
    for (const { durationMs } of mock.requests) expect(durationMs).toBeGreaterThan(0);
  });

  test("are recorded up to the last 1000", async () => {
    const paths = Array.from({ length: 1010 }, (_, index) => `/${index}`);
    for (const path of paths) await (await fetch(mock.url + path)).body?.cancel();
    expect(mock.requests.map(({ path }) => path)).toEqual(paths.slice(10));
  });

  test("are recorded without what may be a secret", async () => {
    for (const target of [
      "/assets/a/content%3Fsignature=SECRET",
      "/assets/a/content%3fsignature=SECRET",
      "/assets/a/content%253Fsig=SECRET",
      "/assets/a/content%23sig=SECRET",
      "/assets/a/content&signature=SECRET",
      "ws://user:SECRET@a.example/x?SECRET",
    ]) {
      await sendRaw(mock, `GET ${target} HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n`, 5000);
    }
    expect(mock.requests).toHaveLength(6);
    expect(JSON.stringify(mock.requests)).not.toContain("SECRET");
    for (const path of ["//api/open", "/a&b/c;d"]) {
      await fetch(mock.url + path);
      expect(mock.requests.at(-1)!.path).toBe(path);
    }
  });
});

describe("a request is recorded with", () => {
  const headers = { authorization };
  const { image, drops, rateLimited } = testAssets;

  async function record(path: string, init: RequestInit = {}): Promise<MockRequest> {
    const response = await fetch(mock.url + path, init);
    await caught(response.arrayBuffer().then(() => Promise.reject(new Error("whole"))));
    return mock.requests.at(-1)!;
  }

  test("its asset and its time, and a number that goes on after a reset", async () => {
    const before = Date.now();
    const first = await record(pathOf("asset_1"), { headers });
    expect(first).toMatchObject({ assetId: "asset_1", testAsset: undefined });
    expect(first.time).toBe(new Date(first.time).toISOString());
    expect(Date.parse(first.time)).toBeGreaterThanOrEqual(before);
    mock.reset();
    expect((await record(pathOf(".."), { headers })).assetId).toBeUndefined();
    const third = await record(`/assets/${image.asset_id}/content`);
    expect(third).toMatchObject({ assetId: image.asset_id, testAsset: image });
    expect(third.sequence).toBe(mock.requests[0]!.sequence + 1);
    expect(mock.requests[0]!.sequence).toBe(first.sequence + 1);
  });

  test("the bytes of its body, as far as they were sent", async () => {
    const content = `/assets/${drops.asset_id}/content`;
    const [text, half, range, head, denied] = [
      await record(pathOf(rateLimited.asset_id), { headers }),
      await record(content),
      await record(content, { headers: { range: "bytes=5-9" } }),
      await record(content, { method: "HEAD" }),
      await record(pathOf(image.asset_id), { method: "HEAD", headers }),
    ];
    const sent = [text, half, range, head, denied].map(({ bytesSent }) => bytesSent);
    expect(sent).toEqual([39, 3_670_016, 5, 0, 0]);
  });

  test("its headers, without what may be a secret", async () => {
    const cookies = {
      cookie: "SECRET",
      "proxy-authorization": "SECRET",
      "x-api-key": "SECRET",
      "X-Auth-Token": "SECRET",
    };
    for (const name of ["x-auth", "x-access-key", "x-session-id", "x-jwt"]) {
      expect((await record("/a", { headers: { [name]: "SECRET" } })).headers).toHaveProperty([name], "…");
    }
    const referer = "https://a.example/x?signature=SECRET";
    const { headers: shown } = await record("/a", { headers: { ...headers, ...cookies, "x-url": referer } });
    expect(shown).toMatchObject({
      authorization: "…",
      cookie: "…",
      "proxy-authorization": "…",
      "x-api-key": "…",
      "x-auth-token": "…",
      "x-url": "https://a.example/x?…",
    });
    const own = { "x-trace": "1", "idempotency-key": "2", "x-author": "3" };
    expect((await record("/a", { headers: own })).headers).toMatchObject(own);
    expect(JSON.stringify(mock.requests)).not.toContain("SECRET");
  });

  test("its query, without what may be a secret", async () => {
    const { query } = await record(
      "/a?page=2&name=%E8%B5%84&Signature=SECRET&X-Amz-Credential=SECRET&sig=SECRET&SECRET&=SECRET",
    );
    expect(query).toEqual({ page: "2", name: "资", Signature: "…", "X-Amz-Credential": "…", sig: "…" });
    for (const name of ["auth_key", "OSSAccessKeyId", "sign", "pwd", "passwd", "access_key", "private-key"]) {
      expect((await record(`/a?${name}=SECRET`)).query).toEqual({ [name]: "…" });
    }
    expect((await record("/a?page=1?2")).query).toEqual({ page: "1?2" });
    expect((await record(`/assets/${image.asset_id}/content?expires=1&signature=SECRET`)).query).toEqual({
      expires: "1",
      signature: "…",
    });
  });

  test("nothing but a call of onRequest, before the response, if it is for the mock itself", async () => {
    const sent: number[] = [];
    const own = await startMockServer({ listen: false, onRequest: ({ bytesSent }) => void sent.push(bytesSent) });
    const response = await own.fetch(own.url + requestsPath, { headers });
    expect(await response.json()).toEqual({ requests: [], forgotten: 0 });
    expect(sent).toEqual([0]);
  });
});

describe("onRequest", () => {
  test("delays the response until it resolves", async () => {
    const slow = await startMockServer({ onRequest: () => sleep(200) });
    const start = performance.now();
    await fetch(slow.url);
    expect(performance.now() - start).toBeGreaterThan(195);
    await slow.close();
  });

  test("ends the connection when it throws, but not the server", async () => {
    const strict = await startMockServer({
      async onRequest({ path }) {
        if (path === "/later") await sleep(20);
        if (path !== "/good") throw new Error("planted");
      },
    });
    for (const path of ["/bad", "/later"]) expect(await caught(fetch(strict.url + path))).toBeInstanceOf(TypeError);
    expect((await fetch(`${strict.url}/good`)).status).toBe(404);
    await strict.close();
  });

  test("ends the connection when it throws, also for requests that were sent before", async () => {
    let count = 0;
    const strict = await startMockServer({
      onRequest() {
        count += 1;
        if (count === 2) throw new Error("planted");
      },
    });
    const slow = `GET /assets/${testAssets.slow.asset_id}/content HTTP/1.1\r\nHost: m\r\nRange: bytes=0-59999\r\n\r\n`;
    const start = performance.now();
    await sendRaw(strict, slow + slow + slow, 10_000);
    expect(performance.now() - start).toBeLessThan(4000);
    await strict.close();
  });
});

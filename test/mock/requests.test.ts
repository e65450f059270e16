/** What the mock records of each request, and tells `onRequest`. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { createClient } from "../../src/index.ts";
import { startMockServer, type MockRequest } from "../../src/mock.ts";
import { caught } from "../helpers/caught.ts";
import { pathOf } from "./look-up.ts";
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
      "ws://user:SECRET@a.example/x?SECRET",
    ]) {
      await sendRaw(mock, `GET ${target} HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n`, 5000);
    }
    expect(mock.requests).toHaveLength(3);
    expect(JSON.stringify(mock.requests)).not.toContain("SECRET");
    await fetch(`${mock.url}//api/open`);
    expect(mock.requests.at(-1)!.path).toBe("//api/open");
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

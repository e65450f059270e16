/** The requests for the mock itself, below `/__mock/`. */
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import {
  healthPath,
  keyFingerprint,
  requestsPath,
  resetPath,
  startMockServer,
  type MockRequest,
} from "../../src/mock.ts";
import { lookUp, pathOf } from "./look-up.ts";

const mock = await startMockServer();
afterAll(() => mock.close());
beforeEach(() => mock.reset());

const { image, video } = testAssets;
const bearer = (key: string): { authorization: string } => ({ authorization: `Bearer ${key}` });

async function list(query = "", headers: Record<string, string> = {}): Promise<MockRequest[]> {
  const response = await fetch(mock.url + requestsPath + query, { headers });
  expect(response.status).toBe(200);
  return (await response.json()).requests;
}

async function send(method: string, path: string, headers: Record<string, string> = {}): Promise<[number, string]> {
  const response = await fetch(mock.url + path, { method, headers });
  return [response.status, await response.text()];
}

describe("GET /__mock/requests", () => {
  beforeEach(async () => {
    await lookUp(mock, image.asset_id, { ...bearer("a"), "x-trace": "1" });
    await lookUp(mock, video.asset_id, bearer("a"));
    await lookUp(mock, image.asset_id, bearer("b"));
    await fetch(`${mock.url}/nowhere`);
  });

  test("lists all requests but those for the mock itself, newest last, as mock.requests does", async () => {
    const requests = await list();
    expect(requests.map(({ status }) => status)).toEqual([200, 200, 200, 404]);
    expect(requests).toEqual(JSON.parse(JSON.stringify(mock.requests)));
    expect(await list()).toEqual(requests);
  });

  test("proves how many requests an app sent, and with which header", async () => {
    const own = await list("", bearer("a"));
    expect(own.map(({ path }) => path)).toEqual([pathOf(image.asset_id), pathOf(video.asset_id)]);
    expect(own.map(({ headers }) => headers["x-trace"])).toEqual(["1", undefined]);
  });

  test("selects by fingerprint, asset and number, and by all of them", async () => {
    const [first, second, third, fourth] = mock.requests.map(({ sequence }) => sequence);
    const sequencesOf = async (...given: Parameters<typeof list>): Promise<number[]> =>
      (await list(...given)).map(({ sequence }) => sequence);
    expect(await sequencesOf(`?key=${keyFingerprint("a")}`)).toEqual([first, second]);
    expect(await sequencesOf(`?key=${keyFingerprint("a")}`, bearer("b"))).toEqual([first, second]);
    expect(await sequencesOf(`?asset_id=${image.asset_id}`)).toEqual([first, third]);
    expect(await sequencesOf(`?since=${third}`)).toEqual([fourth]);
    expect(await sequencesOf(`?since=${fourth}`)).toEqual([]);
    expect(await sequencesOf(`?since=${first}&asset_id=${image.asset_id}&key=${keyFingerprint("b")}`)).toEqual([third]);
    expect(await sequencesOf("", bearer("c"))).toEqual([]);
  });

  test("says how many requests it no longer has", async () => {
    for (let count = 0; count < 1005; count++) await mock.fetch(`${mock.url}/${count}`);
    const response = await fetch(mock.url + requestsPath);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect((await response.json()).forgotten).toBe(6); // the one to /nowhere, too
    expect((await (await fetch(mock.url + requestsPath, { headers: bearer("a") })).json()).forgotten).toBe(0);
  });

  test.each([
    ["?key=worker-1", "key: pass the fingerprint of a key, 12 hexadecimal digits, and never the key itself, once.\n"],
    ["?key=", "key: pass the fingerprint"],
    [`?key=${"0".repeat(12)}&key=${"0".repeat(12)}`, "key: pass the fingerprint"],
    ["?asset_id=", "asset_id: pass the id of an asset, once.\n"],
    ["?since=1.5", "since: pass the `sequence` of a request, once.\n"],
    ["?since=-1", "since: pass"],
    ["?since=1e3", "since: pass"],
    ["?since=2026-11-27", "since: pass"],
    ["?limit=5", 'There is no parameter "limit". Pass key, asset_id, since.\n'],
    ["?assetId=a", 'There is no parameter "assetId"'],
    [`?${"x".repeat(100)}`, `There is no parameter "${"x".repeat(40)}". Pass`],
  ])("refuses %s and says what to pass", async (query, message) => {
    const [status, text] = await send("GET", requestsPath + query);
    expect(status).toBe(400);
    expect(text).toContain(message);
  });
});

describe("DELETE /__mock/requests", () => {
  beforeEach(async () => {
    for (const key of ["a", "b"]) await lookUp(mock, testAssets.rateLimited.asset_id, bearer(key));
  });

  test("removes the requests of one key, and does not begin its sequences again", async () => {
    expect(await send("DELETE", requestsPath, bearer("a"))).toEqual([204, ""]);
    expect(mock.requests.map(({ key }) => key)).toEqual([keyFingerprint("b")]);
    expect((await lookUp(mock, testAssets.rateLimited.asset_id, bearer("a"))).status).toBe(200);
  });

  test("removes all without a key", async () => {
    await send("DELETE", requestsPath);
    expect(mock.requests).toEqual([]);
  });

  test("refuses what it would ignore", async () => {
    for (const [method, path] of [
      ["DELETE", `${requestsPath}?since=5`],
      ["DELETE", `${requestsPath}?asset_id=${image.asset_id}`],
      ["POST", `${resetPath}?since=5`],
    ] as const) {
      expect((await send(method, path))[0]).toBe(400);
    }
    expect(mock.requests).toHaveLength(2);
  });
});

test("the mock says that it can be used, without a key", async () => {
  const response = await fetch(mock.url + healthPath);
  expect([response.status, await response.json()]).toEqual([200, { status: "ok" }]);
  expect(mock.requests).toEqual([]);
  expect(await send("GET", `${healthPath}?a=1`)).toEqual([400, 'There is no parameter "a". Pass none.\n']);
});

test.each(["/nowhere", "//", "/assets/", "/assets/a/b/content", "/apis"])(
  "%s is not served, and the answer says what is",
  async (path) => {
    const served = "GET /api/open/v2/assets/{asset_id}, GET /assets/{asset_id}/content, GET /, /__mock/";
    expect(await send("GET", path)).toEqual([404, `This mock serves only: ${served}.\n`]);
  },
);

test("an unknown path is answered with what there is", async () => {
  const there =
    "GET /__mock/health, GET /__mock/requests, DELETE /__mock/requests, POST /__mock/reset, GET /__mock/assets, " +
    "PUT /__mock/assets/{asset_id}, DELETE /__mock/assets/{asset_id}";
  for (const path of ["/__mock/", "/__mock/nothing", "/__mock/requests/", "/__mock/reset/x"]) {
    expect(await send("GET", path)).toEqual([404, `Below /__mock/ there is only: ${there}.\n`]);
  }
});

test("a method that a path does not take is answered with those that it takes", async () => {
  const response = await fetch(mock.url + requestsPath, { method: "PUT" });
  expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, DELETE"]);
  expect(await response.text()).toBe("Use GET or DELETE.\n");
  expect(await send("GET", resetPath)).toEqual([405, "Use POST.\n"]);
  expect((await fetch(mock.url + requestsPath, { method: "HEAD" })).status).toBe(200);
});

describe("a request that changes the mock", () => {
  const calls = [
    ["POST", resetPath],
    ["DELETE", requestsPath],
  ] as const;
  beforeEach(async () => void (await lookUp(mock, image.asset_id)));

  test.each([
    "https://evil.example",
    "http://evil.example:4010",
    "http://localhost.evil.example",
    "http://127.0.0.1.evil.example",
    "http://192.168.0.7",
    "null",
    "localhost",
    "",
  ])("is refused from a page of %j", async (origin) => {
    for (const [method, path] of calls) {
      const [status, text] = await send(method, path, { origin });
      expect([status, text]).toEqual([
        403,
        expect.stringMatching(/^A web page may change the mock only if [^\n]+\.\n$/),
      ]);
    }
    expect(mock.requests).toHaveLength(1);
    expect(await list("", { origin })).toHaveLength(1); // reading changes nothing
  });

  test.each(["http://localhost:5173", "https://127.0.0.1", "http://[::1]:80", "http://app.localhost"])(
    "is answered from a page of %s",
    async (origin) => {
      for (const [method, path] of calls) expect((await send(method, path, { origin }))[0]).toBe(204);
      expect(mock.requests).toEqual([]);
    },
  );
});

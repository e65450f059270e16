/** `mock.fetch` answers in process as the server does over a socket. */
import { Server } from "node:net";
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { createClient } from "../../src/index.ts";
import { requestsPath, resetPath, startMockServer, type MockServer } from "../../src/mock.ts";
import { caught } from "../helpers/caught.ts";
import { authorization, pathOf } from "./look-up.ts";

const { image, video, drops, rateLimited, notFound, short, noRanges } = testAssets;
const overSocket = await startMockServer();
const inProcess = await startMockServer({ listen: false });
afterAll(() => Promise.all([overSocket.close(), inProcess.close()]));
beforeEach(() => {
  overSocket.reset();
  inProcess.reset();
});

const contentOf = (id: string): string => `/assets/${id}/content`;

/** Requests, in the order in which they are sent. */
const exchanges: [name: string, path: string, init: RequestInit][] = [
  ["a look-up", pathOf(image.asset_id), { headers: { authorization } }],
  ["a look-up of an id that has to be encoded", pathOf("%E8%B5%84.png"), { headers: { authorization } }],
  ["a look-up that is limited", pathOf(rateLimited.asset_id), { headers: { authorization } }],
  ["the next look-up", pathOf(rateLimited.asset_id), { headers: { authorization } }],
  ["a failure", pathOf(notFound.asset_id), { headers: { authorization } }],
  ["an example that the request chooses", pathOf(image.asset_id), { headers: { authorization, prefer: "code=403" } }],
  ["no key", pathOf(image.asset_id), {}],
  ["a wrong key", pathOf(image.asset_id), { headers: [["Authorization", "Bearer cy_invalid"]] }],
  ["an Accept without JSON", pathOf(image.asset_id), { headers: { authorization, accept: "text/html" } }],
  ["a method that the API has not", pathOf(image.asset_id), { method: "POST", body: "{}" }],
  ["HEAD to the API", pathOf(image.asset_id), { method: "HEAD", headers: { authorization } }],
  ["an unknown path", "/nowhere?a=1&b=2#hash", {}],
  ["a content", contentOf(image.asset_id), {}],
  ["a large content", contentOf(video.asset_id), {}],
  ["HEAD of a content", contentOf(image.asset_id), { method: "HEAD" }],
  ["a range", contentOf(image.asset_id), { headers: { range: "bytes=100-70000" } }],
  ["a range that is not there", contentOf(image.asset_id), { headers: { range: "bytes=999999-" } }],
  ["a content that did not change", contentOf(image.asset_id), { headers: { "if-none-match": "*" } }],
  ["a content without ranges", contentOf(noRanges.asset_id), { headers: { range: "bytes=5-9" } }],
  ["a content that is short", contentOf(short.asset_id), {}],
  ["a content that drops", contentOf(drops.asset_id), {}],
  ["a content that drops after a few bytes", contentOf(drops.asset_id), { headers: { range: "bytes=3670000-" } }],
  ["a content that is not there", contentOf(notFound.asset_id), {}],
  ["a signed URL that is wrong", `${contentOf(image.asset_id)}?signature=0`, {}],
  ["PUT to a content", contentOf(image.asset_id), { method: "PUT", body: new Uint8Array(9) }],
  ["a list of requests", `${requestsPath}?since=99999`, {}],
  ["a list with a wrong parameter", `${requestsPath}?since=x`, {}],
  ["a path of the mock that is not there", "/__mock/nothing", {}],
  [
    "a preflight",
    contentOf(image.asset_id),
    { method: "OPTIONS", headers: { "access-control-request-method": "PUT" } },
  ],
  ["a removal from a foreign page", requestsPath, { method: "DELETE", headers: { origin: "https://evil.example" } }],
];

/** What a client sees of a response, without what belongs to the connection. */
async function observe(send: typeof fetch, { url }: MockServer, path: string, init: RequestInit): Promise<object> {
  const response = await send(url + path, init);
  const headers = Object.fromEntries(response.headers);
  for (const name of ["connection", "keep-alive", "transfer-encoding"]) delete headers[name];
  expect(Date.parse(headers["date"]!)).toBeGreaterThan(Date.now() - 5000);
  headers["date"] = "now";
  const pieces: Uint8Array[] = [];
  let end = "whole";
  try {
    for await (const piece of response.body ?? []) pieces.push(piece);
  } catch (error) {
    end = String(error);
  }
  const bytes = Buffer.concat(pieces);
  const shown = bytes.length > 2000 ? bytes.toString("base64") : bytes.toString().replaceAll(url, "ORIGIN");
  const { status, statusText, ok, redirected } = response;
  const hasBody = response.body !== null;
  return { status, statusText, ok, redirected, url: response.url.replace(url, ""), headers, hasBody, shown, end };
}

describe("mock.fetch answers as the server does", () => {
  test("each of a list of requests", async () => {
    for (const [name, path, init] of exchanges) {
      const expected = await observe(fetch, overSocket, path, init);
      const answered = await observe(inProcess.fetch, inProcess, path, init);
      // The addresses in an asset have the length of the mock's own.
      for (const { headers } of [expected, answered] as { headers: Record<string, string> }[]) {
        if (path.startsWith("/api") && Number(headers["content-length"]) > 500) delete headers["content-length"];
      }
      expect(answered, name).toEqual(expected);
    }
  });

  test("and records them in the same way", async () => {
    for (const [, path, init] of exchanges) {
      await observe(fetch, overSocket, path, init);
      await observe(inProcess.fetch, inProcess, path, init);
    }
    const recorded = [overSocket, inProcess].map(({ requests }) =>
      requests.map(({ method, path, query, key, assetId, testAsset, status, bytesSent }) => {
        const isAsset = path.startsWith("/api") && bytesSent > 500; // has addresses of the mock
        return { method, path, query, key, assetId, testAsset, status, bytesSent: isAsset ? "many" : bytesSent };
      }),
    );
    expect(recorded[0]!.length).toBe(exchanges.filter(([, path]) => !path.startsWith("/__mock")).length);
    expect(recorded[1]).toEqual(recorded[0]);
  });
});

describe("mock.fetch", () => {
  const url = inProcess.url + pathOf(image.asset_id);
  const headers = { authorization };

  test.each<[string, string | URL | Request, RequestInit | undefined]>([
    ["text", url, { headers }],
    ["a URL", new URL(url), { headers }],
    ["a Request", new Request(url, { headers }), undefined],
    ["a Request and an init", new Request(url, { headers: { authorization: "" } }), { headers }],
  ])("takes %s", async (_name, input, init) => {
    const response = await inProcess.fetch(input, init);
    expect([response.status, response.url]).toEqual([200, url]);
    expect((await response.json()).data.url).toBe(inProcess.url + contentOf(image.asset_id));
  });

  test.each([
    ["a path alone", "/api", {}],
    ["an invalid header", url, { headers: { "a b": "" } }],
  ])("rejects %s with a TypeError", async (_name, input, init) => {
    expect(await caught(inProcess.fetch(input, init))).toBeInstanceOf(TypeError);
  });

  test("is enough for a client, also without a base URL, and for a wait, a drop and an expired URL", async () => {
    for (const baseUrl of [inProcess.url, undefined]) {
      inProcess.reset();
      const { assets } = createClient({ apiKey: "any", baseUrl, fetch: inProcess.fetch });
      const asset = await assets.waitUntilReady(testAssets.underReview, { intervalMs: 1 });
      expect(asset.signed_url).toContain(`${baseUrl ?? "https://www.chenyu.cn"}/assets/`);
      for (const { asset_id: id } of [drops, testAssets.expiredUrl]) {
        const { sequence } = inProcess.requests.at(-1)!;
        const download = await assets.download(id);
        expect((await download.bytes()).length).toBe(download.asset.size_bytes);
        expect(inProcess.requests.filter((request) => request.sequence > sequence)).toHaveLength(3);
      }
    }
  });

  test("resets one key by a request", async () => {
    const lookUp = async (key: string): Promise<number> =>
      (await inProcess.fetch(inProcess.url + pathOf(rateLimited.asset_id), { headers: { authorization: key } })).status;
    expect([await lookUp("Bearer a"), await lookUp("Bearer b")]).toEqual([429, 429]);
    await inProcess.fetch(inProcess.url + resetPath, { method: "POST", headers: { authorization: "Bearer a" } });
    expect([await lookUp("Bearer a"), await lookUp("Bearer b")]).toEqual([429, 200]);
  });
});

describe("a mock without a port", () => {
  test("opens none, and has a URL that a client accepts", async () => {
    const listen = vi.spyOn(Server.prototype, "listen");
    const mock = await startMockServer({ listen: false });
    expect(mock.url).toBe("http://mock.localhost");
    expect(() => createClient({ apiKey: "any", baseUrl: mock.url })).not.toThrow();
    await mock.close();
    expect(listen).not.toHaveBeenCalled();
    listen.mockRestore();
  });

  test.each<[string, object, RegExp]>([
    ["text for listen", { listen: "no" }, /^listen: pass true or false\.$/],
    ["a port as well", { listen: false, port: 4010 }, /^listen: without a port/],
    ["a host as well", { listen: false, host: "0.0.0.0" }, /^listen: without a port/],
  ])("is refused with %s", async (_name, options, message) => {
    const error = await caught(startMockServer(options));
    expect(error).toMatchObject({ name: "ConfigError", message: expect.stringMatching(message) });
  });
});

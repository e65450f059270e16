/** The mock as its users meet it: over HTTP, by the ids of the document. */
import { createServer } from "node:http";
import { once } from "node:events";
import { networkInterfaces } from "node:os";
import { connect, Server, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { testAssets, type TestAsset } from "../../generated/document.ts";
import { listExamples, readDocument } from "../../scripts/document.ts";
import { createClient, type Asset } from "../../src/index.ts";
import { startMockServer, type MockRequest, type MockServerOptions } from "../../src/mock.ts";
import { caught } from "../helpers/caught.ts";
import { withoutLocal } from "./localised.ts";

const document = await readDocument();
const examples = listExamples(document);
const told: MockRequest[] = [];
const mock = await startMockServer({ onRequest: (request) => void told.push(request) });
afterAll(() => mock.close());
beforeEach(() => {
  mock.reset();
  told.length = 0;
});

const authorization = "Bearer cy_s3cret";
const readyId = testAssets.image.asset_id;

function pathOf(id: string): string {
  return `/api/open/v2/assets/${id}`;
}

function lookUp(id: string, headers: Record<string, string> = {}, url = mock.url): Promise<Response> {
  return fetch(url + pathOf(id), { headers: { authorization, ...headers } });
}

async function playAll({ asset_id, answers }: TestAsset): Promise<string[]> {
  const statuses: string[] = [];
  for (let count = 0; count <= answers.length; count++) {
    const response = await lookUp(asset_id);
    const { data } = (await response.json()) as { data?: Asset };
    statuses.push(`${response.status} ${data?.status}`);
  }
  return statuses;
}

describe("each test asset's look-ups are answered in turn, as the document promises", () => {
  const ajv = new Ajv2020({ strict: false });
  ajv.addSchema({ ...document, $id: "document" });

  test.each(Object.entries(testAssets))("%s", async (_name, { asset_id, answers }) => {
    for (const answer of [...answers, answers.at(-1)!]) {
      const response = await lookUp(asset_id);
      expect(response.status).toBe(answer.status);
      expect(response.headers.get("content-type")).toBe("application/json");
      const body = (await response.json()) as { data?: Asset };
      const [path] = Object.values(document.paths);
      const name = path!.get!.responses[answer.status]!.$ref.split("/").at(-1)!;
      const pointer = `document#/components/responses/${name}/content/application~1json/schema`;
      const validate = ajv.compile({ $ref: pointer });
      expect(validate(body), ajv.errorsText(validate.errors)).toBe(true);

      const { value } = examples.find(({ status, example }) => status === answer.status && example === answer.example)!;
      const { data, ...envelope } = value as { data?: Asset };
      expect(body).toEqual({ ...envelope, ...(data && { data: expect.anything() }) });
      if (data === undefined) continue;
      expect(withoutLocal(body.data!, data)).toEqual(data);
      expect(Object.keys(body.data!)).toEqual(Object.keys(data));
      expect(body.data).toMatchObject({ asset_id, asset_uri: `asset://${asset_id}` });
      expect(body.data!.url).toBe(`${mock.url}/assets/${asset_id}/content`);
    }
  });

  test("a rate limit by status says how long to wait", async () => {
    expect((await lookUp(testAssets.rateLimited.asset_id)).headers.get("retry-after")).toBe("1");
  });

  test("an asset has not expired, by the clock of China", async () => {
    const { expires_at } = (await (await lookUp(readyId)).json()).data as Asset;
    expect(expires_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/);
    const days = (Date.parse(expires_at!) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(2);
    expect(days).toBeLessThanOrEqual(3);
  });
});

describe("any other id is a ready image", () => {
  test.each(["asset_1", `asset_${"0123456789abcdef".repeat(2)}`, "资源.png", "a&b=c"])("%s", async (id) => {
    const [first, second] = await Promise.all([lookUp(encodeURIComponent(id)), lookUp(encodeURIComponent(id))]);
    const body = await first.json();
    expect(first.status).toBe(200);
    expect(body.data).toMatchObject({ asset_id: id, status: "confirmed", media_type: "image" });
    expect(await second.json()).toEqual(body);
    const content = await fetch(body.data.signed_url);
    expect(content.status).toBe(200);
    expect((await content.bytes()).length).toBe(body.data.size_bytes);
  });
});

describe("the sequences", () => {
  const reviewed = testAssets.underReview;
  const sequence = ["200 reviewing", "200 reviewing", "200 confirmed", "200 confirmed"];

  test("begin again after reset()", async () => {
    expect(await playAll(reviewed)).toEqual(sequence);
    mock.reset();
    expect(await playAll(reviewed)).toEqual(sequence);
  });

  test("begin again after POST /__mock/reset, and only after POST", async () => {
    await lookUp(reviewed.asset_id);
    expect((await fetch(`${mock.url}/__mock/reset`)).status).toBe(404);
    expect(mock.requests.map(({ path }) => path)).toEqual([pathOf(reviewed.asset_id), "/__mock/reset"]);
    expect((await (await lookUp(reviewed.asset_id)).json()).data.status).toBe("reviewing");
    const response = await fetch(`${mock.url}/__mock/reset`, { method: "POST", body: "whatever" });
    expect(response.status).toBe(204);
    expect(mock.requests).toEqual([]);
    expect(await playAll(reviewed)).toEqual(sequence);
  });

  test("are each id's own", async () => {
    await lookUp(reviewed.asset_id);
    await lookUp(testAssets.rateLimited.asset_id);
    expect((await lookUp(testAssets.recovers.asset_id)).status).toBe(500);
    expect((await lookUp(testAssets.rateLimited.asset_id)).status).toBe(200);
    expect((await (await lookUp(reviewed.asset_id)).json()).data.status).toBe("reviewing");
  });

  test("are each server's own", async () => {
    const second = await startMockServer();
    await lookUp(testAssets.rateLimited.asset_id);
    expect((await lookUp(testAssets.rateLimited.asset_id, {}, second.url)).status).toBe(429);
    await second.close();
  });

  test("are not moved on by what is no look-up with a key", async () => {
    const id = testAssets.rateLimited.asset_id;
    const others = [{ authorization: "" }, { authorization: "Bearer" }, { authorization: "Bearer cy_invalid" }];
    for (const headers of [...others, { prefer: "code=404" }, { accept: "text/html" }]) await lookUp(id, headers);
    await lookUp(encodeURIComponent(`asset://${id}`));
    await fetch(mock.url + pathOf(id), { method: "HEAD", headers: { authorization } });
    await fetch(mock.url + pathOf(id), { method: "OPTIONS", headers: { "access-control-request-method": "GET" } });
    await fetch(`${mock.url}${pathOf(id)}/content`, { headers: { authorization } });
    expect((await lookUp(id)).status).toBe(429);
  });

  test("are the same for requests at the same time", async () => {
    const responses = await Promise.all(Array.from({ length: 20 }, () => lookUp(testAssets.recovers.asset_id)));
    expect(responses.filter(({ status }) => status === 500)).toHaveLength(2);
  });
});

test.each([
  ["no key", undefined],
  ["a wrong key", "Bearer cy_invalid_1"],
  ["a wrong key, the scheme in small letters", "bearer cy_invalid"],
  ["a wrong key after two spaces", "Bearer  cy_invalid"],
  ["another scheme", "Basic Y3lfdGVzdDo="],
])("%s is answered with 401, whatever the id", async (_name, value) => {
  for (const id of [readyId, "asset_1", testAssets.notFound.asset_id]) {
    const response = await fetch(
      mock.url + pathOf(id),
      value === undefined ? {} : { headers: { authorization: value } },
    );
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ code: 401, msg: "API Key 无效" });
  }
});

test("whoever takes no JSON is answered with 406", async () => {
  const id = testAssets.rateLimited.asset_id;
  const others = ["text/html", "text/*", "image/*", "text/html, image/png", "application/problem+json"];
  for (const accept of [...others, "application/jsonl", "application/json-patch+json", "application/json;q=0"]) {
    expect((await lookUp(id, { accept })).status, accept).toBe(406);
  }
  expect((await lookUp(id)).status).toBe(429);
  for (const accept of ["*/*", "application/*", "application/json;q=0.5", "text/html, */*;q=0.1"]) {
    expect((await lookUp(readyId, { accept })).status).toBe(200);
  }
});

describe("requests", () => {
  test("are kept in order, with status and test asset, without queries", async () => {
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
    expect(told).toEqual(mock.requests);
    expect(JSON.stringify(mock.requests)).not.toMatch(/s3cret|signature/);
    for (const { durationMs } of mock.requests) expect(durationMs).toBeGreaterThan(0);
  });

  test("are kept for the last 1000", async () => {
    const paths = Array.from({ length: 1010 }, (_, index) => `/${index}`);
    for (const path of paths) await (await fetch(mock.url + path)).body?.cancel();
    expect(mock.requests.map(({ path }) => path)).toEqual(paths.slice(10));
  });

  test("are kept without what may be secret", async () => {
    const { port } = new URL(mock.url);
    for (const target of [
      "/assets/a/content%3Fsignature=SECRET",
      "/assets/a/content%3fsignature=SECRET",
      "ws://user:SECRET@a.example/x?SECRET",
    ]) {
      const socket = connect(Number(port), "127.0.0.1");
      socket.write(`GET ${target} HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n`);
      await once(socket.resume(), "close");
    }
    expect(mock.requests).toHaveLength(3);
    expect(JSON.stringify(mock.requests)).not.toContain("SECRET");
    await fetch(`${mock.url}//api/open`);
    expect(mock.requests.at(-1)!.path).toBe("//api/open");
  });

  test("wait for onRequest", async () => {
    const slow = await startMockServer({ onRequest: () => sleep(200) });
    const start = performance.now();
    await fetch(slow.url);
    expect(performance.now() - start).toBeGreaterThan(195);
    await slow.close();
  });

  test("end when onRequest throws, but the server does not", async () => {
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
});

describe("pages of other origins", () => {
  const preflight = {
    "access-control-request-method": "GET",
    "access-control-request-headers": "authorization,prefer",
  };

  test.each([pathOf(readyId), `/assets/${readyId}/content`])("may ask %s", async (path) => {
    const response = await fetch(mock.url + path, { method: "OPTIONS", headers: preflight });
    expect(response.status).toBe(204);
    const headers = Object.fromEntries(response.headers);
    expect(headers).toMatchObject({
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "GET",
      "access-control-allow-headers": "authorization,prefer",
    });
    // What is no OPTIONS is no preflight, whatever its headers are.
    const answer = await fetch(mock.url + path, { headers: { ...preflight, origin: "https://app.example" } });
    expect(answer.status).toBe(path.startsWith("/api") ? 401 : 200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "access-control-allow-origin": "*",
      "access-control-expose-headers": "*",
    });
    await answer.body?.cancel();
  });

  test("may send any header of theirs, even when they do not say which", async () => {
    const headers = { "access-control-request-method": "GET" };
    const response = await fetch(mock.url + pathOf(readyId), { method: "OPTIONS", headers });
    expect(response.headers.get("access-control-allow-headers")).toBe("*");
  });

  test("may not, with cors: false", async () => {
    const closed = await startMockServer({ cors: false });
    const response = await fetch(closed.url + pathOf(readyId), { method: "OPTIONS", headers: preflight });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET");
    expect([...response.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
    await closed.close();
  });
});

describe("startMockServer", () => {
  test.each<[string, unknown, RegExp]>([
    ["a port that is a text", { port: "4010" }, /^port: a string cannot be used\. Pass a whole number from 0 to 65535/],
    ["a port that is too high", { port: 65_536 }, /^port: 65536/],
    ["a port that is no number", { port: Number.NaN }, /^port: NaN/],
    ["an empty host", { host: "" }, /^host: pass a name or an address/],
    ["a host that is a number", { host: 127 }, /^host: pass/],
    ["a host that no system knows", { host: "a\0b" }, /^host: nothing can listen on "a\\u0000b"/],
    ["a text for cors", { cors: "false" }, /^cors: pass true or false/],
    ["null for cors", { cors: null }, /^cors: pass true or false/],
    ["an onRequest that is no function", { onRequest: "log" }, /^onRequest: pass a function/],
    [
      "an address that is not this machine's",
      { host: "192.0.2.1" },
      /^host: nothing can listen on "192\.0\.2\.1" \(EADDRNOTAVAIL\)\. Pass a name or an address of this machine/,
    ],
  ])("refuses %s", async (_name, options, message) => {
    const error = await caught(startMockServer(options as MockServerOptions));
    expect(error).toMatchObject({ name: "ConfigError", message: expect.stringMatching(message) });
  });

  test("refuses a port that only the machine's administrator may use, and says how to go on", async () => {
    const denied = Object.assign(new Error("denied"), { code: "EACCES" });
    const listen = vi.spyOn(Server.prototype, "listen").mockImplementation(function (this: Server) {
      process.nextTick(() => this.emit("error", denied));
      return this;
    });
    const error = await caught(startMockServer({ port: 80 }));
    listen.mockRestore();
    const message = "port: 80 needs more rights. Pass one above 1023, or 0 for any free one.";
    expect(error).toMatchObject({ name: "ConfigError", message });
  });

  test("takes null for no options", async () => {
    await (await startMockServer(null as unknown as MockServerOptions)).close();
  });

  test("refuses a port that is taken, and says which", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const error = await caught(startMockServer({ port }));
    expect(error).toMatchObject({
      name: "ConfigError",
      message: `port: ${port} on 127.0.0.1 is taken. Pass another one, or 0 for any free one.`,
    });
    await new Promise((resolve) => other.close(resolve));
  });

  const hasIPv6 = Object.values(networkInterfaces()).some((list) => list!.some(({ family }) => family === "IPv6"));
  if (!hasIPv6) console.log("no IPv6 here: listening on :: is not tested");
  const all: [host: string, url: RegExp][] = [["0.0.0.0", /^http:\/\/127\.0\.0\.1:\d+$/]];
  if (hasIPv6) all.push(["::", /^http:\/\/\[::1\]:\d+$/]);

  test("listens on all addresses when asked to, and gives URLs by which each asker reaches it", async () => {
    for (const [host, url] of all) {
      const open = await startMockServer({ host });
      expect(open.url).toMatch(url);
      const { port } = new URL(open.url);
      const response = await lookUp(readyId, {}, `http://localhost:${port}`);
      expect((await response.json()).data.url).toBe(`http://localhost:${port}/assets/${readyId}/content`);
      await open.close();
    }
  });

  test("close() ends open connections at once, and may be called twice", async () => {
    const server = await startMockServer();
    const { signed_url } = await createClient({ apiKey: "any", baseUrl: server.url }).assets.get(
      testAssets.slow.asset_id,
    );
    const slow = await fetch(signed_url);
    const start = performance.now();
    await server.close();
    await server.close();
    expect(performance.now() - start).toBeLessThan(500);
    expect(await caught(slow.arrayBuffer())).toBeInstanceOf(TypeError);
    expect(await caught(fetch(server.url))).toBeInstanceOf(TypeError);
  });
});

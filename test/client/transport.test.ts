import { getEventListeners } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { inspect } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { testAssets, version } from "../../generated/document.ts";
import { createClient, type ChenyuClient, type ClientOptions } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { always, startServer } from "../servers/server.ts";

const { asset_id: id } = testAssets.image;
const path = `/api/open/v2/assets/${id}`;
const found = JSON.stringify({ code: 0, msg: "", data: { asset_id: id } });
const secret = "cy_s3cret";

function connect(baseUrl: string, options: ClientOptions = {}): ChenyuClient {
  return createClient({ apiKey: secret, baseUrl, maxRetries: 0, ...options });
}

describe("a request", () => {
  test("carries the key, accepts JSON and adds the caller's headers", async () => {
    await using server = await startServer(always(200, found));
    const { assets } = connect(server.url, { headers: { "X-Client": "1", "X-Both": "client" } });
    await assets.get(id, { headers: { "X-Call": "2", "X-Both": "call" } });
    expect(server.requests).toHaveLength(1);
    const { method, url, headers } = server.requests[0]!;
    expect({ method, url }).toEqual({ method: "GET", url: path });
    expect(headers).toMatchObject({ authorization: `Bearer ${secret}`, accept: "application/json" });
    expect(headers).toMatchObject({ "x-client": "1", "x-call": "2", "x-both": "call" });
  });

  test("carries the client's key, not one from the headers", async () => {
    await using server = await startServer(always(200, found));
    await connect(server.url, { headers: { Authorization: "Bearer other" } }).assets.get(id);
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${secret}`);
  });

  test("asks a key function each time, and waits for it", async () => {
    await using server = await startServer(always(200, found));
    let count = 0;
    const { assets } = connect(server.url, { apiKey: async () => `key-${++count}` });
    await assets.get(id);
    await assets.get(id);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer key-1", "Bearer key-2"]);
  });

  test("is not sent when the key function throws: its own error comes out", async () => {
    await using server = await startServer(always(200, found));
    const failure = new Error("vault is sealed");
    const { assets } = connect(server.url, { apiKey: () => Promise.reject(failure) });
    expect(await caught(assets.get(id))).toBe(failure);
    expect(server.requests).toEqual([]);
  });

  test.each(["", `${secret}\n`, undefined])("is not sent with a bad key from the key function", async (key) => {
    await using server = await startServer(always(200, found));
    const error = await caught(connect(server.url, { apiKey: () => key as string }).assets.get(id));
    expect(error).toMatchObject({ name: "ConfigError" });
    expect(inspect(error)).not.toContain(secret);
    expect(server.requests).toEqual([]);
  });

  test("is handed to a custom fetch as a URL string and an init", async () => {
    const calls: [unknown, RequestInit][] = [];
    const fetch = async (url: string, init: RequestInit): Promise<Response> => {
      calls.push([url, init]);
      return new Response(found);
    };
    await connect("https://a.example", { fetch }).assets.get(id);
    const [[url, init]] = calls as [[unknown, RequestInit]];
    expect(url).toBe(`https://a.example${path}`);
    const userAgent = `chenyu-assets/${version}`;
    expect(init.headers).toEqual({
      accept: "application/json",
      authorization: `Bearer ${secret}`,
      "user-agent": userAgent,
    });
  });

  test.each([
    "https://a.example.evil.example",
    "https://a.example@evil.example",
    "https://a.exampl",
    "http://a.example",
  ])("of raw does not leave baseUrl for %s", async (other) => {
    const urls: string[] = [];
    const fetch = async (url: string): Promise<Response> => (urls.push(url), new Response(found));
    const options = { params: { path: { asset_id: id } }, baseUrl: other };
    await caught(connect("https://a.example", { fetch }).raw.GET("/api/open/v2/assets/{asset_id}", options));
    expect(urls).toEqual([]);
  });

  test("of raw stays below baseUrl, for it carries the key", async () => {
    await using other = await startServer(always(200, found));
    const { raw } = connect("https://a.example");
    const options = { params: { path: { asset_id: id } }, baseUrl: other.url };
    const error = await caught(raw.GET("/api/open/v2/assets/{asset_id}", options));
    expect(error).toMatchObject({ name: "ConfigError", message: expect.stringContaining("https://a.example") });
    expect(other.requests).toEqual([]);
  });
});

describe("get rejects with TimeoutError within timeoutMs", () => {
  const listeners = {
    "when nothing is answered": () => {},
    "when the body stalls": (_request: unknown, response: import("node:http").ServerResponse) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "1000" }).write(found);
    },
  };
  test.each(Object.entries(listeners))("%s", async (_name, answer) => {
    await using server = await startServer(answer);
    const start = performance.now();
    const error = await caught(connect(server.url, { timeoutMs: 200 }).assets.get(id));
    expect(error).toMatchObject({ name: "TimeoutError", clock: "attempt", retryable: true, attempts: 1 });
    expect((error as Error).message).toBe(
      `GET ${path}: no whole response came in time. Raise timeoutMs (200 ms) if that is not what you want.`,
    );
    expect(performance.now() - start).toSatisfy((elapsed: number) => elapsed >= 195 && elapsed < 5000);
    await expect.poll(server.openSockets).toBe(0);
  });

  test("by the call's own timeoutMs before the client's", async () => {
    await using server = await startServer(() => {});
    const error = await caught(connect(server.url).assets.get(id, { timeoutMs: 50 }));
    expect(error).toMatchObject({ message: expect.stringContaining("timeoutMs (50 ms)") });
  });

  test("when the key function hangs", async () => {
    const apiKey = (): Promise<string> => new Promise(() => {});
    const { assets } = connect("https://a.example", { apiKey, totalTimeoutMs: 50 });
    expect(await caught(assets.get(id))).toMatchObject({ name: "TimeoutError", clock: "total", attempts: 0 });
  });

  test("when a custom fetch ignores its signal", async () => {
    const { assets } = connect("https://a.example", { fetch: () => new Promise<Response>(() => {}), timeoutMs: 50 });
    expect(await caught(assets.get(id))).toMatchObject({ name: "TimeoutError" });
  });
});

describe("an abort rejects with the signal's own reason", () => {
  const reason = { why: "the user left" };

  test("before the request, which is then not sent", async () => {
    await using server = await startServer(always(200, found));
    expect(await caught(connect(server.url).assets.get(id, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(server.requests).toEqual([]);
  });

  test.each([
    ["while nothing is answered", () => {}],
    ["while the body stalls", (_request: unknown, response: import("node:http").ServerResponse) => response.write("{")],
  ])("%s, and frees the socket", async (_name, stall) => {
    const controller = new AbortController();
    await using server = await startServer((request, response) => {
      stall(request, response);
      setImmediate(() => controller.abort(reason));
    });
    expect(await caught(connect(server.url).assets.get(id, { signal: controller.signal }))).toBe(reason);
    await expect.poll(server.openSockets).toBe(0);
  });

  test("of raw too", async () => {
    const controller = new AbortController();
    await using server = await startServer(() => controller.abort(reason));
    const options = { params: { path: { asset_id: id } }, signal: controller.signal };
    expect(await caught(connect(server.url).raw.GET("/api/open/v2/assets/{asset_id}", options))).toBe(reason);
  });

  test("after the call, it does nothing; no call leaves a listener on the signal", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    await using server = await startServer((_request, response) => {
      response.writeHead(server.requests.length % 2 === 0 ? 200 : 404).end(found);
    });
    for (let call = 0; call < 20; call++)
      await connect(server.url)
        .assets.get(id, { signal })
        .catch(() => {});
    expect(server.requests).toHaveLength(20);
    expect(getEventListeners(signal, "abort")).toEqual([]);
    controller.abort(reason);
  });
});

describe("get rejects with NetworkError", () => {
  test("when the connection is refused", async () => {
    const server = await startServer(() => {});
    await server[Symbol.asyncDispose]();
    const error = await caught(connect(server.url).assets.get(id));
    expect(error).toMatchObject({
      name: "NetworkError",
      retryable: true,
      attempts: 1,
      cause: { name: "TypeError", cause: { code: "ECONNREFUSED" } },
    });
    expect((error as Error).message).toMatch(/^GET \/api\/.*: no whole response came \(connect ECONNREFUSED/);
  });

  test.each([
    ["before the headers", ""],
    ["inside the headers", "HTTP/1.1 200 OK\r\nContent-"],
    ["inside the body", 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"code":0'],
    ["by an answer that is not HTTP", "SSH-2.0-OpenSSH_9.2\r\n"],
  ])("when the connection ends %s", async (_name, bytes) => {
    const server = createServer((socket) => socket.once("data", () => socket.end(bytes)).on("error", () => {}));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const error = await caught(connect(`http://127.0.0.1:${port}`).assets.get(id));
    server.close();
    expect(error).toMatchObject({ name: "NetworkError", retryable: true, cause: expect.any(Error) });
    expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain(secret);
  });

  test.each([
    [new Error("no code"), "no code"],
    [new Error("outer", { cause: { code: "ECODE", message: "" } }), "ECODE"],
    [new Error("outer", { cause: { message: "inner" } }), "inner"],
    ["a text", "It was a string."],
    [undefined, "It was a undefined."],
    [Object.create(null), "It was a object."],
  ])("whose message tells what fetch threw: %s", async (thrown, told) => {
    const error = await caught(connect("https://a.example", { fetch: () => Promise.reject(thrown) }).assets.get(id));
    expect(error).toMatchObject({ name: "NetworkError", message: expect.stringContaining(`came (${told})`) });
    expect((error as Error).cause).toBeInstanceOf(Error);
  });
});

describe("get rejects with ResponseError", () => {
  test("when a 200 is a gateway's page: status, content type and the start of it, without secrets", async () => {
    const page = `<p>hello ${secret} <a href="https://a.example/b?signature=s3cret-2">${"x".repeat(1000)}`;
    await using server = await startServer(always(200, page, { "content-type": "text/html", "x-request-id": "r-3" }));
    const error = await caught(connect(server.url).assets.get(id));
    expect(error).toMatchObject({ name: "ResponseError", status: 200, requestId: "r-3", retryable: false });
    const start = String.raw`HTTP 200 with text/html is not JSON: "<p>hello [API key] <a href=\"https://a.example/b?…">xx`;
    expect((error as Error).message).toContain(start);
    expect((error as Error).message.length).toBeLessThan(400);
    expect(inspect(error, { depth: Infinity })).not.toContain("s3cret");
  });

  test("with a start that does not end inside of the key", async () => {
    await using server = await startServer(always(200, `${"x".repeat(195)}${secret}`));
    expect(String(await caught(connect(server.url).assets.get(id)))).toContain('x[API "');
  });

  test.each([
    ["an empty body", "", {}],
    ["an empty body of a known length", "", { "content-length": "0" }],
    ["a text", "7 apples", {}],
  ])("when a 200 has %s, for raw too", async (_name, body, headers) => {
    await using server = await startServer(always(200, body, headers));
    const { assets, raw } = connect(server.url);
    expect(await caught(assets.get(id))).toMatchObject({ name: "ResponseError", status: 200 });
    const options = { params: { path: { asset_id: id } } };
    expect(await caught(raw.GET("/api/open/v2/assets/{asset_id}", options))).toMatchObject({ name: "ResponseError" });
  });

  test("when there is no content type either", async () => {
    await using server = await startServer((_request, response) => response.end("hello"));
    expect(String(await caught(connect(server.url).assets.get(id)))).toContain("HTTP 200 with no content type");
  });

  test.each([301, 302, 307, 308])("when HTTP %i redirects: the key goes nowhere else", async (status) => {
    await using other = await startServer(always(200, found));
    await using server = await startServer(always(status, "", { location: `${other.url}/x?signature=s3cret` }));
    const error = await caught(connect(server.url).assets.get(id));
    expect(error).toMatchObject({ name: "ResponseError", status });
    expect((error as Error).message).toContain(`redirects to ${other.url}, which gets no key`);
    expect(inspect(error)).not.toContain("s3cret");
    expect(other.requests).toEqual([]);
  });

  test.each([{}, { location: "http://[" }])("when a redirect does not say where to: %o", async (headers) => {
    await using server = await startServer(always(302, "", headers as Record<string, string>));
    expect(String(await caught(connect(server.url).assets.get(id)))).toContain("redirects to an unknown place");
  });

  test("when a browser hides the redirect", async () => {
    const response = Object.defineProperty(new Response(found), "type", { value: "opaqueredirect" });
    const error = await caught(connect("https://a.example", { fetch: async () => response }).assets.get(id));
    expect(error).toMatchObject({ name: "ResponseError", message: expect.stringContaining("redirects") });
  });

  test.each([600, 999])("when the status is %i, which none may have", async (status) => {
    await using server = await startServer(always(status, found));
    expect(await caught(connect(server.url).assets.get(id))).toMatchObject({ name: "ResponseError", status });
  });

  test("when a custom fetch gives a status below 200", async () => {
    const response = Object.defineProperty(new Response(found), "status", { value: 0 });
    const error = await caught(connect("https://a.example", { fetch: async () => response }).assets.get(id));
    expect(error).toMatchObject({ name: "ResponseError", status: 0 });
  });

  test("when a redirect is relative: it names the API's own origin", async () => {
    await using server = await startServer(always(301, "", { location: "/elsewhere" }));
    expect(String(await caught(connect(server.url).assets.get(id)))).toContain(`redirects to ${server.url},`);
  });

  test("when a body is too long and its stream cannot be let go of", async () => {
    const bytes = new TextEncoder().encode(" ".repeat(65536));
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(bytes),
      cancel: () => Promise.reject(new Error("no")),
    });
    const error = await caught(
      connect("https://a.example", { fetch: async () => new Response(endless) }).assets.get(id),
    );
    expect(error).toMatchObject({ name: "ResponseError", status: 200 });
  });
});

test.each([
  ["a success", async () => new Response(found)],
  ["a failure", async () => new Response("", { status: 404 })],
  ["an error", () => Promise.reject(new Error("reset"))],
])("%s leaves no timer", async (_name, fetch) => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    await connect("https://a.example", { fetch, apiKey: async () => "k" })
      .assets.get(id)
      .catch(() => {});
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test("the API's own words never repeat the key", async () => {
  const answer = always(401, JSON.stringify({ code: 401, msg: `bad key ${secret}` }), { "x-request-id": secret });
  await using server = await startServer(answer);
  const error = await caught(connect(server.url).assets.get(id));
  expect(error).toMatchObject({ name: "ApiError", msg: "bad key [API key]" });
  expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain(secret);
});

/** What a `fetch` of the caller's is called with, and what it may give. */
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { version } from "../../generated/document.ts";
import { createClient } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { apiKey, asset, assetBody, createTestClient, id, path } from "./test-client.ts";

test("a custom fetch is called with a URL string and an init", async () => {
  const calls: [unknown, RequestInit][] = [];
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    calls.push([url, init]);
    return new Response(assetBody);
  };
  await createTestClient({ url: "https://a.example" }, { fetch }).assets.get(id);
  const [[url, init]] = calls as [[unknown, RequestInit]];
  expect(url).toBe(`https://a.example${path}`);
  expect(init.headers).toEqual({
    accept: "application/json",
    authorization: `Bearer ${apiKey}`,
    "user-agent": `chenyu-assets/${version}`,
  });
});

test("a custom fetch may give a Response of its own, with a stream of Node's, as node-fetch does", async () => {
  const head = { status: 200, ok: true, type: "basic", headers: new Map([["content-type", "application/json"]]) };
  const response = { ...head, body: Readable.from([assetBody]), text: async () => assetBody };
  const { assets } = createClient({ apiKey: "k", fetch: async () => response as unknown as Response });
  expect(await assets.get(id)).toEqual(asset);
});

test("get rejects with ApiError when a custom fetch gives a 401 whose body cannot be read", async () => {
  const text = (): Promise<string> => Promise.reject(new Error("cut off"));
  const response = { status: 401, ok: false, type: "basic", headers: new Map(), text };
  const { assets } = createClient({ apiKey: "k", fetch: async () => response as unknown as Response });
  expect(await caught(assets.get(id))).toMatchObject({ kind: "unauthenticated", attempts: 1 });
});

test.each([undefined, null, {}, "x"])("get rejects with ConfigError when a custom fetch gives %o", async (value) => {
  let calls = 0;
  const fetch = async (): Promise<Response> => (calls++, value as unknown as Response);
  expect(await caught(createClient({ apiKey: "k", fetch }).assets.get(id))).toMatchObject({
    name: "ConfigError",
    message: expect.stringMatching(/^fetch: /),
    attempts: 1,
    host: "www.chenyu.cn",
  });
  expect(calls).toBe(1);
});

test.each([
  ["no code", new Error("no code")],
  ["ECODE", new Error("outer", { cause: { code: "ECODE", message: "" } })],
  ["inner", new Error("outer", { cause: { message: "inner" } })],
  ["outer", new Error("outer", { cause: {} })],
  ["outer", new Error("outer", { cause: Response.error() })], // as MSW throws
  ["407", new Error("fetch failed", { cause: new Error("cancelled", { cause: new Error("407") }) })],
  ["first", new Error("outer", { cause: new AggregateError([new Error("first"), new Error("second")]) })],
  ["ECODE", { code: "ECODE" }],
  ["14", { code: 14 }],
  ["a text", "a text"],
  ["7", 7],
  ["null", null],
  ["undefined", undefined],
  ["Symbol(x)", Symbol("x")],
  ["TypeError", new TypeError()],
  ["Error", Object.create(null)],
  ["Error", { message: 7, code: {}, name: [], cause: null, errors: 7 }],
])("NetworkError shows %o, from what a custom fetch rejected with", async (shown, thrown) => {
  const fetch = (): Promise<Response> => Promise.reject(thrown);
  const error = await caught(createClient({ apiKey: "k", fetch, maxRetries: 0 }).assets.get(id));
  expect(error).toMatchObject({ name: "NetworkError", message: expect.stringContaining(`failed (${shown})`) });
  expect((error as Error).cause).toBeInstanceOf(Error);
});

test.each(["Failed to fetch (a.example)", "Load failed", "NetworkError when attempting to fetch resource."])(
  "NetworkError says what a browser may mean by %o",
  async (text) => {
    const fetch = (): Promise<Response> => Promise.reject(new TypeError(text));
    const error = await caught(createClient({ apiKey, fetch, maxRetries: 0 }).assets.get(id));
    const hint = "browsers hide why: offline, CORS, CSP or mixed content";
    expect(error).toMatchObject({ message: expect.stringContaining(`(${text} - ${hint}). Check the network`) });
  },
);

test("no timer is negative when a custom fetch ignores its signal and gives an HTTP error too late", async () => {
  const timers = vi.spyOn(globalThis, "setTimeout");
  const responses: Response[] = [];
  const fetch = async (): Promise<Response> => {
    await sleep(100);
    responses.push(new Response("late", { status: 404 }));
    return responses[0]!;
  };
  const { assets } = createTestClient({ url: "https://a.example" }, { fetch, timeoutMs: 20, maxRetries: 0 });
  expect(await caught(assets.get(id))).toMatchObject({ name: "TimeoutError", clock: "attempt" });
  await vi.waitFor(() => expect(responses[0]?.bodyUsed).toBe(true));
  expect(timers.mock.calls.filter(([, ms]) => Number(ms) < 0)).toEqual([]);
  timers.mockRestore();
});

test("get rejects with NetworkError when a custom fetch throws instead of rejecting", async () => {
  const fetch = (): never => {
    throw new Error("offline");
  };
  const error = await caught(createClient({ apiKey: "k", fetch, maxRetries: 0 }).assets.get(id));
  expect(error).toMatchObject({ name: "NetworkError", message: expect.stringContaining("(offline)") });
});

test.each([
  [
    "that a look-up has read",
    (response: Response) => createClient({ apiKey: "k", fetch: async () => response }).assets.get(id),
  ],
  ["that the caller has read", (response: Response) => response.text()],
  ["that the caller is reading", async (response: Response) => response.body!.getReader()],
  ["whose reader was released", async (response: Response) => readAndRelease(response)],
])("get rejects with ConfigError when a custom fetch gives a Response %s", async (_name, read) => {
  const response = new Response(assetBody);
  await read(response);
  const fetch = vi.fn(async () => response);
  const error = await caught(createClient({ apiKey: "k", fetch }).assets.get(id));
  expect(error).toMatchObject({
    name: "ConfigError",
    message: "fetch: it must return a Response that nobody has read: a new one for each call.",
  });
  expect(fetch).toHaveBeenCalledTimes(1);
});

async function readAndRelease({ body }: Response): Promise<void> {
  const reader = body!.getReader();
  await reader.read();
  reader.releaseLock();
}

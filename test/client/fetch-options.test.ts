/** `fetchOptions`: what goes into the init of each request, and how caches are kept out. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { createClient, type ClientOptions } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { makeBytes, readyAsset, say, serve, startContentServer } from "../servers/content-server.ts";
import { startFaultServer } from "../servers/fault-server.ts";
import { answerAsset, answerStatus, apiKey, asset, createTestClient, getRaw, id } from "./test-client.ts";

type Init = RequestInit & Record<string, unknown>;

const bytes = makeBytes(1000);
const baseUrl = "https://a.example";

afterEach(() => void vi.unstubAllGlobals());

/** A `fetch` that sends each request, without the fields that only a test knows, and keeps its init. */
function recordInits(): { inits: Init[]; fetch: (url: string, init: RequestInit) => Promise<Response> } {
  const inits: Init[] = [];
  return { inits, fetch: (url, init) => (inits.push(init as Init), globalThis.fetch(url, init)) };
}

/** Makes one look-up by `get`, `raw` and `waitUntilReady` each, and a download: a look-up, a redirect and the content. */
async function makeAllRequests(options: ClientOptions): Promise<string[]> {
  const redirect = say(302, { Location: "/there" });
  await using server = await startContentServer(readyAsset(bytes.length), redirect, serve(bytes));
  const client = createTestClient(server, options);
  await client.assets.get(id);
  await getRaw(client);
  await client.assets.waitUntilReady(id);
  const download = await client.assets.download(id);
  expect(Buffer.compare(await download.bytes(), bytes)).toBe(0);
  expect(server.lookUps()).toBe(4);
  return server.requests.map(({ head }) => head);
}

test("every request has the fields of fetchOptions, with those that only a runtime or a framework knows", async () => {
  const { inits, fetch } = recordInits();
  const fetchOptions = { credentials: "include", keepalive: true, next: { tags: ["a"] }, cf: { ray: 1 } } as const;
  await makeAllRequests({ fetch, fetchOptions });
  expect(inits).toHaveLength(6);
  for (const init of inits) expect(init).toMatchObject({ ...fetchOptions, cache: "no-store", redirect: "manual" });
});

test.each(["default", "reload", undefined] as const)(
  "the cache %s of fetchOptions replaces no-store",
  async (cache) => {
    const { inits, fetch } = recordInits();
    await makeAllRequests({ fetch, fetchOptions: { cache } });
    expect(inits.map((init) => init.cache)).toEqual(Array.from({ length: 6 }, () => cache));
  },
);

test("the requests of Node's own fetch tell caches on the way not to answer", async () => {
  await using server = await startFaultServer(answerAsset);
  await createTestClient(server).assets.get(id);
  const heads = [server.requests[0]!.head, ...(await makeAllRequests({}))];
  for (const head of heads) expect(head).toMatch(/^cache-control: no-cache\r?$/im);
});

test.each<[name: string, isGlobal: boolean]>([
  ["the client's", false],
  ["the global", true],
])("a wait sees the change although %s fetch caches, as those of frameworks do", async (_name, isGlobal) => {
  const reviewing = answerStatus("reviewing");
  await using server = await startFaultServer(reviewing, reviewing, answerAsset);
  const send = globalThis.fetch;
  const cached = new Map<string, Response>();
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const response = (init.cache === "no-store" ? undefined : cached.get(url)) ?? (await send(url, init));
    cached.set(url, response);
    return response.clone();
  };
  const { assets } = createTestClient(server, isGlobal ? {} : { fetch });
  if (isGlobal) vi.stubGlobal("fetch", fetch); // a framework may come after the client
  expect(await assets.waitUntilReady(id, { intervalMs: 20 })).toEqual(asset);
  expect(server.requests).toHaveLength(3);
});

describe.each<[name: string, Request: unknown]>([
  ["that throws at the field cache, as older Workers do", requestClass(() => throwNotImplemented())],
  ["that writes the field cache into the URL, as React Native does", requestClass((url) => `${url}?_=1`)],
  ["that has no Request", undefined],
])("in a runtime %s", (_name, Request) => {
  test("no request has that field, unless fetchOptions has it", async () => {
    vi.resetModules(); // the field is tried once
    const { createClient } = await import("../../src/index.ts");
    await using server = await startContentServer(readyAsset(bytes.length), serve(bytes));
    const { inits, fetch } = recordInits();
    const options = { apiKey, baseUrl: server.url, fetch };
    const { assets } = createClient(options);
    const { assets: withCache } = createClient({ ...options, fetchOptions: { cache: "reload" } });
    // openapi-fetch has kept the class that it needs.
    vi.stubGlobal("Request", Request);
    const download = await assets.download(id);
    expect(await download.bytes()).toHaveLength(bytes.length);
    await withCache.get(id);
    expect(inits.map((init) => init.cache)).toEqual([undefined, undefined, "reload"]);
    expect(inits.map((init) => "cache" in init)).toEqual([false, false, true]);
  });
});

/** A class `Request` that has this URL when it gets the field `cache`. */
function requestClass(urlOf: (url: string) => string): unknown {
  return class extends Request {
    constructor(url: string, init: RequestInit) {
      super(init.cache === undefined ? url : urlOf(url));
    }
  };
}

function throwNotImplemented(): never {
  throw new Error("The 'cache' field on 'RequestInitializerDict' is not implemented.");
}

test("the runtime is tried at the first request, not when the package is imported or a client is made", async () => {
  vi.resetModules();
  const tried = vi.fn(requestClass((url) => url) as typeof Request);
  vi.stubGlobal("Request", tried);
  const { createClient } = await import("../../src/index.ts");
  const { inits, fetch } = recordInits();
  await using server = await startFaultServer(answerAsset);
  const { assets } = createClient({ apiKey, baseUrl: server.url, fetch });
  const triedWithCache = (): number => tried.mock.calls.filter(([, init]) => init?.cache !== undefined).length;
  expect(triedWithCache()).toBe(0);
  await assets.get(id);
  await assets.get(id);
  expect(triedWithCache()).toBe(1);
  expect(inits.map((init) => init.cache)).toEqual(["no-store", "no-store"]);
});

test("a fetch of the caller's is called without a this, as browsers require of their own", async () => {
  const callers: unknown[] = [];
  const fetch = function (this: unknown, url: string, init: RequestInit): Promise<Response> {
    callers.push(this);
    return globalThis.fetch(url, init);
  };
  await makeAllRequests({ fetch });
  expect(callers).toEqual(Array.from({ length: 6 }, () => undefined));
});

test.each<[name: string, fetchOptions: unknown]>([
  ["null", null],
  ["a text", "no-store"],
  ["a number", 7],
  ["true", true],
  ["a method", { method: "POST" }],
  ["headers", { headers: { "x-a": "cy_s3cret" } }],
  ["empty headers", { headers: {} }],
  ["a body", { body: "x" }],
  ["a null body", { body: null }],
  ["a signal", { signal: AbortSignal.abort() }],
  ["a redirect mode", { redirect: "follow" }],
])("createClient refuses %s in place of, or in, fetchOptions", async (_name, fetchOptions) => {
  const error = await caught(() => createClient({ apiKey, baseUrl, fetchOptions } as ClientOptions));
  expect(error).toMatchObject({
    name: "ConfigError",
    option: "fetchOptions",
    message: "fetchOptions: pass an object without method, headers, body, signal, redirect: the client sets these.",
  });
});

test("createClient takes fetchOptions whose fields are undefined", async () => {
  const { inits, fetch } = recordInits();
  await makeAllRequests({ fetch, fetchOptions: { method: undefined, headers: undefined, signal: undefined } });
  for (const init of inits) expect(init).toMatchObject({ cache: "no-store", signal: expect.any(AbortSignal) });
});

test("the types refuse what the client sets, and take what only a runtime knows", () => {
  const options: ClientOptions[] = [
    { fetchOptions: { cache: "reload", dispatcher: {}, next: { revalidate: 60 } } },
    // @ts-expect-error the client sets the method
    { fetchOptions: { method: "POST" } },
    // @ts-expect-error headers are an option of their own
    { fetchOptions: { headers: {} } },
    // @ts-expect-error the Fetch standard knows no such mode
    { fetchOptions: { cache: "never" } },
    // @ts-expect-error it is not a text
    { fetchOptions: "no-store" },
  ];
  expect(options).toHaveLength(5);
});

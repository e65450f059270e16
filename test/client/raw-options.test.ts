/** What a call of `raw` takes: its own `fetch`, and nothing that the client would ignore. */
import { expect, test, vi } from "vitest";
import { createClient, type ChenyuClient } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { expectBackoff } from "../helpers/timing.ts";
import { answer, startFaultServer } from "../servers/fault-server.ts";
import { answerAsset, answerError, apiKey, assetBody, createTestClient, id, path } from "./test-client.ts";

const getAsset = "/api/open/v2/assets/{asset_id}";
const params = { path: { asset_id: id } };

type AnyCall = (...parameters: unknown[]) => Promise<unknown>;

/** Calls a method of `raw` as JavaScript may. */
function callAny({ raw }: ChenyuClient, name: string, ...parameters: unknown[]): Promise<unknown> {
  return (raw as unknown as Record<string, AnyCall>)[name]!(...parameters);
}

test("a call's own fetch sends its requests, with the key, fetchOptions and retries of the client", async () => {
  await using server = await startFaultServer(answerError(503), answerAsset);
  const inits: (RequestInit & Record<string, unknown>)[] = [];
  const ownFetch = (url: string, init: RequestInit): Promise<Response> => {
    inits.push(init as Record<string, unknown>);
    return fetch(url, init);
  };
  const clientFetch = vi.fn<typeof ownFetch>();
  const { raw } = createTestClient(server, { fetch: clientFetch, fetchOptions: { next: { tags: ["a"] } } });
  const { data } = await raw.GET(getAsset, { params, fetch: ownFetch });
  expect(data).toEqual(JSON.parse(assetBody));
  expect(inits).toHaveLength(2);
  for (const init of inits) {
    expect(init).toMatchObject({ next: { tags: ["a"] }, headers: { authorization: `Bearer ${apiKey}` } });
  }
  expect(clientFetch).not.toHaveBeenCalled();
  expectBackoff(server.gapsMs()[0]);
});

test("a call's own fetch serves raw.request, and no other call", async () => {
  await using server = await startFaultServer(answerAsset);
  const { raw, assets } = createTestClient(server);
  const ownFetch = vi.fn(async (_url: string, _init: RequestInit) => new Response('{"code":0}'));
  await raw.request("get", getAsset, { params, fetch: ownFetch });
  await assets.get(id);
  expect(ownFetch.mock.calls.map(([url]) => url)).toEqual([`${server.url}${path}`]);
  expect(server.requests).toHaveLength(1);
});

test.each<[option: string, init: unknown]>([
  ["timeoutMs", { timeoutMs: 5 }],
  ["totalTimeoutMs", { totalTimeoutMs: 5 }],
  ["maxRetries", { maxRetries: 0 }],
  ["cache", { cache: "reload" }],
  ["redirect", { redirect: "follow" }],
  ["toString", { toString: 1 }],
  ["body", { body: "x" }],
  ["body", { body: null }],
  ["fetch", { fetch: "fetch" }],
  ["signal", { signal: {} }],
  ["headers", { headers: { "x-a": "1\n2" } }],
  ["headers", { headers: 7 }],
  ["parseAs", { parseAs: "xml" }],
  ["middleware", { middleware: 7 }],
  ["querySerializer", { querySerializer: () => "" }],
  ["pathSerializer", { pathSerializer: () => "/" }],
  ["params", { params: 7 }],
  ["params", { params: null }],
  ["params", { params: {} }],
  ["params", { params: undefined }],
  ["params", { params: { path: null } }],
  ["asset", { params: { path: { asset_id: "../x" } } }],
  ["options", null],
  ["options", "x"],
])("raw refuses %s, which it would ignore or fail at: %o", async (option, init) => {
  const fetch = vi.fn<() => Promise<Response>>();
  const client = createClient({ apiKey, fetch });
  const withParams = typeof init === "object" && init !== null ? { params, ...init } : init;
  expect(await caught(callAny(client, "GET", getAsset, withParams))).toMatchObject({ name: "ConfigError", option });
  expect(await caught(callAny(client, "request", "get", getAsset, withParams))).toMatchObject({ option });
  expect(fetch).not.toHaveBeenCalled();
});

test.each<[option: string, name: string, parameters: unknown[]]>([
  ["body", "POST", [getAsset, { params, body: { a: 1 } }]],
  ["method", "TRACE", [getAsset, { params }]],
  ["method", "request", [null, getAsset, { params }]],
  ["method", "request", ["connect", getAsset, { params }]],
  ["path", "GET", [null, { params }]],
  ["path", "GET", ["x", { params }]],
  ["path", "request", ["get"]],
])("raw refuses a wrong %s: %s%o", async (option, name, parameters) => {
  const fetch = vi.fn<() => Promise<Response>>();
  const client = createClient({ apiKey, fetch });
  expect(await caught(callAny(client, name, ...parameters))).toMatchObject({ name: "ConfigError", option });
  expect(fetch).not.toHaveBeenCalled();
});

test("raw takes the options of openapi-fetch, a signal that is null and options that are undefined", async () => {
  await using server = await startFaultServer(answer(200, assetBody));
  const { raw } = createTestClient(server);
  const { data } = await raw.GET(getAsset, {
    params: { ...params, header: undefined as never },
    headers: { "X-A": 1 },
    parseAs: "text",
    baseUrl: server.url,
    middleware: [],
    signal: null,
    fetch: undefined,
  });
  expect(data).toBe(assetBody);
  await callAny({ raw } as ChenyuClient, "GET", getAsset, { params, timeoutMs: undefined });
});

test("the types refuse what raw ignores", () => {
  const { raw } = createClient({ apiKey, fetch: async () => new Response(assetBody) });
  const calls = [
    () => raw.GET(getAsset, { params, fetch: (url, init) => fetch(url.toString(), init) }),
    () => raw.GET(getAsset, { params, fetch }),
    // @ts-expect-error a limit is an option of the client
    () => raw.GET(getAsset, { params, timeoutMs: 5 }),
    // @ts-expect-error a limit is an option of the client
    () => raw.request("get", getAsset, { params, timeoutMs: 5 }),
    // @ts-expect-error the client passes no field of the Fetch standard on
    () => raw.GET(getAsset, { params, cache: "reload" }),
    // @ts-expect-error no operation has a body
    () => raw.GET(getAsset, { params, body: {} }),
    // @ts-expect-error no path has this method
    () => raw.POST(getAsset, { params, body: {} }),
    // @ts-expect-error no path has this method
    () => raw.request("post", getAsset, { params }),
    // @ts-expect-error it is called with a URL and an init
    () => raw.GET(getAsset, { params, fetch: (request: Request) => fetch(request) }),
  ];
  expect(calls).toHaveLength(9);
});

import { tmpdir } from "node:os";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { createClient, type ClientOptions } from "../../src/index.ts";
import { downloadAll, downloadToFile } from "../../src/node.ts";
import { caught } from "../helpers/caught.ts";
import { always, startServer } from "../servers/server.ts";

const { asset_id: id } = testAssets.image;
const found = JSON.stringify({ code: 0, msg: "", data: { asset_id: id } });
const secret = "cy_s3cret";

beforeEach(() => {
  vi.stubEnv("CHENYU_API_KEY", undefined);
  vi.stubEnv("CHENYU_BASE_URL", undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

describe("a wrong option is refused at construction, by name and with the fix", () => {
  const cases: [name: string, options: unknown, message: RegExp][] = [
    ["no key", {}, /^apiKey: there is none\. Set CHENYU_API_KEY, or pass \{ apiKey \}\.$/],
    ["an empty key", { apiKey: "" }, /^apiKey: the key is empty\./],
    ["a key with a newline", { apiKey: `${secret}\n` }, /^apiKey: the key must be visible ASCII/],
    ["a key with a control character", { apiKey: `${secret}\x7f` }, /^apiKey: the key must be visible ASCII/],
    ["a key with a space", { apiKey: `${secret} x` }, /^apiKey: the key must be visible ASCII/],
    ["a key outside Latin-1", { apiKey: `${secret}钥` }, /^apiKey: the key must be visible ASCII/],
    ["a key of another type", { apiKey: 7 }, /^apiKey: /],
    ["a baseUrl that is no URL", { baseUrl: "chenyu" }, /^baseUrl: .* Pass one like https:\/\/www\.chenyu\.cn/],
    ["a baseUrl of another type", { baseUrl: 7 }, /^baseUrl: /],
    ["an empty baseUrl", { baseUrl: "" }, /^baseUrl: /],
    ["a baseUrl with http: off loopback", { baseUrl: "http://chenyu.example" }, /^baseUrl: .* Use https:/],
    ["a baseUrl like loopback", { baseUrl: "http://127.0.0.1.chenyu.example" }, /^baseUrl: .* Use https:/],
    ["a baseUrl with another scheme", { baseUrl: "ftp://127.0.0.1" }, /^baseUrl: it is no https: or http: URL/],
    ["a baseUrl without a scheme", { baseUrl: "localhost:4010" }, /^baseUrl: it is no https: or http: URL/],
    ["a baseUrl with a password", { baseUrl: `https://:${secret}@a.example/` }, /Pass https:\/\/a\.example\/ alone/],
    ["a baseUrl with a user", { baseUrl: `https://${secret}@a.example/` }, /Pass https:\/\/a\.example\/ alone/],
    ["a baseUrl with a query", { baseUrl: `https://a.example/b?k=${secret}` }, /Pass https:\/\/a\.example\/b alone/],
    ["a baseUrl with a fragment", { baseUrl: "https://a.example/#x" }, /^baseUrl: /],
    ["a timeout of 0", { timeoutMs: 0 }, /^timeoutMs: 0 cannot be used\. Pass a whole number from 1 to 2147483647\.$/],
    ["a negative timeout", { timeoutMs: -1 }, /^timeoutMs: -1 /],
    ["a broken timeout", { timeoutMs: 1.5 }, /^timeoutMs: 1\.5 /],
    ["a timeout that is not a number", { timeoutMs: Number.NaN }, /^timeoutMs: NaN /],
    ["an endless timeout", { timeoutMs: Infinity }, /^timeoutMs: Infinity /],
    ["a timeout of 2^31", { timeoutMs: 2 ** 31 }, /^timeoutMs: 2147483648 /],
    ["a timeout as a text", { timeoutMs: "1000" }, /^timeoutMs: a string cannot be used/],
    ["a total timeout of 0", { totalTimeoutMs: 0 }, /^totalTimeoutMs: 0 /],
    ["a negative number of retries", { maxRetries: -1 }, /^maxRetries: -1 .* from 0 /],
    ["a Retry-After without end", { maxRetryAfterMs: Infinity }, /^maxRetryAfterMs: Infinity /],
    ["an onRetry that is no function", { onRetry: true }, /^onRetry: /],
    ["a fetch that is no function", { fetch: "fetch" }, /^fetch: /],
    ["headers that are none", { headers: 7 }, /^headers: /],
    [
      "a header with a line break",
      { headers: { "x-a": `${secret}\r\nx: 1` } },
      /^headers: .* names and values of: x-a\.$/,
    ],
    ["a header without a name", { headers: { "": "x" } }, /^headers: /],
  ];

  test.each(cases)("%s", async (_name, options, message) => {
    const given = { apiKey: "cy_test", ...(options as ClientOptions) };
    const error = await caught(() => createClient(Object.keys(options as object).length === 0 ? {} : given));
    expect(error).toMatchObject({ name: "ConfigError", attempts: 0, message: expect.stringMatching(message) });
    expect(inspect(error)).not.toContain(secret);
  });
});

describe("a wrong option of a call is refused before the request", () => {
  test.each([
    ["a timeout", { timeoutMs: Number.NaN }],
    ["a number of retries", { maxRetries: 0.5 }],
    ["a signal", { signal: {} as AbortSignal }],
    ["a header", { headers: { "x-a": `${secret}\n1` } }],
  ])("%s", async (_name, options) => {
    await using server = await startServer(always(200, found));
    const error = await caught(createClient({ apiKey: "cy_test", baseUrl: server.url }).assets.get(id, options));
    expect(error).toMatchObject({ name: "ConfigError" });
    expect(inspect(error)).not.toContain(secret);
    expect(server.requests).toEqual([]);
  });
});

test.each<unknown>([null, 7, secret])("what is no options at all is refused by each call: %o", async (none) => {
  await using server = await startServer(always(200, found));
  const client = createClient({ apiKey: "cy_test", baseUrl: server.url });
  const download = await client.assets.download(id);
  const options = none as object;
  const calls = [
    () => createClient(options),
    () => client.assets.get(id, options),
    () => client.assets.waitUntilReady(id, options),
    () => client.assets.download(id, options),
    () => download.bytes(options),
    () => downloadToFile(client, id, tmpdir(), options),
    () => downloadAll(client, [id], tmpdir(), options).next(),
  ];
  const errors = await Promise.all(calls.map((call) => caught(call)));
  for (const error of errors) {
    expect(error).toMatchObject({ name: "ConfigError", message: "options: pass an object, like { maxRetries: 5 }." });
  }
  expect(server.requests).toHaveLength(1);
});

test("a wrong signal for raw rejects, as all of its errors do", async () => {
  const { raw } = createClient({ apiKey: "k" });
  const options = { params: { path: { asset_id: id } }, signal: {} as AbortSignal };
  const call = raw.GET("/api/open/v2/assets/{asset_id}", options);
  await expect(call).rejects.toMatchObject({ name: "ConfigError", message: expect.stringMatching(/^signal: /) });
});

describe("what is right is accepted", () => {
  test.each([1, 30_000, 2 ** 31 - 1])("a timeout of %i", (timeoutMs) => {
    expect(() => createClient({ apiKey: "k", timeoutMs })).not.toThrow();
  });

  test.each(["http://localhost:4010", "http://127.9.9.9", "http://[::1]:80/", "https://a.example/proxy/"])(
    "a baseUrl %s",
    (baseUrl) => {
      expect(() => createClient({ apiKey: "k", baseUrl })).not.toThrow();
    },
  );

  test("a baseUrl with a path and slashes at its end is put before the path of the operation", async () => {
    await using server = await startServer(always(200, found));
    await createClient({ apiKey: "k", baseUrl: `${server.url}/proxy//` }).assets.get(id);
    expect(server.requests[0]?.url).toBe(`/proxy/api/open/v2/assets/${id}`);
  });
});

describe("the environment", () => {
  test("gives key and base URL where the options do not", async () => {
    await using server = await startServer(always(200, found));
    vi.stubEnv("CHENYU_API_KEY", "cy_env");
    vi.stubEnv("CHENYU_BASE_URL", server.url);
    await createClient().assets.get(id);
    await createClient({ apiKey: "cy_option" }).assets.get(id);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer cy_env", "Bearer cy_option"]);
  });

  test("without a base URL is the production server of the document", async () => {
    const urls: string[] = [];
    vi.stubEnv("CHENYU_BASE_URL", "");
    const fetch = async (url: string): Promise<Response> => (urls.push(url), new Response(found));
    await createClient({ apiKey: "k", fetch }).assets.get(id);
    expect(urls).toEqual([`https://www.chenyu.cn/api/open/v2/assets/${id}`]);
  });

  test("may be empty, or forbidden to read", async () => {
    vi.stubEnv("CHENYU_API_KEY", "");
    expect(String(await caught(() => createClient()))).toContain("apiKey: there is none");
    vi.stubGlobal("process", {
      get env() {
        throw new Error("NotCapable");
      },
    });
    expect(String(await caught(() => createClient()))).toContain("apiKey: there is none");
    expect(createClient({ apiKey: "k" })).toBeDefined();
  });

  test("may be absent altogether", async () => {
    vi.stubGlobal("process", undefined);
    expect(await caught(() => createClient())).toMatchObject({ name: "ConfigError" });
    expect(createClient({ apiKey: "k" })).toBeDefined();
  });
});

test("importing does nothing that fails where there is no fetch, no Response and no process", async () => {
  vi.resetModules();
  const timer = vi.spyOn(globalThis, "setTimeout");
  for (const name of ["fetch", "Request", "Response", "Headers", "process"]) vi.stubGlobal(name, undefined);
  const sdk = await import("../../src/index.ts");
  vi.unstubAllGlobals();
  expect(sdk.createClient).toBeTypeOf("function");
  expect(timer).not.toHaveBeenCalled();
  timer.mockRestore();
});

test("Node with the globals of a browser, as with jsdom, is no browser", () => {
  vi.stubGlobal("document", {});
  expect(() => createClient({ apiKey: "k" })).not.toThrow();
});

describe.each(["document", "importScripts"])("in a browser (globalThis.%s)", (sign) => {
  beforeEach(() => {
    vi.stubGlobal(sign, {});
    vi.stubGlobal("process", undefined);
  });

  test.each([
    ["a key", secret],
    ["a key function", () => secret],
  ])("%s is refused", async (_name, apiKey) => {
    const error = await caught(() => createClient({ apiKey }));
    expect(error).toMatchObject({ name: "ConfigError", message: expect.stringContaining("dangerouslyAllowBrowser") });
    expect(inspect(error)).not.toContain(secret);
    const almost = { apiKey, dangerouslyAllowBrowser: 1 } as unknown as ClientOptions;
    expect(await caught(() => createClient(almost))).toMatchObject({ name: "ConfigError" });
  });

  test("a key is accepted with dangerouslyAllowBrowser", () => {
    expect(() => createClient({ apiKey: secret, dangerouslyAllowBrowser: true })).not.toThrow();
  });

  test("no key is needed, for a proxy that adds it; and no header is sent that costs a preflight", async () => {
    const inits: RequestInit[] = [];
    const fetch = async (_url: string, init: RequestInit): Promise<Response> => (inits.push(init), new Response(found));
    await createClient({ baseUrl: "https://a.example", fetch }).assets.get(id);
    expect(inits[0]?.headers).toEqual({ accept: "application/json" });
    const offline = (): Promise<Response> => Promise.reject(new TypeError("at https://a.example/b?signature=s3cret"));
    const error = await caught(
      createClient({ baseUrl: "https://a.example", fetch: offline, maxRetries: 0 }).assets.get(id),
    );
    expect((error as Error).message).toContain("(at https://a.example/b?…");
  });
});

/** How wrong options are refused: by name, and with the fix. */
import { tmpdir } from "node:os";
import { inspect } from "node:util";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createClient } from "../../src/index.ts";
import { downloadAll, downloadToFile } from "../../src/node.ts";
import { caught } from "../helpers/caught.ts";
import { always, startServer } from "../servers/server.ts";

const id = "asset_38d2ff7769fb3b7267039941547e6a78";
const found = JSON.stringify({ code: 0, msg: "", data: { asset_id: id } });
const secret = "cy_s3cret";

beforeEach(() => {
  vi.stubEnv("CHENYU_API_KEY", undefined);
  vi.stubEnv("CHENYU_BASE_URL", undefined);
});
afterEach(() => void vi.unstubAllEnvs());

test.each<[name: string, options: object, message: RegExp]>([
  ["no key", { apiKey: undefined }, /^apiKey: there is none\. Set CHENYU_API_KEY, or pass \{ apiKey \}\.$/],
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
  [
    "a baseUrl with http: and a host that only starts like loopback",
    { baseUrl: "http://127.0.0.1.chenyu.example" },
    /^baseUrl: .* Use https:/,
  ],
  ["a baseUrl with another scheme", { baseUrl: "ftp://127.0.0.1" }, /^baseUrl: it is not an https: or http: URL/],
  ["a baseUrl without a scheme", { baseUrl: "localhost:4010" }, /^baseUrl: it is not an https: or http: URL/],
  ["a baseUrl with a password", { baseUrl: `https://:${secret}@a.example/` }, /Pass https:\/\/a\.example\/ alone/],
  ["a baseUrl with a user", { baseUrl: `https://${secret}@a.example/` }, /Pass https:\/\/a\.example\/ alone/],
  ["a baseUrl with a query", { baseUrl: `https://a.example/b?k=${secret}` }, /Pass https:\/\/a\.example\/b alone/],
  ["a baseUrl with a fragment", { baseUrl: "https://a.example/#x" }, /^baseUrl: /],
  ["a timeoutMs of 0", { timeoutMs: 0 }, /^timeoutMs: 0 cannot be used\. Pass a whole number from 1 to 2147483647\.$/],
  ["a negative timeoutMs", { timeoutMs: -1 }, /^timeoutMs: -1 /],
  ["a timeoutMs with a fraction", { timeoutMs: 1.5 }, /^timeoutMs: 1\.5 /],
  ["a timeoutMs of NaN", { timeoutMs: Number.NaN }, /^timeoutMs: NaN /],
  ["a timeoutMs of Infinity", { timeoutMs: Infinity }, /^timeoutMs: Infinity /],
  ["a timeoutMs of 2^31", { timeoutMs: 2 ** 31 }, /^timeoutMs: 2147483648 /],
  ["a timeoutMs that is a text", { timeoutMs: "1000" }, /^timeoutMs: a string cannot be used/],
  ["a totalTimeoutMs of 0", { totalTimeoutMs: 0 }, /^totalTimeoutMs: 0 /],
  ["a negative maxRetries", { maxRetries: -1 }, /^maxRetries: -1 .* from 0 /],
  ["a maxRetryAfterMs of Infinity", { maxRetryAfterMs: Infinity }, /^maxRetryAfterMs: Infinity /],
  ["an onRetry that is no function", { onRetry: true }, /^onRetry: /],
  ["a fetch that is no function", { fetch: "fetch" }, /^fetch: /],
  ["headers that are a number", { headers: 7 }, /^headers: /],
  [
    "a header with a line break",
    { headers: { "x-a": `${secret}\r\nx: 1` } },
    /^headers: .* names and values of: x-a\.$/,
  ],
  ["a header without a name", { headers: { "": "x" } }, /^headers: /],
])("createClient refuses %s", async (_name, options, message) => {
  const error = await caught(() => createClient({ apiKey: "cy_test", ...options }));
  expect(error).toMatchObject({ name: "ConfigError", attempts: 0, message: expect.stringMatching(message) });
  expect(inspect(error)).not.toContain(secret);
});

test.each([
  ["timeoutMs", { timeoutMs: Number.NaN }],
  ["maxRetries", { maxRetries: 0.5 }],
  ["signal", { signal: {} as AbortSignal }],
  ["headers", { headers: { "x-a": `${secret}\n1` } }],
])("get sends nothing when the option %s is wrong", async (_name, options) => {
  await using server = await startServer(always(200, found));
  const error = await caught(createClient({ apiKey: "cy_test", baseUrl: server.url }).assets.get(id, options));
  expect(error).toMatchObject({ name: "ConfigError" });
  expect(inspect(error)).not.toContain(secret);
  expect(server.requests).toEqual([]);
});

test.each<unknown>([null, 7, secret])("every function refuses %o in place of its options", async (wrongOptions) => {
  await using server = await startServer(always(200, found));
  const client = createClient({ apiKey: "cy_test", baseUrl: server.url });
  const download = await client.assets.download(id);
  const options = wrongOptions as object;
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

test("raw rejects, instead of throwing, when its signal is wrong", async () => {
  const { raw } = createClient({ apiKey: "k" });
  const options = { params: { path: { asset_id: id } }, signal: {} as AbortSignal };
  const call = raw.GET("/api/open/v2/assets/{asset_id}", options);
  await expect(call).rejects.toMatchObject({ name: "ConfigError", message: expect.stringMatching(/^signal: /) });
});

test.each([1, 30_000, 2 ** 31 - 1])("createClient takes a timeoutMs of %i", (timeoutMs) => {
  expect(() => createClient({ apiKey: "k", timeoutMs })).not.toThrow();
});

test.each(["http://localhost:4010", "http://127.9.9.9", "http://[::1]:80/", "https://a.example/proxy/"])(
  "createClient takes the baseUrl %s",
  (baseUrl) => {
    expect(() => createClient({ apiKey: "k", baseUrl })).not.toThrow();
  },
);

test("the path of baseUrl goes before the path of the operation, without slashes at its end", async () => {
  await using server = await startServer(always(200, found));
  await createClient({ apiKey: "k", baseUrl: `${server.url}/proxy//` }).assets.get(id);
  expect(server.requests[0]?.url).toBe(`/proxy/api/open/v2/assets/${id}`);
});

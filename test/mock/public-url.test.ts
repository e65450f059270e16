/** Where clients reach the mock, when it is not where it listens: behind a proxy, or through a mapped port. */
import { expect, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { createClient } from "../../src/index.ts";
import { startMockServer, type MockServer, type MockServerOptions } from "../../src/mock.ts";
import { caught } from "../helpers/caught.ts";
import { pathOf } from "./look-up.ts";

const { asset_id: id } = testAssets.image;

/** Starts a mock that is closed at the end of the block. */
async function open(options: MockServerOptions): Promise<MockServer & AsyncDisposable> {
  const mock = await startMockServer(options);
  return { ...mock, [Symbol.asyncDispose]: () => mock.close() };
}

async function addressesOf(
  mock: MockServer,
  path = pathOf(id),
  headers: Record<string, string> = {},
): Promise<string[]> {
  const response = await fetch(mock.url + path, { headers: { authorization: "Bearer any", ...headers } });
  const { data } = await response.json();
  return [data.url, data.content_url, data.signed_url.split("?")[0]];
}

test.each([
  ["https://dev.example", "https://dev.example"],
  ["https://dev.example:8443/", "https://dev.example:8443"],
  ["http://mock.internal/base/path/", "http://mock.internal/base/path"],
  ["https://dev.example/api", "https://dev.example/api"],
  ["https://dev.example/api/open", "https://dev.example/api/open"],
])("with publicUrl %s, addresses begin with %s, whether or not the proxy strips the path", async (publicUrl, start) => {
  await using mock = await open({ publicUrl });
  const expected = Array.from({ length: 3 }, () => `${start}/assets/${id}/content`);
  expect(await addressesOf(mock)).toEqual(expected);
  expect(await addressesOf(mock, new URL(start).pathname.replace(/^\/$/, "") + pathOf(id))).toEqual(expected);
});

test("a download by the public address reaches the content, below its path, too", async () => {
  await using mock = await open({ publicUrl: "http://mock.internal/base" });
  const forward = (url: string, init: RequestInit): Promise<Response> =>
    fetch(url.replace("http://mock.internal", mock.url), init);
  const hosts = { allowInsecureHosts: ["mock.internal"] };
  const client = createClient({ apiKey: "any", baseUrl: "http://mock.internal/base", fetch: forward, ...hosts });
  for (const { asset_id } of [testAssets.drops, testAssets.redirects]) {
    const download = await client.assets.download(asset_id);
    expect((await download.bytes()).length).toBe(download.size);
  }
});

test.each<[headers: Record<string, string>, origin: string]>([
  [{ "x-forwarded-proto": "https", "x-forwarded-host": "dev.example" }, "https://dev.example"],
  [{ "x-forwarded-proto": "https, http", "x-forwarded-host": "dev.example:8443, inner" }, "https://dev.example:8443"],
  [{ "x-forwarded-proto": "HTTPS", "x-forwarded-host": "dev.example" }, "https://dev.example"],
  [{ "x-forwarded-host": "dev.example" }, "http://dev.example"],
])("with trustProxy, %o leads to %s", async (headers, origin) => {
  await using mock = await open({ trustProxy: true });
  const [url] = await addressesOf(mock, pathOf(id), headers);
  expect(new URL(url!).origin).toBe(origin);
});

test.each(["a b", "<script>", "a/b", "user@host", ""])("with trustProxy, %j is no host", async (host) => {
  await using mock = await open({ trustProxy: true });
  const [url] = await addressesOf(mock, pathOf(id), { "x-forwarded-host": host });
  expect(new URL(url!).origin).toBe(mock.url);
});

test("without trustProxy, forwarded headers are not followed", async () => {
  await using mock = await open({});
  const headers = { "x-forwarded-proto": "https", "x-forwarded-host": "evil.example" };
  const [url] = await addressesOf(mock, pathOf(id), headers);
  expect(new URL(url!).origin).toBe(mock.url);
});

test.each(["dev.example", "", "ftp://a", "https://u:p@a", "https://a?b", "https://a#b", 7, null])(
  "publicUrl %j is a ConfigError",
  async (publicUrl) => {
    const error = await caught(startMockServer({ publicUrl: publicUrl as string }));
    expect(error).toMatchObject({ name: "ConfigError", option: "publicUrl" });
  },
);

test("trustProxy must be true or false", async () => {
  const error = await caught(startMockServer({ trustProxy: "yes" as unknown as boolean }));
  expect(error).toMatchObject({ name: "ConfigError", option: "trustProxy" });
});

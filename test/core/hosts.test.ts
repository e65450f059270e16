/** Which hosts the API may be on: `https:` anywhere, `http:` on this machine and on hosts that the caller names. */
import { lookup } from "node:dns";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Agent, fetch as undiciFetch } from "undici";
import { createClient, type ClientOptions, type Fetch } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { makeBytes, serve, startContentServer } from "../servers/content-server.ts";

const apiKey = "cy_s3cret";
const variable = "CHENYU_ALLOW_INSECURE_HOSTS";

beforeEach(() => void vi.stubEnv(variable, undefined));
afterEach(() => void vi.unstubAllEnvs());

function isAllowed(baseUrl: string, options: ClientOptions = {}): boolean {
  try {
    return createClient({ apiKey, baseUrl, ...options }) !== undefined;
  } catch (error) {
    expect(error).toMatchObject({ name: "ConfigError", option: "baseUrl" });
    expect((error as Error).message).toMatch(/^baseUrl: http:\/\/\S+ would .* allowInsecureHosts: \[".+"\]\.$/);
    return false;
  }
}

test.each(
  `
  localhost LOCALHOST localhost. api.localhost a.b.localhost. 127.0.0.1 127.9.8.7 127.1 2130706433 0x7f.1
  127.0.0.1. [::1] [0:0:0:0:0:0:0:1] １２７.0.0.1 %6cocalhost
  `
    .trim()
    .split(/\s+/),
)("http: is allowed on %s, which is this machine", (host) => {
  expect([isAllowed(`http://${host}`), isAllowed(`http://${host}:4010/api`)]).toEqual([true, true]);
});

test.each(
  `
  mock localhost.example notlocalhost localhost-1 127.0.0.1.example 0.0.0.0 10.0.0.1 [::] [::2]
  [::ffff:127.0.0.1] [fe80::1] 192.168.1.1 128.0.0.1 localhos\u0442
  `
    .trim()
    .split(/\s+/),
)("http: is refused on %s, unless it is named", (host) => {
  const allowInsecureHosts = [host];
  expect([isAllowed(`http://${host}`), isAllowed(`https://${host}`)]).toEqual([false, true]);
  expect(isAllowed(`http://${host}:4010`, { allowInsecureHosts })).toBe(true);
});

test.each([
  ["MOCK", "http://mock"],
  ["mock", "http://MOCK:4010"],
  ["fd00::1", "http://[fd00:0::1]:4010"],
  ["[fd00::1]", "http://[fd00::1]"],
  ["0xa.1", "http://10.0.0.1"],
  ["模拟.example", "http://模拟.example/api"],
])("a host named %s is that of %s", (name, baseUrl) => {
  expect(isAllowed(baseUrl, { allowInsecureHosts: [name] })).toBe(true);
});

test.each(["a.mock", "mock.example", "mock.", "ock"])("a host named mock is not %s", (host) => {
  expect(isAllowed(`http://${host}`, { allowInsecureHosts: ["mock"] })).toBe(false);
});

test("hosts are named by the variable, which the option replaces", () => {
  vi.stubEnv(variable, " mock ,, 10.0.0.1,");
  expect([isAllowed("http://mock"), isAllowed("http://10.0.0.1"), isAllowed("http://other")]).toEqual([
    true,
    true,
    false,
  ]);
  expect(isAllowed("http://mock", { allowInsecureHosts: ["other"] })).toBe(false);
  expect(isAllowed("http://mock", { allowInsecureHosts: [] })).toBe(false);
  vi.stubEnv(variable, "");
  expect(isAllowed("http://mock")).toBe(false);
});

test.each<[value: unknown, shown: string]>([
  ["mock", "pass an array"],
  [{ mock: true }, "pass an array"],
  [["http://mock"], '"http://mock" is no host name'],
  [["mock:4010"], '"mock:4010" is no host name'],
  [["mock:80"], '"mock:80" is no host name'],
  [["[::1]:443"], '"[::1]:443" is no host name'],
  [["mock/api"], '"mock/api" is no host name'],
  [["*.mock"], '"*.mock" is no host name'],
  [["user@mock"], '"user@mock" is no host name'],
  [["mock,other"], '"mock,other" is no host name'],
  [["mock，other"], '"mock，other" is no host name'],
  [["mock、other"], '"mock、other" is no host name'],
  [["mock;other"], '"mock;other" is no host name'],
  [["'mock'"], `"'mock'" is no host name`],
  [["10.0.0.0/8"], '"10.0.0.0/8" is no host name'],
  [["mock", ""], '"" is no host name'],
  [[" mock"], '" mock" is no host name'],
  [["a b"], '"a b" is no host name'],
  [["999.1.1.1"], '"999.1.1.1" is no host name'],
  [["::g"], '"::g" is no host name'],
  [[7], "7 is no host name"],
  [[undefined], "undefined is no host name"],
])("allowInsecureHosts %j is refused", (value, shown) => {
  const allowInsecureHosts = value as string[];
  const text = shown.startsWith("pass") ? shown : `${shown}. Pass a name alone, like "mock".`;
  expect(() => createClient({ apiKey, allowInsecureHosts })).toThrow(`allowInsecureHosts: ${text}`);
});

test("a wrong host in the variable is refused, too", async () => {
  vi.stubEnv(variable, "mock:4010");
  expect(await caught(() => createClient({ apiKey }))).toMatchObject({
    name: "ConfigError",
    option: "allowInsecureHosts",
    message: expect.stringContaining('"mock:4010"'),
  });
});

test("a mock in another container works once its host is named", async () => {
  const bytes = makeBytes(1000);
  await using server = await startContentServer(
    (url) => ({ size_bytes: bytes.length, signed_url: `${url.replace("127.0.0.1", "mock")}/f?signature=s` }),
    serve(bytes),
  );
  const dispatcher = new Agent({
    connect: { lookup: (_host, options, callback) => lookup("127.0.0.1", options, callback) },
  });
  const baseUrl = server.url.replace("127.0.0.1", "mock");
  const fetch = undiciFetch as unknown as Fetch; // the same, with types of its own
  const options = { apiKey, baseUrl, fetch, fetchOptions: { dispatcher } };
  expect(await caught(() => createClient(options))).toMatchObject({ option: "baseUrl" });
  const chenyu = createClient({ ...options, allowInsecureHosts: ["mock"] });
  const download = await chenyu.assets.download("asset_1");
  expect(Buffer.compare(await download.bytes(), bytes)).toBe(0);
  expect(server.requests[0]!.head).toMatch(/^host: mock:\d+$/im);
  await dispatcher.close();
});

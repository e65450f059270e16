/** A failure says that a proxy is set which Node does not use. It never shows the proxy's password. */
import { inspect } from "node:util";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as undici from "undici";
import type { ClientOptions } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { startContentServer } from "../servers/content-server.ts";
import { createTestClient, getRaw, id } from "./test-client.ts";

const proxy = "http://user:s3cret@127.0.0.1:9";
const dispatcherSymbols = [1, 2].map((version) => Symbol.for(`undici.globalDispatcher.${version}`));

beforeEach(() => {
  for (const name of ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"]) {
    vi.stubEnv(name, undefined);
  }
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** The failure of a look-up at a host that does not exist. */
async function failAt(baseUrl: string, options: ClientOptions = {}): Promise<string> {
  const client = createTestClient({ url: baseUrl }, { maxRetries: 0, allowInsecureHosts: ["a.invalid"], ...options });
  const error = await caught(client.assets.get(id));
  expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain("s3cret");
  return String(error);
}

const hint = "is set, but this Node does not use it.";

test.each<[url: string, variable: string, isNamed: boolean]>([
  ["https://a.invalid", "HTTPS_PROXY", true],
  ["https://a.invalid", "https_proxy", true],
  ["https://a.invalid", "HTTP_PROXY", true],
  ["http://a.invalid", "HTTP_PROXY", true],
  ["http://a.invalid", "HTTPS_PROXY", false],
  ["https://a.invalid", "FTP_PROXY", false],
])("the failure of a request to %s names %s: %s", async (url, variable, isNamed) => {
  vi.stubEnv(variable, proxy);
  const message = await failAt(url);
  expect(message).toContain("Check the network and baseUrl.");
  expect(message.includes(`${variable} ${hint}`)).toBe(isNamed);
});

test.each<[noProxy: string, isNamed: boolean]>([
  ["", true],
  ["*", false],
  ["b.example, A.invalid", false],
  [".invalid", false],
  ["*.invalid", false],
  ["invalid", true],
  ["a.invalid:443", true],
  [" ,", true],
  ["a.invalid:8443", false],
])("NO_PROXY %o is followed", async (noProxy, isNamed) => {
  vi.stubEnv("HTTPS_PROXY", proxy);
  vi.stubEnv("NO_PROXY", noProxy);
  expect((await failAt("https://a.invalid:8443")).includes(hint)).toBe(isNamed);
});

test.each([
  ["https://a.invalid", "a.invalid:443"],
  ["http://a.invalid", "a.invalid:80"],
])("no_proxy may name the port that %s has without saying so", async (url, noProxy) => {
  vi.stubEnv("HTTP_PROXY", proxy);
  vi.stubEnv("no_proxy", noProxy);
  expect(await failAt(url)).not.toContain(hint);
});

test("a host of this machine wants no proxy", async () => {
  vi.stubEnv("HTTP_PROXY", proxy);
  expect(await failAt("http://127.0.0.1:9")).not.toContain(hint);
});

test.each([
  [true, "Start it with NODE_USE_ENV_PROXY=1."],
  [false, "Node 24 does, with NODE_USE_ENV_PROXY=1."],
])("the advice fits a Node that can use a proxy: %s", async (canUse, advice) => {
  vi.stubEnv("HTTPS_PROXY", proxy);
  const flags = new Set(canUse ? ["--use-env-proxy"] : []);
  vi.spyOn(process, "allowedNodeEnvironmentFlags", "get").mockReturnValue(flags);
  expect(await failAt("https://a.invalid")).toContain(`HTTPS_PROXY ${hint} ${advice}`);
});

test("nothing is said of a proxy when Node uses one", async () => {
  vi.stubEnv("HTTPS_PROXY", proxy);
  await failAt("https://a.invalid"); // Node has made its dispatcher
  const previous = undici.getGlobalDispatcher();
  const symbols = dispatcherSymbols.filter((symbol) => symbol in globalThis);
  const agent = new undici.EnvHttpProxyAgent();
  for (const symbol of symbols) Object.assign(globalThis, { [symbol]: agent });
  const message = await failAt("https://a.invalid");
  for (const symbol of symbols) Object.assign(globalThis, { [symbol]: previous });
  expect(message).not.toContain(hint);
});

test.each<[name: string, options: ClientOptions]>([
  ["fetch", { fetch: (url, init) => fetch(url, init) }],
  ["dispatcher", { fetchOptions: { dispatcher: {} } }],
])("nothing is said of a proxy when the caller's own %s sends the request", async (_name, options) => {
  vi.stubEnv("HTTPS_PROXY", proxy);
  expect(await failAt("https://a.invalid", options)).not.toContain(hint);
});

test("nothing is said of a proxy when a call of raw has its own fetch", async () => {
  vi.stubEnv("HTTPS_PROXY", proxy);
  const client = createTestClient({ url: "https://a.invalid" }, { maxRetries: 0 });
  expect(String(await caught(getRaw(client)))).toContain(hint);
  expect(String(await caught(getRaw(client, { fetch: (url, init) => fetch(url, init) })))).not.toContain(hint);
});

test.each(["Bun", "Deno"])("nothing is said of a proxy on %s, which uses it", async (runtime) => {
  vi.stubEnv("HTTPS_PROXY", proxy);
  vi.stubGlobal(runtime, {});
  expect(await failAt("https://a.invalid")).not.toContain(hint);
});

test("nothing is said of a proxy where there is no process", async () => {
  const options = { fetch: undefined, apiKey: "k" };
  vi.stubEnv("HTTPS_PROXY", proxy);
  vi.stubGlobal("process", undefined);
  const message = await failAt("https://a.invalid", options);
  vi.unstubAllGlobals();
  expect(message).not.toContain(hint);
});

test("the failure of a download names the proxy, too", async () => {
  vi.stubEnv("HTTPS_PROXY", proxy);
  await using server = await startContentServer(() => ({ signed_url: "https://a.invalid/f" }));
  const download = await createTestClient(server, { maxRetries: 0 }).assets.download(id);
  expect(String(await caught(download.bytes()))).toContain(`HTTPS_PROXY ${hint}`);
});

test("a proxy that wants a password is final, and the message says where to put it", async () => {
  const cause = new Error("Proxy response (407) !== 200 when HTTP Tunneling");
  const fetch = (): Promise<never> => Promise.reject(new TypeError("fetch failed", { cause }));
  const error = await caught(createTestClient({ url: "https://a.invalid" }, { fetch }).assets.get(id));
  expect(error).toMatchObject({ name: "NetworkError", attempts: 1, retryable: false });
  expect(String(error)).toMatch(/\(407\).* The proxy wants a user name and a password\. Put them into its URL/);
});

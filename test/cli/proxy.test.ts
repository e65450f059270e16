/** The commands go through the proxy of the environment. For each version of Node: `test/package/tarball-proxy.test.ts`. */
import { writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { makeFolder } from "../helpers/temporary-folder.ts";
import { startProxy, type ProxyServer } from "../servers/proxy-server.ts";
import { startTlsServer } from "../servers/tls-server.ts";
import { run, type CommandResult } from "./run.ts";

const mock = new URL(inject("mock"));
const { asset_id: id } = testAssets.image;
const mockAsSeenByProxy = `http://a.invalid:${mock.port}`;

let proxy: ProxyServer;
beforeAll(async () => void (proxy = await startProxy()));
afterAll(() => proxy[Symbol.asyncDispose]());

/** Runs a command for the mock at a host that only the proxy knows. */
function runAtProxy(args: string[], variables: Record<string, string>): Promise<CommandResult> {
  proxy.requests.length = 0;
  const environment = {
    CHENYU_BASE_URL: mockAsSeenByProxy,
    CHENYU_ALLOW_INSECURE_HOSTS: "a.invalid",
    CHENYU_API_KEY: "any",
  };
  return run(args, { ...environment, ...variables });
}

const isUsed = (): boolean => proxy.requests.some((request) => request.includes(`a.invalid:${mock.port}`));

test.each<[variable: string, valueOf: (host: string) => string]>([
  ["HTTP_PROXY", (host) => `http://${host}`],
  ["http_proxy", (host) => `http://${host}/`],
  ["HTTP_PROXY", (host) => host],
  ["HTTP_PROXY", (host) => ` HTTP://${host} `],
])("%s is used, also without a scheme", async (variable, valueOf) => {
  const { exitCode, stdout, stderr } = await runAtProxy(["get", id], { [variable]: valueOf(proxy.host) });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(JSON.parse(stdout).asset_id).toBe(id);
  expect(isUsed()).toBe(true);
});

test("a name in small letters goes before the one in capitals, and an empty one is none", async () => {
  const wrong = "http://127.0.0.1:1";
  const first = await runAtProxy(["get", id], { http_proxy: proxy.host, HTTP_PROXY: wrong });
  expect([first.exitCode, isUsed()]).toEqual([0, true]);
  const second = await runAtProxy(["get", id], { http_proxy: "", HTTP_PROXY: proxy.host });
  expect([second.exitCode, isUsed()]).toEqual([0, true]);
});

test("a download goes through the proxy, and resumes there", async () => {
  await using folder = await makeFolder();
  const args = ["download", testAssets.drops.asset_id, "-o", folder.path];
  const { exitCode, stderr } = await runAtProxy(args, { HTTP_PROXY: proxy.host });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(await folder.names()).toHaveLength(1);
  expect(isUsed()).toBe(true);
});

test("https: goes through a tunnel, so that the proxy sees neither key nor path", async () => {
  const body = JSON.stringify({ code: 0, msg: "", data: { asset_id: id } });
  await using server = await startTlsServer(body, { host: "a.invalid" });
  await using folder = await makeFolder();
  await writeFile(folder.at("ca.pem"), server.certificate);
  const { port } = new URL(server.url);
  const { exitCode, stderr } = await runAtProxy(["get", id], {
    CHENYU_BASE_URL: `https://a.invalid:${port}`,
    HTTPS_PROXY: `http://user:p%40ss@${proxy.host}`,
    NODE_EXTRA_CA_CERTS: folder.at("ca.pem"),
  });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(proxy.requests).toEqual([`CONNECT a.invalid:${port} user:p@ss`]);
});

test.each([
  "a.invalid",
  "b.example, a.invalid",
  "b.example a.invalid",
  ".invalid",
  "*.invalid",
  `a.invalid:${mock.port}`,
  "*",
])("a host of NO_PROXY=%s is asked without the proxy", async (noProxy) => {
  const variables = { HTTP_PROXY: proxy.host, NO_PROXY: noProxy };
  const { exitCode } = await runAtProxy(["get", id, "--timeout", "0.5"], variables);
  expect([exitCode, proxy.requests]).toEqual([1, []]);
});

test.each(["a.invalid.example", "a.invalid:1", "10.0.0.0/8"])("NO_PROXY=%s is another host", async (noProxy) => {
  const { exitCode } = await runAtProxy(["get", id], { HTTP_PROXY: proxy.host, NO_PROXY: noProxy });
  expect([exitCode, isUsed()]).toEqual([0, true]);
});

test("no address of this machine is asked through the proxy", async () => {
  const variables = { CHENYU_BASE_URL: `http://127.0.0.2:${mock.port}`, HTTP_PROXY: proxy.host };
  const { exitCode } = await runAtProxy(["get", id], variables); // nobody listens there
  expect([exitCode, proxy.requests]).toEqual([1, []]);
});

test("a proxy that cannot be used does not matter for the mock on this machine", async () => {
  const variables = {
    CHENYU_BASE_URL: mock.origin,
    https_proxy: "socks5://127.0.0.1:1",
    HTTP_PROXY: "http://u:100%@a",
  };
  expect((await runAtProxy(["get", id], variables)).exitCode).toBe(0);
});

test.each(["127.0.0.1", "localhost"])("the mock on %s is asked without the proxy", async (host) => {
  const variables = { CHENYU_BASE_URL: `http://${host}:${mock.port}`, HTTP_PROXY: proxy.host, HTTPS_PROXY: proxy.host };
  const { exitCode } = await runAtProxy(["get", id], variables);
  expect([exitCode, proxy.requests]).toEqual([0, []]);
});

test("a proxy that wants a password is final, and the message says where to put it", async () => {
  await using strict = await startProxy("user:right");
  const { exitCode, stderr } = await runAtProxy(["get", id], {
    CHENYU_BASE_URL: "https://a.invalid",
    HTTPS_PROXY: `http://user:wr0ng@${strict.host}`,
  });
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/Proxy response \(407\).* The proxy wants a user name and a password\. Put them into its URL/);
  expect(stderr).not.toContain("wr0ng");
  expect(strict.requests).toHaveLength(1);
});

test("a proxy that does not answer is named, without its password", async () => {
  const variables = { HTTP_PROXY: "http://user:s3cret@127.0.0.1:1" };
  const { exitCode, stderr } = await runAtProxy(["get", id], variables);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("ECONNREFUSED 127.0.0.1:1");
  expect(stderr).not.toContain("s3cret");
});

test.each([
  ["HTTP_PROXY", "socks5://user:s3cret@127.0.0.1:1"],
  ["https_proxy", "http://user:s3cret@"],
  ["HTTPS_PROXY", "http://user:s3cret@a b"],
  ["HTTPS_PROXY", "http://user:s3cret100%@127.0.0.1:1"],
])("%s=%s is wrong usage, and its value is not shown", async (name, value) => {
  const { exitCode, stderr } = await runAtProxy(["get", id], { [name]: value });
  expect(exitCode).toBe(2);
  const text = "it is not the URL of a proxy. Set it to one like http://127.0.0.1:7890, or unset it.";
  expect(stderr).toBe(`chenyu-assets: ${name.toUpperCase()}: ${text}\n`);
  expect(proxy.requests).toEqual([]);
});

test("a command without requests does not look at the proxy", async () => {
  const { exitCode } = await run(["get", "--help"], { HTTP_PROXY: "socks5://127.0.0.1:1" });
  expect(exitCode).toBe(0);
});

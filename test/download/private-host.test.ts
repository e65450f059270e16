/** Addresses that lead into this machine or its network: an API elsewhere must not send the client there. */
import { describe, expect, test } from "vitest";
import { createClient, type ClientOptions, type Download, type Fetch } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { answer, startFaultServer, type FaultServer } from "../servers/fault-server.ts";
import { secretKey } from "../servers/content-server.ts";

const remoteApi = "https://api.example";

const privateHosts = splitWords(`
  127.0.0.1 127.255.255.255 localhost LOCALHOST. a.localhost %6cocalhost 127.1 2130706433 0x7f000001 0177.0.0.1
  127.0.0.1. １２７.０.０.１ 0.0.0.0 0 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1
  192.0.0.8 198.18.0.1 224.0.0.1 255.255.255.255 [::1] [::] [::ffff:127.0.0.1] [::ffff:10.0.0.1]
  [::ffff:8.8.8.8] [::7f00:1] [64:ff9b::a00:1] [fe80::1] [fd00::1] [fc00::1] [fec0::1] [ff02::1] [2002:7f00:1::]
  [2001::1] [2001:0:7f00:1::] [100::1] [1fff::1] [4000::1]
`);

const publicHosts = splitWords(`
  content.example 8.8.8.8 1.1.1.1 11.0.0.1 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1 169.253.255.255
  169.255.0.1 172.15.255.255 172.32.0.1 192.0.1.1 192.167.255.255 192.169.0.1 198.17.255.255 198.20.0.1
  223.255.255.255 [2001:4860:4860::8888] [2001:200::1] [2400:3200::1] [2003::1] [3fff::1] [2001:db8::1]
  localhost.example notlocalhost 10.example
`);

/** Plays the API and every content host, whatever its name. @param path - What a content's path is answered with. */
async function startEverywhere(
  signed_url: string,
  options: ClientOptions,
  redirectsTo?: string,
): Promise<{ download: Promise<Download>; contentHosts: string[]; server: FaultServer }> {
  const contentHosts: string[] = [];
  const baseUrl = options.baseUrl ?? remoteApi;
  const server = await startFaultServer((socket, head) => {
    const asset = { asset_id: "asset_1", status: "confirmed", signed_url };
    if (head.startsWith("GET /api/"))
      return answer(200, JSON.stringify({ code: 0, msg: "", data: asset }))(socket, head);
    const isRedirected = redirectsTo !== undefined && head.startsWith("GET /first");
    return answer(isRedirected ? 302 : 200, "bytes", isRedirected ? { Location: redirectsTo } : {})(socket, head);
  });
  const fetchHere: Fetch = (url, init) => {
    const { host, pathname } = new URL(url);
    if (!url.startsWith(`${baseUrl}/api/`)) contentHosts.push(host);
    return fetch(server.url + pathname, init);
  };
  const chenyu = createClient({ apiKey: secretKey, baseUrl, fetch: fetchHere, ...options });
  return { download: chenyu.assets.download("asset_1"), contentHosts, server };
}

async function contentHostsOf(
  signed_url: string,
  options: ClientOptions = {},
  redirectsTo?: string,
): Promise<string[]> {
  const { download, contentHosts, server } = await startEverywhere(signed_url, options, redirectsTo);
  await using _server = server;
  expect(await (await download).text()).toBe("bytes");
  return contentHosts;
}

async function refusalOf(signed_url: string, options: ClientOptions = {}, redirectsTo?: string): Promise<unknown> {
  const { download, contentHosts, server } = await startEverywhere(signed_url, options, redirectsTo);
  await using _server = server;
  const error = await caught(download.then((content) => content.bytes()));
  expect(contentHosts).toEqual(redirectsTo === undefined ? [] : ["content.example"]);
  return error;
}

describe.concurrent("of an API elsewhere", () => {
  test.for(privateHosts)("an address at %s is refused before a request", async (host) => {
    const { hostname } = new URL(`https://${host}`);
    const error = await refusalOf(`https://${host}:8443/f?signature=s3cret`);
    expect(error).toMatchObject({ name: "DownloadError", kind: "address", retryable: false });
    expect((error as Error).message).toBe(
      `asset_1: its signed_url is at ${hostname}, in this machine or its network. ` +
        "If you trust the host, name it in allowInsecureHosts.",
    );
  });

  test.for(privateHosts)("a redirect to %s is not followed", async (host) => {
    const error = await refusalOf("https://content.example/first", {}, `https://${host}/f?signature=s3cret`);
    expect(error).toMatchObject({ name: "DownloadError", kind: "address" });
    expect((error as Error).message).toMatch(
      /^asset_1 from content\.example(:\d+)?: a redirect's address is at \S+, in this machine/,
    );
  });

  test.for(publicHosts)("an address at %s, and a redirect to it, are used", async (host) => {
    const { hostname } = new URL(`https://${host}`);
    expect(await contentHostsOf(`https://${host}/f`)).toEqual([hostname]);
    expect(await contentHostsOf("https://content.example/first", {}, `https://${host}/f`)).toEqual([
      "content.example",
      hostname,
    ]);
  });

  test.for(["10.0.0.1", "localhost", "[fd00::1]"])("%s is used once it is named, also by http:", async (host) => {
    const options = { allowInsecureHosts: [host] };
    expect(await contentHostsOf(`https://${host}/f`, options)).toEqual([host]);
    expect(await contentHostsOf(`http://${host}/f`, options)).toEqual([host]);
    expect(await contentHostsOf("https://content.example/first", options, `http://${host}/f`)).toHaveLength(2);
    expect(await refusalOf("https://10.0.0.2/f", options)).toMatchObject({ kind: "address" });
    expect(await refusalOf("http://content.example/f", options)).toMatchObject({ kind: "address" });
  });
});

test.concurrent.for<[what: string, options: ClientOptions]>([
  ["on this machine", { baseUrl: "https://localhost" }],
  ["on this machine, by http:", { baseUrl: "http://127.0.0.1:4010" }],
  ["at a private address", { baseUrl: "https://192.168.1.10" }],
  ["on a host that is named", { baseUrl: "http://mock:4010", allowInsecureHosts: ["mock"] }],
])("an API %s may send the client into its network", async ([, options]) => {
  expect(await contentHostsOf("https://10.0.0.1/f", options)).toEqual(["10.0.0.1"]);
  expect(await contentHostsOf("https://[::1]/f", options)).toEqual(["[::1]"]);
  expect(await refusalOf("http://10.0.0.1/f", options)).toMatchObject({ kind: "address" });
});

function splitWords(text: string): string[] {
  return text.trim().split(/\s+/);
}

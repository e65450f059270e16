/** From where bytes may be fetched: the address that the API gives, and those that the content host redirects to. */
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { say, serve, startContentServer } from "../servers/content-server.ts";
import { bytes, expectBytes, failureOf, startDownload, startReady } from "./downloads.ts";

const unsafeUrls = [
  "http://content.example/f?signature=s3cret",
  "http://127.0.0.1.nip.io/f?signature=s3cret",
  "http://localhost.example/f?signature=s3cret",
  "http://127.0.0.1@content.example/f?signature=s3cret",
  "http://[::2]/f?signature=s3cret",
  "http://[::ffff:127.0.0.1]/f?signature=s3cret",
  "http://0.0.0.0/f?signature=s3cret",
  "http://169.254.169.254/latest/meta-data?signature=s3cret",
  "ftp://127.0.0.1/f?signature=s3cret",
  "ws://127.0.0.1/f?signature=s3cret",
  "file:///etc/passwd",
  "data:text/plain,s3cret",
  "javascript:alert(1)",
  "blob:https://127.0.0.1/s3cret",
  "https://",
  "https://user:s3cret@content.example/f",
  "https://s3cret@content.example/f",
  " http://content.example/s3cret",
  "HTTP://CONTENT.EXAMPLE/s3cret",
];

const notUrls = [
  "//127.0.0.1/f?signature=s3cret",
  "/f?signature=s3cret",
  "f",
  42,
  { href: "https://a.example/" },
  ["f"],
];

test.concurrent.each(["content_url", "url"])("download uses `%s` when there is no signed URL", async (name) => {
  await using server = await startContentServer(
    (url) => ({ size_bytes: bytes.length, signed_url: "", [name]: `${url}/plain` }),
    serve(bytes),
  );
  await expectBytes(startDownload(server));
  expect(server.requests[0]!.path).toBe("/plain");
});

test.concurrent.each([
  ["signed_url", "content_url", "http://content.example/f?signature=s3cret", "/second"],
  ["signed_url", "url", "file:///etc/passwd", "/second"],
  ["content_url", "url", "https://user:s3cret@content.example/f", "/second"],
])("download passes over an unsafe %s, and uses %s", async (unsafe, safe, address, path) => {
  await using server = await startContentServer(
    (url) => ({ size_bytes: bytes.length, [unsafe]: address, [safe]: url + path }),
    serve(bytes),
  );
  await expectBytes(startDownload(server));
  expect(server.requests.map((request) => request.path)).toEqual([path]);
});

test.concurrent("the error says what was passed over when no address is safe", async () => {
  const signed_url = "http://content.example/f?signature=s3cret";
  const others = { content_url: 42, url: "https://user@content.example/" };
  await using server = await startContentServer(() => ({ size_bytes: 1, signed_url, ...others }));
  const error = (await failureOf(startDownload(server))) as Error;
  expect(error).toMatchObject({ name: "DownloadError", kind: "address" });
  expect(error.message).toBe(
    "asset_1: its signed_url is at http://content.example, not at https:, its content_url is not a URL, " +
      "its url at content.example has a user name in it. If you trust the host, name it in allowInsecureHosts.",
  );
});

test.concurrent("an unsafe signed URL is not what tells whether the used one has expired", async () => {
  const signed_url = "http://content.example/f?expires=1&signature=s3cret";
  await using server = await startContentServer(
    (url) => ({ size_bytes: bytes.length, signed_url, content_url: `${url}/plain` }),
    serve(bytes),
  );
  await expectBytes(startDownload(server));
  expect(server.lookUps()).toBe(1);
});

test.concurrent.each([
  ["/视频/一.mp4", "/%E8%A7%86%E9%A2%91/%E4%B8%80.mp4"],
  ["/é%20%E4/100%", "/%C3%A9%20%E4/100%"],
  ["/%E8%A7%86?a=%2F", "/%E8%A7%86?a=%2F"],
])("download follows a redirect to %s, whose Location is UTF-8", async (location, path) => {
  await using server = await startReady(say(302, { Location: location }), serve(bytes));
  await expectBytes(startDownload(server));
  expect(server.requests[1]!.path).toBe(path);
});

test.concurrent.each([
  ["the runtime has read as UTF-8", "/视频", "/%E8%A7%86%E9%A2%91"],
  ["is Latin-1", "/caf\u00e9", "/caf%C3%A9"],
])("download follows a redirect whose Location %s", async (_case, location, path) => {
  await using server = await startReady(serve(bytes));
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    if (!url.includes("/file")) return globalThis.fetch(url, init);
    const headers = { get: (name: string) => (name === "location" ? location : null) };
    return { status: 302, headers, body: null } as unknown as Response;
  };
  await expectBytes(startDownload(server, {}, { fetch }));
  expect(server.requests[0]!.path).toBe(path);
});

test.concurrent("download fails with NotReadyError when the asset has no URL", async () => {
  await using server = await startContentServer(() => ({ status: "reviewing" }));
  const error = await failureOf(startDownload(server));
  expect(error).toMatchObject({ name: "NotReadyError", asset: { status: "reviewing" }, retryable: true });
  expect(server.lookUps()).toBe(1);
});

test.concurrent.each([...unsafeUrls, ...notUrls])(
  "download fails with DownloadError `address`, before any request, when signed_url is %j",
  async (signed_url) => {
    await using server = await startContentServer(() => ({ size_bytes: 1, signed_url }), serve(bytes));
    const requested: string[] = [];
    const fetch = (url: string, init: RequestInit): Promise<Response> => {
      requested.push(url);
      return globalThis.fetch(url, init);
    };
    const error = await failureOf(startDownload(server, {}, { fetch }));
    expect(error).toMatchObject({ name: "DownloadError", kind: "address", retryable: false });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("s3cret");
    expect(requested).toHaveLength(1);
  },
);

test.concurrent("a URL of this machine is refused when the API is on another one", async () => {
  await using server = await startReady(serve(bytes));
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    return globalThis.fetch(url.replace("https://api.example", server.url), init);
  };
  const error = await failureOf(startDownload({ url: "https://api.example" }, {}, { fetch }));
  expect(error).toMatchObject({ name: "DownloadError", kind: "address" });
  expect(server.requests).toHaveLength(0);
});

test.concurrent("download follows redirects to safe URLs, with its range", async () => {
  await using target = await startReady(serve(bytes));
  await using server = await startReady(
    say(302, { Location: "/there" }),
    say(307, { Location: `${target.url}/f?signature=other` }),
  );
  await expectBytes(startDownload(server, { range: { start: 10 } }), bytes.subarray(10));
  expect(server.requests.map(({ path }) => path.replace(/\?.*/, ""))).toEqual(["/file", "/there"]);
  expect(target.requests).toMatchObject([{ path: "/f?signature=other", range: "bytes=10-" }]);
});

test.concurrent.each(unsafeUrls)("a redirect to %s fails with DownloadError `address`", async (location) => {
  await using server = await startReady(say(302, { Location: location }));
  const error = await failureOf(startDownload(server));
  expect(error).toMatchObject({ name: "DownloadError", kind: "address", retryable: false });
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("s3cret");
  expect(server.requests).toHaveLength(1);
});

test.concurrent("download fails with DownloadError `unexpected` after five redirects", async () => {
  await using server = await startReady(say(302, { Location: "/again" }));
  const error = await failureOf(startDownload(server));
  expect(error).toMatchObject({ name: "DownloadError", kind: "unexpected" });
  expect(server.requests).toHaveLength(6);
});

test.concurrent("a redirect without Location is a refusal", async () => {
  await using server = await startReady(say(302));
  const error = await failureOf(startDownload(server));
  expect(error).toMatchObject({ name: "DownloadError", kind: "refused", status: 302 });
});

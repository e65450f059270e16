/** Where bytes may be fetched from: the API names the place, and a redirect of the content host another one. */
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { say, serve, startContentServer } from "../servers/content-server.ts";
import { bytes, connect, failureOf, id, startReady } from "./downloads.ts";

const unsafe = [
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

describe.concurrent("an address", () => {
  test.each(["content_url", "url"])("is %s where there is no signed one", async (name) => {
    await using server = await startContentServer(
      (url) => ({ size_bytes: bytes.length, signed_url: "", [name]: `${url}/plain` }),
      serve(bytes),
    );
    expect(Buffer.compare(await (await connect(server).assets.download(id)).bytes(), bytes)).toBe(0);
    expect(server.requests[0]!.path).toBe("/plain");
  });

  test("that is missing means that the asset is not ready", async () => {
    await using server = await startContentServer(() => ({ status: "reviewing" }));
    const error = await failureOf(connect(server).assets.download(id));
    expect(error).toMatchObject({ name: "NotReadyError", asset: { status: "reviewing" }, retryable: true });
    expect(server.lookUps()).toBe(1);
  });

  const none = [
    "//127.0.0.1/f?signature=s3cret",
    "/f?signature=s3cret",
    "f",
    42,
    { href: "https://a.example/" },
    ["f"],
  ];
  test.each([...unsafe, ...none])("like %j is refused before any request", async (signed_url) => {
    await using server = await startContentServer(() => ({ size_bytes: 1, signed_url }), serve(bytes));
    const sent: string[] = [];
    const fetch = (url: string, init: RequestInit): Promise<Response> => {
      sent.push(url);
      return globalThis.fetch(url, init);
    };
    const error = await failureOf(connect(server, { fetch }).assets.download(id));
    expect(error).toMatchObject({ name: "DownloadError", kind: "address", retryable: false });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("s3cret");
    expect(sent).toHaveLength(1);
  });

  test("on this machine is refused when the API is elsewhere", async () => {
    await using server = await startReady(serve(bytes));
    const fetch = async (url: string, init: RequestInit): Promise<Response> => {
      return globalThis.fetch(url.replace("https://api.example", server.url), init);
    };
    const error = await failureOf(connect({ url: "https://api.example" }, { fetch }).assets.download(id));
    expect(error).toMatchObject({ name: "DownloadError", kind: "address" });
    expect(server.requests).toHaveLength(0);
  });
});

describe.concurrent("a redirect", () => {
  test("to an address that is safe is followed, with the range", async () => {
    await using target = await startReady(serve(bytes));
    await using server = await startReady(
      say(302, { Location: "/there" }),
      say(307, { Location: `${target.url}/f?signature=other` }),
    );
    const download = await connect(server).assets.download(id, { range: { start: 10 } });
    expect(Buffer.compare(await download.bytes(), bytes.subarray(10))).toBe(0);
    expect(server.requests.map(({ path }) => path.replace(/\?.*/, ""))).toEqual(["/file", "/there"]);
    expect(target.requests).toMatchObject([{ path: "/f?signature=other", range: "bytes=10-" }]);
  });

  test.each(unsafe)("to %s is refused", async (location) => {
    await using server = await startReady(say(302, { Location: location }));
    const error = await failureOf(connect(server).assets.download(id));
    expect(error).toMatchObject({ name: "DownloadError", kind: "address", retryable: false });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("s3cret");
    expect(server.requests).toHaveLength(1);
  });

  test("that never ends is given up", async () => {
    await using server = await startReady(say(302, { Location: "/again" }));
    const error = await failureOf(connect(server).assets.download(id));
    expect(error).toMatchObject({ name: "DownloadError", kind: "unexpected" });
    expect(server.requests).toHaveLength(6);
  });

  test("to nowhere is a refusal", async () => {
    await using server = await startReady(say(302));
    const error = await failureOf(connect(server).assets.download(id));
    expect(error).toMatchObject({ name: "DownloadError", kind: "refused", status: 302 });
  });
});

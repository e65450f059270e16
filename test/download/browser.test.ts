/** In a browser, what another origin says is hidden unless it allows it, and each header of ours costs a request. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { say, serve, startContentServer } from "../servers/content-server.ts";
import { bytes, connect, failureOf, half, id, startReady } from "./downloads.ts";

beforeEach(() => void vi.stubGlobal("document", {}).stubGlobal("process", undefined));
afterEach(() => void vi.unstubAllGlobals());

const browser = { dangerouslyAllowBrowser: true };
const date = "Mon, 15 Jun 2026 04:00:00 GMT";
/** What a browser shows of another origin's headers. */
const shown = ["content-length", "content-type", "last-modified"];

/** The global `fetch` as a page has it: refusals of another origin look like no answer at all, most headers are hidden. */
async function fetchAsInPage(url: string, init: RequestInit): Promise<Response> {
  if (url.includes("/api/")) return fetch(url, init);
  expect(Object.keys(init.headers!).filter((name) => !["range", "accept-encoding"].includes(name))).toEqual([]);
  expect(init.redirect).toBe("follow");
  const { status, headers, body } = await fetch(url, init);
  if (status >= 400) throw new TypeError("Failed to fetch");
  return new Response(body, { status, headers: [...headers].filter(([name]) => shown.includes(name)) });
}

test("a part is taken by its length and date, without a request before the request", async () => {
  const options = { etag: null, lastModified: date };
  await using server = await startReady(serve(bytes, { ...options, sent: half, fault: "end" }), serve(bytes, options));
  const download = await connect(server, { ...browser, fetch: fetchAsInPage }).assets.download(id);
  expect(Buffer.compare(await download.bytes(), bytes)).toBe(0);
  expect(server.requests[1]).toMatchObject({ range: `bytes=${half}-`, ifRange: undefined });
});

test("a part that does not tell its date is not taken, for it may be another version's", async () => {
  await using server = await startReady(
    serve(bytes, { etag: null, lastModified: date, sent: half, fault: "end" }),
    serve(bytes, { etag: null }),
  );
  const error = await failureOf(connect(server, { ...browser, fetch: fetchAsInPage }).assets.download(id));
  expect(error).toMatchObject({ name: "DownloadError", kind: "changed" });
});

test("a part without a length is taken to the end that size_bytes tells", async () => {
  const options = { etag: null, lastModified: date };
  await using server = await startReady(
    serve(bytes, { ...options, sent: half, fault: "end" }),
    serve(bytes, { ...options, length: "hidden" }),
  );
  const download = await connect(server, { ...browser, fetch: fetchAsInPage }).assets.download(id);
  expect(Buffer.compare(await download.bytes(), bytes)).toBe(0);
});

test("a request that fails may have been refused: a fresh URL is tried, once, and at once", async () => {
  await using server = await startReady(say(403), serve(bytes));
  const download = await connect(server, { ...browser, fetch: fetchAsInPage }).assets.download(id);
  expect(Buffer.compare(await download.bytes(), bytes)).toBe(0);
  expect(server.lookUps()).toBe(2);
  await using refusing = await startReady(say(403));
  const client = connect(refusing, { ...browser, fetch: fetchAsInPage });
  expect(await failureOf(client.assets.download(id, { maxRetries: 1 }))).toMatchObject({ name: "NetworkError" });
  expect([refusing.lookUps(), refusing.requests.length]).toEqual([2, 3]);
});

test("what is no failure of the network is not taken for a refusal", async () => {
  await using server = await startContentServer(() => ({ signed_url: "ftp://127.0.0.1/" }));
  const error = await failureOf(connect(server, { ...browser, fetch: fetchAsInPage }).assets.download(id));
  expect(error).toMatchObject({ name: "DownloadError", kind: "address" });
  expect(server.lookUps()).toBe(1);
});

test("what a host has encoded, which a page cannot see, is counted as decoded", async () => {
  await using server = await startReady(serve(bytes, { encoding: "gzip" }));
  const download = await connect(server, { ...browser, fetch: fetchAsInPage }).assets.download(id);
  expect(Buffer.compare(await download.bytes(), bytes)).toBe(0);
});

test("in Deno, which decodes only what it has asked for itself, no encoding is named", async () => {
  vi.stubGlobal("Deno", {});
  await using server = await startReady(serve(bytes));
  const named: string[][] = [];
  const fetch = (url: string, init: RequestInit): Promise<Response> => {
    if (!url.includes("/api/")) named.push(Object.keys(init.headers!));
    return fetchAsInPage(url, init);
  };
  const download = await connect(server, { ...browser, fetch }).assets.download(id);
  expect(Buffer.compare(await download.bytes(), bytes)).toBe(0);
  expect(named).toEqual([[]]);
});

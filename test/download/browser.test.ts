/**
 * A download in a page of a browser. There, most response headers of another origin are hidden, and a refusal by another
 * origin looks like a network failure. A request header of ours costs a CORS preflight, which object stores refuse.
 */
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ClientOptions, Download, DownloadOptions, Fetch } from "../../src/index.ts";
import { readyAsset, say, serve, startContentServer } from "../servers/content-server.ts";
import { bytes, dated, dropAtHalf, expectBytes, failureOf, half, startDownload, startReady } from "./downloads.ts";

beforeEach(() => void vi.stubGlobal("document", {}).stubGlobal("process", undefined));
afterEach(() => void vi.unstubAllGlobals());

const visibleHeaders = ["content-length", "content-type", "last-modified"];
/** As {@link fetchAsInPage}, from a host that exposes its `Date` to pages. */
const fetchWithDate: Fetch = (url, init) => fetchAsInPage(url, init, ["date", ...visibleHeaders]);

/** The global `fetch`, as it behaves in a page. */
async function fetchAsInPage(url: string, init: RequestInit, visible = visibleHeaders): Promise<Response> {
  if (url.includes("/api/")) return fetch(url, init);
  expect(Object.keys(init.headers!).filter((name) => !["range", "accept-encoding"].includes(name))).toEqual([]);
  expect(init.redirect).toBe("follow");
  const { status, headers, body } = await fetch(url, init);
  if (status >= 400) throw new TypeError("Failed to fetch");
  return new Response(body, { status, headers: [...headers].filter(([name]) => visible.includes(name)) });
}

function startInPage(
  server: { url: string },
  options?: DownloadOptions,
  clientOptions?: ClientOptions,
): Promise<Download> {
  return startDownload(server, options, { dangerouslyAllowBrowser: true, fetch: fetchAsInPage, ...clientOptions });
}

test("download resumes by length and Last-Modified, without If-Range, which would cost a preflight", async () => {
  await using server = await startReady(dropAtHalf(dated), serve(bytes, dated));
  await expectBytes(startInPage(server, {}, { fetch: fetchWithDate }));
  expect(server.requests[1]).toMatchObject({ range: `bytes=${half}-`, ifRange: undefined });
});

test("download fails with DownloadError `changed` when the rest has no Last-Modified", async () => {
  await using server = await startReady(dropAtHalf(dated), serve(bytes, { etag: null }));
  const error = await failureOf(startInPage(server, {}, { fetch: fetchWithDate }));
  expect(error).toMatchObject({ name: "DownloadError", kind: "changed" });
});

test("download reads a rest without a length up to size_bytes", async () => {
  await using server = await startReady(dropAtHalf(dated), serve(bytes, { ...dated, length: "hidden" }));
  await expectBytes(startInPage(server, {}, { fetch: fetchWithDate }));
});

test("download begins anew where the page does not see the Date, without which Last-Modified proves nothing", async () => {
  await using server = await startReady(dropAtHalf(dated), serve(bytes, dated));
  await expectBytes(startInPage(server));
  expect(server.requests[1]!.range).toBeUndefined();
});

test("download tries one fresh URL in each attempt after a network failure, which may hide a refusal", async () => {
  await using server = await startReady(say(403), serve(bytes));
  await expectBytes(startInPage(server));
  expect(server.lookUps()).toBe(2);
  await using refusing = await startReady(say(403));
  expect(await failureOf(startInPage(refusing, { maxRetries: 1 }))).toMatchObject({ name: "NetworkError" });
  expect([refusing.lookUps(), refusing.requests.length]).toEqual([3, 4]);
});

test("download does not get a fresh URL after another failure", async () => {
  await using server = await startContentServer(() => ({ signed_url: "ftp://127.0.0.1/" }));
  const error = await failureOf(startInPage(server));
  expect(error).toMatchObject({ name: "DownloadError", kind: "address" });
  expect(server.lookUps()).toBe(1);
});

test("an object that is stored encoded is read whole, though its Content-Encoding is hidden", async () => {
  const stored = gzipSync(bytes);
  const encoded = serve(stored, { headers: { "Content-Encoding": "gzip" } });
  await using server = await startContentServer(readyAsset(stored.length), encoded);
  await expectBytes(startInPage(server));
  await using other = await startContentServer(readyAsset(stored.length - 1), encoded);
  expect(await failureOf(startInPage(other))).toMatchObject({ name: "DownloadError", kind: "size" });
});

test("download counts decoded bytes when the Content-Encoding is hidden", async () => {
  await using server = await startReady(serve(bytes, { encoding: "gzip" }));
  await expectBytes(startInPage(server));
});

// Deno decodes a body only if the caller has not named an encoding.
test("download in Deno sends no Accept-Encoding", async () => {
  vi.stubGlobal("Deno", {});
  await using server = await startReady(serve(bytes));
  const headerNames: string[][] = [];
  const fetch = (url: string, init: RequestInit): Promise<Response> => {
    if (!url.includes("/api/")) headerNames.push(Object.keys(init.headers!));
    return fetchAsInPage(url, init);
  };
  await expectBytes(startInPage(server, {}, { fetch }));
  expect(headerNames).toEqual([[]]);
});

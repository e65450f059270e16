/** Downloads inside frameworks: what they steer by passes, and their caches are kept out of contents. */
import { expect, test } from "vitest";
import type { Fetch } from "../../src/index.ts";
import { serve } from "../servers/content-server.ts";
import { bytes, expectBytes, failureOf, half, startDownload, startReady } from "./downloads.ts";

const frameworkError = (): Error =>
  Object.assign(new Error("Dynamic server usage"), { digest: "DYNAMIC_SERVER_USAGE" });

/** A body that fails after its first half. */
function failingBody(error: unknown): ReadableStream {
  let pulls = 0;
  return new ReadableStream({
    pull: (body) => (pulls++ === 0 ? body.enqueue(new Uint8Array(bytes.subarray(0, half))) : body.error(error)),
  });
}

test.concurrent.each<[where: string, fail: (error: Error) => Promise<Response>]>([
  ["thrown by fetch", (error) => Promise.reject(error)],
  ["thrown while the body is read", async (error) => new Response(failingBody(error))],
])("download fails with a framework's own error, %s, and sends nothing more", async (_where, fail) => {
  await using server = await startReady(serve(bytes));
  const error = frameworkError();
  let contents = 0;
  const fetch: Fetch = (url, init) => {
    if (url.includes("/api/")) return globalThis.fetch(url, init);
    contents += 1;
    return fail(error);
  };
  expect(await failureOf(startDownload(server, {}, { fetch }))).toBe(error);
  expect(contents).toBe(1);
});

test.concurrent("content requests are not cached, and have the fetchOptions, too", async () => {
  await using server = await startReady(serve(bytes));
  const inits: RequestInit[] = [];
  const fetch: Fetch = (url, init) => {
    if (!url.includes("/api/")) inits.push(init);
    return globalThis.fetch(url, init);
  };
  await expectBytes(startDownload(server, {}, { fetch, fetchOptions: { keepalive: true } }));
  await expectBytes(startDownload(server, {}, { fetch, fetchOptions: { cache: "force-cache" } }));
  expect(inits).toMatchObject([{ cache: "no-store", keepalive: true }, { cache: "force-cache" }]);
});

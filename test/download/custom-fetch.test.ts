/** The caller's own `fetch`, which may ignore signals, throw, or give something that is not a valid Response. */
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { caught } from "../helpers/caught.ts";
import { until } from "../helpers/timing.ts";
import { serve } from "../servers/content-server.ts";
import { bytes, expectBytes, failureOf, startDownload, startReady, startWithoutSize } from "./downloads.ts";

/** Makes a `fetch` that requests the API as usual, and answers each request for content with `respond`. */
function fetchWith(respond: (url: string) => Response): (url: string, init: RequestInit) => Promise<Response> {
  return async (url, init) => (url.includes("/api/") ? globalThis.fetch(url, init) : respond(url));
}

function withBody(body: unknown): Response {
  return Object.defineProperty(new Response(null), "body", { value: body });
}

test.concurrent("the body of a fetch that ignores signals is cancelled after idleTimeoutMs", async () => {
  await using server = await startReady(serve(bytes));
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull: () => new Promise(() => {}),
    cancel: () => void (isCancelled = true),
  });
  const fetch = fetchWith(() => new Response(body));
  const error = await failureOf(startDownload(server, { idleTimeoutMs: 100, maxRetries: 0 }, { fetch }));
  expect(error).toMatchObject({ name: "TimeoutError", clock: "idle" });
  expect(isCancelled).toBe(true);
});

test.concurrent("a body that stalls is not taken for a whole file when nobody reports the size", async () => {
  await using server = await startWithoutSize();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(bytes),
    pull: () => new Promise(() => {}),
  });
  const fetch = fetchWith(() => new Response(body));
  const error = await failureOf(startDownload(server, { idleTimeoutMs: 100, maxRetries: 0 }, { fetch }));
  expect(error).toMatchObject({ name: "TimeoutError", clock: "idle" });
});

test.concurrent.each([302, 200])(
  "HTTP %i that arrives after an abort is not waited for, but cancelled",
  async (status) => {
    await using server = await startReady(serve(bytes));
    const controller = new AbortController();
    const requested: string[] = [];
    let isCancelled = false;
    const body = (): ReadableStream => new ReadableStream({ cancel: () => void (isCancelled = true) });
    const fetch = async (url: string): Promise<Response> => {
      if (url.includes("/api/")) return globalThis.fetch(url);
      requested.push(url);
      await sleep(100);
      return new Response(body(), { status, headers: { Location: "/there" } });
    };
    const reading = failureOf(startDownload(server, { signal: controller.signal }, { fetch }));
    await until(() => requested.length === 1);
    controller.abort("left");
    expect([await reading, isCancelled]).toEqual(["left", false]);
    await until(() => isCancelled);
    expect(requested).toHaveLength(1);
  },
);

test.concurrent.each<[what: string, respond: () => Response]>([
  ["no Response", () => ({}) as Response],
  ["a body of texts", () => withBody(new ReadableStream({ start: (body) => body.enqueue("text") }))],
  ["a body of undefined", () => withBody(new ReadableStream({ start: (body) => body.enqueue(undefined) }))],
  ["a body of Uint16Arrays", () => withBody(new ReadableStream({ start: (body) => body.enqueue(new Uint16Array(2)) }))],
  ["a body of ArrayBuffers", () => withBody(new ReadableStream({ start: (body) => body.enqueue(new ArrayBuffer(2)) }))],
  ["a body that is not a stream", () => withBody({})],
  ["a body that somebody else reads", respondWithLockedBody],
])("download fails with ConfigError when fetch gives %s", async (_what, respond) => {
  await using server = await startReady(serve(bytes));
  const fetch = fetchWith(respond);
  expect(await failureOf(startDownload(server, {}, { fetch }))).toMatchObject({ name: "ConfigError", attempts: 2 });
});

function respondWithLockedBody(): Response {
  const response = new Response("text");
  response.body!.getReader();
  return response;
}

test.concurrent("download fails with NetworkError when fetch gives a Response without a body", async () => {
  await using server = await startReady(serve(bytes));
  const fetch = fetchWith(() => new Response(null));
  const error = await failureOf(startDownload(server, { maxRetries: 0 }, { fetch }));
  expect(error).toMatchObject({ name: "NetworkError" });
});

test.concurrent.each([
  ["identity", undefined],
  ["gzip", { name: "NetworkError", attempts: 2 }],
])("a body that fails after its last byte is whole, unless fetch has decoded it: %s", async (encoding, failure) => {
  await using server = await startReady(serve(bytes));
  const pieces = [new Uint8Array(bytes)];
  const makeBody = (): ReadableStream<Uint8Array> =>
    new ReadableStream({
      pull(body) {
        const piece = pieces.shift();
        return piece === undefined ? body.error(new Error("cut off")) : body.enqueue(piece);
      },
    });
  const fetch = fetchWith(() => new Response(makeBody(), { headers: { "Content-Encoding": encoding, ETag: '"v1"' } }));
  const reading = new Response((await startDownload(server, {}, { fetch })).stream).arrayBuffer();
  if (failure === undefined) expect((await reading).byteLength).toBe(bytes.length);
  else expect(await caught(reading)).toMatchObject(failure);
});

test.concurrent("the body of a 403 is cancelled when a fresh URL replaces it", async () => {
  await using server = await startReady(serve(bytes));
  let isCancelled = false;
  const endless = new ReadableStream<Uint8Array>({ cancel: () => void (isCancelled = true) });
  const responses = [new Response(endless, { status: 403 }), new Response(new Uint8Array(bytes))];
  await expectBytes(startDownload(server, {}, { fetch: fetchWith(() => responses.shift()!) }));
  expect(isCancelled).toBe(true);
});

test.concurrent("HTTP 403 is a refusal although its body fails", async () => {
  await using server = await startReady(serve(bytes));
  const broken = (): ReadableStream => new ReadableStream({ start: (body) => body.error(new Error("broken")) });
  const fetch = fetchWith(() => new Response(broken(), { status: 403 }));
  expect(await failureOf(startDownload(server, {}, { fetch }))).toMatchObject({ kind: "refused" });
  expect(server.lookUps()).toBe(2);
});

test.concurrent("download hides the signed URL that an error of fetch shows", async () => {
  await using server = await startReady(serve(bytes));
  const fetch = fetchWith((url) => {
    throw new Error(`no way to ${url}`, { cause: { url, message: url } });
  });
  const error = await failureOf(startDownload(server, { maxRetries: 0 }, { fetch }));
  expect(error).toMatchObject({ name: "NetworkError" });
  expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/signature=s/);
});

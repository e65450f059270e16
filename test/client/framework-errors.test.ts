/** The errors by which a framework steers pass through every call as they are: Next.js finds its own by their `digest`. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { NetworkError, type ChenyuClient, type ClientOptions } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { assetBody, createTestClient, getRaw, id } from "./test-client.ts";

/** An error as Next.js throws it. */
function nextError(digest: unknown = "DYNAMIC_SERVER_USAGE"): Error {
  return Object.assign(new Error("Dynamic server usage: no-store fetch"), { digest });
}

/** A body that fails after its first bytes. */
function failingBody(error: unknown): ReadableStream {
  let pulls = 0;
  const text = new TextEncoder().encode(assetBody.slice(0, 20));
  return new ReadableStream({ pull: (body) => (pulls++ === 0 ? body.enqueue(text) : body.error(error)) });
}

/** A client, and how many requests it has sent. @param send - Gets the number of the request, from 1. */
function clientOf(
  send: (request: number) => Promise<Response>,
  options: ClientOptions = {},
): { client: ChenyuClient; requests: () => number } {
  let requests = 0;
  const fetch = (): Promise<Response> => send(++requests);
  return { client: createTestClient({ url: "https://a.example" }, { fetch, ...options }), requests: () => requests };
}

/** A Response as other packages make it: without a stream. */
function withoutStream(status: number, error: unknown): Response {
  const text = (): Promise<string> => Promise.reject(error);
  return { status, ok: status < 300, type: "basic", headers: new Headers(), text } as unknown as Response;
}

const calls: [name: string, call: (client: ChenyuClient) => Promise<unknown>][] = [
  ["get", ({ assets }) => assets.get(id)],
  ["waitUntilReady", ({ assets }) => assets.waitUntilReady(id, { intervalMs: 20 })],
  ["download", ({ assets }) => assets.download(id)],
  ["raw", (client) => getRaw(client)],
];

const failures: [where: string, fail: (error: unknown) => Promise<Response>][] = [
  ["thrown by fetch", (error) => Promise.reject(error)],
  ["thrown while the body is read", async (error) => new Response(failingBody(error))],
  ["thrown while the body of an HTTP 404 is read", async (error) => new Response(failingBody(error), { status: 404 })],
  ["thrown while the body of an HTTP 503 is read", async (error) => new Response(failingBody(error), { status: 503 })],
  ["thrown by text()", async (error) => withoutStream(200, error)],
  ["thrown by text() of an HTTP 503", async (error) => withoutStream(503, error)],
];

describe.each(calls)("%s", (_name, call) => {
  test.concurrent.each(failures)(
    "rejects with an error that has a digest, %s, and sends nothing more",
    async (_, fail) => {
      const error = nextError();
      const { client, requests } = clientOf(() => fail(error));
      expect(await caught(call(client))).toBe(error);
      await sleep(50);
      expect(requests()).toBe(1);
    },
  );

  test.concurrent("rejects with it when a later attempt meets it", async () => {
    const error = nextError("NEXT_REDIRECT;replace;/login;307;");
    const { client, requests } = clientOf((request) => Promise.reject(request === 1 ? new TypeError("reset") : error));
    expect(await caught(call(client))).toBe(error);
    expect(requests()).toBe(2);
  });
});

test.concurrent("a wait rejects with it when a later look-up meets it", async () => {
  const error = nextError();
  const reviewing = JSON.stringify({ code: 0, data: { asset_id: id, status: "reviewing" } });
  const { client, requests } = clientOf(async (request) => {
    if (request === 3) throw error;
    return new Response(reviewing);
  });
  expect(await caught(client.assets.waitUntilReady(id, { intervalMs: 20 }))).toBe(error);
  expect(requests()).toBe(3);
});

test.concurrent.each<[name: string, error: unknown]>([
  ["an error whose cause has a digest", new Error("no page", { cause: nextError() })],
  ["an error whose cause's cause has a digest", new Error("a", { cause: new Error("b", { cause: nextError() }) })],
  ["an object that is not an Error", { digest: "NEXT_HTTP_ERROR_FALLBACK;404" }],
  ["an empty digest", nextError("")],
])("get rejects with it: %s", async (_name, error) => {
  const { client, requests } = clientOf(() => Promise.reject(error));
  expect(await caught(client.assets.get(id))).toBe(error);
  expect(requests()).toBe(1);
});

test.concurrent.each<[name: string, error: unknown]>([
  ["a digest that is no text", nextError(7)],
  ["no digest", new Error("offline")],
  ["causes in a circle", circle()],
  ["a digest that React has put on an error of ours", Object.assign(ourError(), { digest: "1930860604" })],
  ["such an error of ours as cause", new Error("a", { cause: Object.assign(ourError(), { digest: "1930860604" }) })],
])("get retries, then rejects with NetworkError: %s", async (_name, error) => {
  const { client, requests } = clientOf(() => Promise.reject(error), { maxRetries: 1 });
  expect(await caught(client.assets.get(id))).toMatchObject({ name: "NetworkError" });
  expect(requests()).toBe(2);
});

function ourError(): NetworkError {
  return new NetworkError("no whole response came", {});
}

function circle(): Error {
  const error: Error = new Error("a");
  return Object.assign(error, { cause: error });
}

test.concurrent("the reason of a signal that aborted meanwhile goes before it", async () => {
  const controller = new AbortController();
  const { client } = clientOf(async () => {
    controller.abort("left");
    throw nextError();
  });
  expect(await caught(client.assets.get(id, { signal: controller.signal }))).toBe("left");
});

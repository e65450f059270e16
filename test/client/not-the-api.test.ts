/** Responses that can't be the API's: get rejects with ResponseError and does not try again. */
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { createClient } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { until } from "../helpers/timing.ts";
import { answer, stall, startFaultServer } from "../servers/fault-server.ts";
import { always, startServer } from "../servers/server.ts";
import { answerAsset, apiKey, assetBody, createTestClient, getRaw, id } from "./test-client.ts";

test.concurrent.each([
  ["<html>log in", "text/html"],
  ["{{ login }}", "text/html"],
  ["[maintenance] come back later", "text/plain"],
])("get rejects with ResponseError when a 200 is the page %o of type %s", async (page, type) => {
  await using server = await startFaultServer(answer(200, page, { "Content-Type": type }));
  expect(await caught(createTestClient(server).assets.get(id))).toMatchObject({
    name: "ResponseError",
    status: 200,
    attempts: 1,
    retryable: false,
    message: expect.stringContaining(`HTTP 200 with ${type} is not JSON: ${JSON.stringify(page)}`),
  });
});

test("the message shows the start of a page, without secrets", async () => {
  const page = `<p>hello ${apiKey} <a href="https://a.example/b?signature=s3cret-2">${"x".repeat(1000)}`;
  await using server = await startServer(always(200, page, { "content-type": "text/html", "x-request-id": "r-3" }));
  const error = await caught(createTestClient(server).assets.get(id));
  expect(error).toMatchObject({ name: "ResponseError", status: 200, requestId: "r-3", retryable: false });
  const start = String.raw`HTTP 200 with text/html is not JSON: "<p>hello [API key] <a href=\"https://a.example/b?…">xx`;
  expect((error as Error).message).toContain(start);
  expect((error as Error).message.length).toBeLessThan(400);
  expect(inspect(error, { depth: Infinity })).not.toContain("s3cret");
});

test("the message does not cut the key in half, which would show its start", async () => {
  await using server = await startServer(always(200, `${"x".repeat(195)}${apiKey}`));
  expect(String(await caught(createTestClient(server).assets.get(id)))).toContain('x[API "');
});

test.each(["<", ""])("the message shows no part of a long key after %o", async (before) => {
  const longKey = "<&".repeat(450);
  await using server = await startServer(
    always(200, `${before}${longKey.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}`),
  );
  const error = await caught(createTestClient(server, { apiKey: longKey }).assets.get(id));
  expect(String(error)).toContain(`is not JSON: "${before}[API key]"`);
});

test("the message says so when there is no content type", async () => {
  await using server = await startServer((_request, response) => response.end("hello"));
  expect(String(await caught(createTestClient(server).assets.get(id)))).toContain("HTTP 200 with no content type");
});

test.each([
  ["an empty body", "", {}],
  ["an empty body of a known length", "", { "content-length": "0" }],
  ["a blank body", " ", {}],
  ["a text", "7 apples", {}],
])("get and raw reject with ResponseError when a 200 has %s", async (_name, body, headers) => {
  await using server = await startServer(always(200, body, headers));
  const client = createTestClient(server);
  expect(await caught(client.assets.get(id))).toMatchObject({ name: "ResponseError", status: 200, attempts: 1 });
  expect(await caught(getRaw(client))).toMatchObject({ name: "ResponseError" });
});

test("get stops reading a body that does not end, and closes the connection", async () => {
  await using server = await startFaultServer(async (socket) => {
    socket.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n[");
    while (!socket.destroyed) if (!socket.write(" ".repeat(65536))) await sleep(1);
  });
  const error = await caught(createTestClient(server).assets.get(id));
  expect(error).toMatchObject({ name: "ResponseError", attempts: 1 });
  await until(() => server.connections.open === 0);
});

test("get stops reading a body that does not end, even if its stream cannot be cancelled", async () => {
  const bytes = new TextEncoder().encode(" ".repeat(65536));
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(bytes),
    cancel: () => Promise.reject(new Error("no")),
  });
  const { assets } = createClient({ apiKey: "k", maxRetries: 0, fetch: async () => new Response(endless) });
  expect(await caught(assets.get(id))).toMatchObject({ name: "ResponseError", status: 200 });
});

test.each([600, 999])(
  "get rejects with ResponseError when the status is %i, which HTTP does not know",
  async (status) => {
    await using server = await startServer(always(status, assetBody));
    expect(await caught(createTestClient(server).assets.get(id))).toMatchObject({ name: "ResponseError", status });
  },
);

test("get rejects with ResponseError when a custom fetch gives a status below 200", async () => {
  const response = Object.defineProperty(new Response(assetBody), "status", { value: 0 });
  const { assets } = createClient({ apiKey: "k", fetch: async () => response });
  expect(await caught(assets.get(id))).toMatchObject({ name: "ResponseError", status: 0 });
});

test.each([301, 302, 303, 307, 308])("HTTP %i is not followed, so that the key goes nowhere else", async (status) => {
  await using target = await startFaultServer(answerAsset);
  const location = `${target.url}/x?signature=s3cret`;
  await using server = await startFaultServer(answer(status, "", { Location: location }));
  const error = await caught(createTestClient(server).assets.get(id));
  expect(error).toMatchObject({
    name: "ResponseError",
    status,
    attempts: 1,
    message: expect.stringContaining(`redirects to ${target.url}, which gets no key`),
  });
  expect(inspect(error)).not.toContain("s3cret");
  expect(target.requests).toEqual([]);
});

test("a redirect's body is not waited for", async () => {
  const redirect = stall(302, assetBody, 10, { Location: "https://b.example/x?token=s3cret" });
  await using server = await startFaultServer(redirect);
  const error = await caught(createTestClient(server).assets.get(id));
  expect(error).toMatchObject({ name: "ResponseError", status: 302, attempts: 1 });
  expect((error as Error).message).toContain("https://b.example,");
  expect(inspect(error)).not.toContain("s3cret");
  await until(() => server.connections.open === 0);
});

test("the message names the API's own origin when a redirect is relative", async () => {
  await using server = await startServer(always(301, "", { location: "/elsewhere" }));
  const error = await caught(createTestClient(server).assets.get(id));
  expect(String(error)).toContain(`redirects to ${server.url},`);
});

test.each<Record<string, string>>([{}, { location: "http://[" }])(
  "the message says so when a redirect has no usable target: %o",
  async (headers) => {
    await using server = await startServer(always(302, "", headers));
    const error = await caught(createTestClient(server).assets.get(id));
    expect(String(error)).toContain("redirects to an unknown place");
  },
);

test("get rejects with ResponseError when a browser hides the redirect", async () => {
  const response = Object.defineProperty(new Response(assetBody), "type", { value: "opaqueredirect" });
  const { assets } = createClient({ apiKey: "k", fetch: async () => response });
  const error = await caught(assets.get(id));
  expect(error).toMatchObject({ name: "ResponseError", message: expect.stringContaining("redirects") });
});

/**
 * No error, event or log shows the key or the query of a signed URL. Each test provokes a failure whose response holds
 * both, then searches everything that comes out for them.
 */
import { tracingChannel } from "node:diagnostics_channel";
import { inspect } from "node:util";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createClient } from "../../src/index.ts";
import type { ClientOptions, NotReadyError, PollEvent, Progress, RetryEvent } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { say, serve, startContentServer, type ContentStep } from "../servers/content-server.ts";
import { answer, cutOff, garbage, reset, silence, stall, startFaultServer } from "../servers/fault-server.ts";
import type { Step } from "../servers/fault-server.ts";
import { assetsWithoutRetries, createTestClient, getRaw, id } from "./test-client.ts";

const key = 'cy_S3NT1NEL/+"key';
const signature = "s1gn4tur3";
const signedUrl = `https://www.chenyu.team/assets/x/content?expires=1781295600&signature=${signature}`;
const data = { signed_url: signedUrl, asset_id: id };
/** A text with both secrets, in several forms. */
const secrets = `Bearer ${key} ${encodeURIComponent(key)} ${signedUrl}`;

const json = (value: unknown): string => JSON.stringify(value);
/** Writes JSON as PHP does. */
const phpJson = (value: unknown): string =>
  json(value)
    .replaceAll("/", String.raw`\/`)
    .replaceAll("&", String.raw`\u0026`);

const written: string[] = [];
const trace = (event: unknown): void => void written.push(textsOf(event));
const subscribers = { start: trace, end: trace, asyncStart: trace, asyncEnd: trace, error: trace };

beforeEach(() => {
  written.length = 0;
  vi.stubEnv("CHENYU_LOG", "debug");
  tracingChannel("chenyu-assets:request").subscribe(subscribers);
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, "write").mockImplementation((text) => (written.push(String(text)), true));
  }
  for (const method of ["log", "info", "warn", "error", "debug"] as const) {
    vi.spyOn(console, method).mockImplementation((...values) => void written.push(inspect(values)));
  }
});
afterEach(() => {
  tracingChannel("chenyu-assets:request").unsubscribe(subscribers);
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** Every way in which a value can reach a log. */
function textsOf(value: unknown): string {
  const { stack, message, msg } = Object(value) as Record<string, unknown>;
  const texts = [inspect(value, { depth: Infinity, showHidden: true }), json(value), stack, message, msg];
  const cause = (value as Error | undefined)?.cause;
  return [String(value), ...texts, ...(cause === undefined ? [] : [textsOf(cause)])].join("\n");
}

function expectNoSecret(...values: unknown[]): void {
  expect([...values.map(textsOf), ...written].join("\n")).not.toMatch(/S3NT1NEL|s1gn4tur3/);
}

test.each<[string, Step, errorName: string]>([
  ["a message of the API", answer(401, json({ code: 401, msg: secrets })), "ApiError"],
  ["an escaped message", answer(403, phpJson({ code: 403, msg: secrets })), "ApiError"],
  ["an error text", answer(400, json({ error: secrets })), "ApiError"],
  ["an error object", answer(502, json({ error: { message: secrets } })), "ApiError"],
  ["a business failure", answer(200, json({ code: 1001, msg: secrets })), "ApiError"],
  ["a request id", answer(404, "{}", { "X-Request-Id": `${key} ${signedUrl}` }), "ApiError"],
  [
    "a gateway's page",
    answer(200, `<p>${secrets} <a href="${signedUrl}">`, { "Content-Type": "text/html" }),
    "ResponseError",
  ],
  [
    "a page that encodes the URL",
    answer(200, `${encodeURIComponent(signedUrl)} ${signedUrl.replace("?", "&#63;")}`),
    "ResponseError",
  ],
  ["a page that escapes quotes", answer(200, `<p>${secrets.replaceAll('"', "&quot;")}`), "ResponseError"],
  ["a page with escaped JSON", answer(200, `<script>x=${phpJson({ key, u: signedUrl })}`), "ResponseError"],
  ["a content type", answer(200, "x", { "Content-Type": secrets }), "ResponseError"],
  ["JSON without a code", answer(200, json({ data })), "ResponseError"],
  ["an envelope without an asset", answer(200, json({ code: 0, data: [data, key] })), "ResponseError"],
  ["JSON that is cut off", answer(200, json({ code: 0, data }).slice(0, -9)), "NetworkError"],
  ["escaped JSON that is cut off", answer(200, phpJson({ code: 0, data }).slice(0, -9)), "NetworkError"],
  ["a redirect", answer(302, "", { Location: signedUrl }), "ResponseError"],
  ["a redirect to nowhere", answer(302, "", { Location: `http://[${key}` }), "ResponseError"],
  ["a body that is cut off", cutOff("reset", 200, json({ code: 0, data }), 150), "NetworkError"],
  ["a body that stalls", stall(200, json({ code: 0, data }), 150), "TimeoutError"],
  ["an echo that is not HTTP", (socket, head) => void socket.end(`ECHO ${head} ${signedUrl}\r\n\r\n`), "NetworkError"],
  [
    "broken chunks",
    garbage(
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\nZZ\r\n${json({ key, signedUrl })}\r\n0\r\n\r\n`,
    ),
    "NetworkError",
  ],
  ["a Retry-After that is too long", answer(429, json({ msg: secrets }), { "Retry-After": "9999" }), "ApiError"],
  ["a reset", reset, "NetworkError"],
  ["silence", silence, "TimeoutError"],
])("get shows no secret after %s", async (_name, step, errorName) => {
  await using server = await startFaultServer(step);
  const events: RetryEvent[] = [];
  const options = { timeoutMs: 300, maxRetries: 1, onRetry: (event: RetryEvent) => events.push(event) };
  const client = createTestClient(server, { apiKey: async () => key, ...options });
  const error = await caught(client.assets.get(id));
  expect(error).toMatchObject({ name: errorName });
  expectNoSecret(error, client, events);
});

test("get shows no secret when totalTimeoutMs runs out, with the last failure as cause", async () => {
  await using server = await startFaultServer(answer(503, json({ code: 503, msg: secrets }), { "Retry-After": "5" }));
  const error = await caught(createTestClient(server, { apiKey: key, totalTimeoutMs: 900 }).assets.get(id));
  expect(error).toMatchObject({ name: "TimeoutError", cause: { name: "ApiError" } });
  expectNoSecret(error);
});

const nestedError = new Error("a", { cause: new Error(secrets, { cause: new Error(secrets) }) });
const detailedError = Object.assign(new Error("a"), { request: { key, signedUrl } });

test.each<[string, (url: string, init: RequestInit) => Promise<unknown>]>([
  ["rejects with the headers in the message", (_url, { headers }) => Promise.reject(new TypeError(json(headers)))],
  ["rejects with an error that has causes", () => Promise.reject(nestedError)],
  ["rejects with an error that has properties", () => Promise.reject(detailedError)],
  ["rejects with a code", () => Promise.reject(Object.assign(new Error("a"), { code: secrets }))],
  ["rejects with a text", () => Promise.reject(secrets)],
  ["gives no Response", () => Promise.resolve({ key, signedUrl })],
])("get shows no secret when a custom fetch %s", async (_name, fetch) => {
  const error = await caught(createClient({ apiKey: key, maxRetries: 0, fetch } as ClientOptions).assets.get(id));
  expect(error).toMatchObject({ name: expect.stringMatching(/NetworkError|ConfigError/) });
  expectNoSecret(error);
});

const baseUrlWithSecrets = `https://:${key}@a.example/${signature}?${signature}`;

test.each<[string, () => unknown]>([
  ["a wrong key", () => createClient({ apiKey: `${key}\n` })],
  ["a wrong base URL", () => createClient({ apiKey: key, baseUrl: baseUrlWithSecrets })],
  ["a base URL that is a signed URL", () => createClient({ apiKey: key, baseUrl: signedUrl })],
  ["a wrong header", () => createClient({ apiKey: key, headers: { Authorization: `Bearer ${key}\nx` } })],
  ["a signed URL as the asset", () => createClient({ apiKey: key }).assets.get(signedUrl)],
  ["another base URL in raw", () => getRaw(createClient({ apiKey: key }), { baseUrl: "https://b.example" })],
])("ConfigError shows no secret for %s", async (_name, action) => {
  const error = await caught(action);
  expect(error).toMatchObject({ name: "ConfigError" });
  // The path of a base URL is no secret.
  expectNoSecret(String(error).replace(`/${signature}`, ""));
});

test.each<[string, ContentStep]>([
  ["repeats the request", ({ head }) => answer(404, `${head} ${secrets}`, { "X-Request-Id": signature })],
  ["answers what is not HTTP", ({ head }) => garbage(`ECHO ${head} ${signedUrl}\r\n\r\n`)],
  ["has a reason phrase with a secret", () => answer(`403 ${signedUrl}`, "")],
  ["ends the connection early", serve(Buffer.alloc(9), { etag: null, sent: 5, fault: "end" })],
  ["resets the connection", () => reset],
  ["stalls", () => silence],
  ["has a file of another size", serve(Buffer.alloc(7))],
  ["redirects to an unsafe URL", say(302, { Location: `http://a.example/${signature}?${signature}` })],
  ["redirects to no URL", say(302, { Location: `https://:${signature}` })],
  ["sends a Retry-After that is too long", say(503, { "Retry-After": "9999" })],
  [
    "has an ETag with a secret that changes",
    (request) => serve(Buffer.alloc(9), { etag: `"${signature}${request.range}"`, sent: 5, fault: "end" })(request),
  ],
])("a download shows no secret when its content host %s", async (_name, step) => {
  const assetOf = (url: string): object => ({
    size_bytes: 9,
    signed_url: `${url}/f?expires=9&signature=${signature}`,
  });
  await using server = await startContentServer(assetOf, step);
  const events: unknown[] = [];
  const onRetry = (event: RetryEvent): number => events.push(event);
  const onProgress = (event: Progress): number => events.push(event);
  const client = createTestClient(server, { apiKey: key, maxRetries: 1, onRetry });
  const download = await client.assets.download(id, { idleTimeoutMs: 300, onProgress });
  const error = await caught(download.bytes());
  expect(error).toMatchObject({ name: expect.stringMatching(/^(Download|Network|Timeout)Error$/) });
  expectNoSecret(error, client, ...events, inspect(download));
});

test("NotReadyError and PollEvent show no secret, but the asset has its signed URL", async () => {
  const answerStatus = (status: string): Step => answer(200, json({ code: 0, data: { ...data, status } }));
  await using server = await startFaultServer(answerStatus("reviewing"), answerStatus(`x ${signedUrl} ${key}`));
  const events: PollEvent[] = [];
  const options = { intervalMs: 100, waitTimeoutMs: 340, onPoll: (event: PollEvent) => events.push(event) };
  const call = assetsWithoutRetries(server, { apiKey: key }).waitUntilReady(id, options);
  const error = (await caught(call)) as NotReadyError;
  expect(error.asset!.signed_url).toContain(signature);
  expect(events.map(({ status }) => status)).toContain("x https://www.chenyu.team/assets/x/content?… [API key]");
  expectNoSecret(error, events);
});

test("a client shows no key when it is inspected", () => {
  expectNoSecret(createClient({ apiKey: key }));
});

test.each(["image", "any", "0", "code"])(
  "a success is given untouched, even if it contains the key %o",
  async (apiKey) => {
    const envelope = { code: 0, msg: "", data: { ...data, media_type: "image", original_filename: "company.png" } };
    await using server = await startFaultServer(answer(200, json(envelope)));
    const client = createTestClient(server, { apiKey });
    expect(await client.assets.get(id)).toEqual(envelope.data);
    expect((await getRaw(client)).data).toEqual(envelope);
  },
);

/** No secret ever comes out: every kind of failure is provoked with a key and a signature that are then searched for. */
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { createClient, type ClientOptions, type Progress, type RetryEvent } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { say, serve, startContentServer, type ContentStep } from "../servers/content-server.ts";
import {
  answer,
  cutOff,
  garbage,
  reset,
  silence,
  stall,
  startFaultServer,
  type Step,
} from "../servers/fault-server.ts";

const { asset_id: id } = testAssets.image;
const key = 'cy_S3NT1NEL/+"key';
const signature = "s1gn4tur3";
const signedUrl = `https://www.chenyu.team/assets/x/content?expires=1781295600&signature=${signature}`;
const data = { signed_url: signedUrl, asset_id: id };
const json = (value: unknown): string => JSON.stringify(value);
/** As PHP writes JSON. */
const escaped = (value: unknown): string =>
  json(value)
    .replaceAll("/", String.raw`\/`)
    .replaceAll("&", String.raw`\u0026`);
const chatty = `Bearer ${key} ${encodeURIComponent(key)} ${signedUrl}`;

const written: string[] = [];
beforeEach(() => {
  written.length = 0;
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, "write").mockImplementation((text) => (written.push(String(text)), true));
  }
  for (const method of ["log", "info", "warn", "error", "debug"] as const) {
    vi.spyOn(console, method).mockImplementation((...values) => void written.push(inspect(values)));
  }
});
afterEach(() => void vi.restoreAllMocks());

/** All ways in which a value can reach a log. */
function everythingOf(value: unknown): string {
  const { stack, message, msg } = Object(value) as Record<string, unknown>;
  const seen = [inspect(value, { depth: Infinity, showHidden: true }), json(value), stack, message, msg];
  const cause = (value as Error | undefined)?.cause;
  return [String(value), ...seen, ...(cause === undefined ? [] : [everythingOf(cause)])].join("\n");
}

function expectNoSecret(...values: unknown[]): void {
  const text = [...values.map(everythingOf), ...written].join("\n");
  expect(text).not.toMatch(/S3NT1NEL|s1gn4tur3/);
}

const steps: Record<string, [step: Step, errorName: string]> = {
  "a message of the API that repeats them": [answer(401, json({ code: 401, msg: chatty })), "ApiError"],
  "an escaped message": [answer(403, escaped({ code: 403, msg: chatty })), "ApiError"],
  "an error text": [answer(400, json({ error: chatty })), "ApiError"],
  "an error object": [answer(502, json({ error: { message: chatty } })), "ApiError"],
  "a business failure": [answer(200, json({ code: 1001, msg: chatty })), "ApiError"],
  "a failure with a request id": [answer(404, "{}", { "X-Request-Id": `${key} ${signedUrl}` }), "ApiError"],
  "a gateway's page": [
    answer(200, `<p>${chatty} <a href="${signedUrl}">`, { "Content-Type": "text/html" }),
    "ResponseError",
  ],
  "a page that hides them": [
    answer(200, `${encodeURIComponent(signedUrl)} ${signedUrl.replace("?", "&#63;")}`),
    "ResponseError",
  ],
  "a page that escapes them": [answer(200, `<p>${chatty.replaceAll('"', "&quot;")}`), "ResponseError"],
  "a page with escaped JSON": [answer(200, `<script>x=${escaped({ key, u: signedUrl })}`), "ResponseError"],
  "a content type": [answer(200, "x", { "Content-Type": chatty }), "ResponseError"],
  "another JSON": [answer(200, json({ data })), "ResponseError"],
  "an envelope without an asset": [answer(200, json({ code: 0, data: [data, key] })), "ResponseError"],
  "JSON that is cut off": [answer(200, json({ code: 0, data }).slice(0, -9)), "NetworkError"],
  "escaped JSON that is cut off": [answer(200, escaped({ code: 0, data }).slice(0, -9)), "NetworkError"],
  "a redirect": [answer(302, "", { Location: signedUrl }), "ResponseError"],
  "a redirect to nowhere": [answer(302, "", { Location: `http://[${key}` }), "ResponseError"],
  "a body that is cut off": [cutOff("reset", 200, json({ code: 0, data }), 150), "NetworkError"],
  "a body that stalls": [stall(200, json({ code: 0, data }), 150), "TimeoutError"],
  "an echo that is not HTTP": [(socket, head) => void socket.end(`ECHO ${head} ${signedUrl}\r\n\r\n`), "NetworkError"],
  "broken chunks": [
    garbage(
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\nZZ\r\n${json({ key, signedUrl })}\r\n0\r\n\r\n`,
    ),
    "NetworkError",
  ],
  "a wait that is too long": [answer(429, json({ msg: chatty }), { "Retry-After": "9999" }), "ApiError"],
  "a reset": [reset, "NetworkError"],
  silence: [silence, "TimeoutError"],
};

describe("no key and no signature comes out of", () => {
  test.each(Object.entries(steps))("%s", async (_name, [step, name]) => {
    await using server = await startFaultServer(step);
    const events: RetryEvent[] = [];
    const options = { timeoutMs: 300, maxRetries: 1, onRetry: (event: RetryEvent) => events.push(event) };
    const client = createClient({ apiKey: async () => key, baseUrl: server.url, ...options });
    const error = await caught(client.assets.get(id));
    expect(error).toMatchObject({ name });
    expectNoSecret(error, client, events);
  });

  test("a total time that runs out, whose cause is the last failure", async () => {
    await using server = await startFaultServer(answer(503, json({ code: 503, msg: chatty }), { "Retry-After": "5" }));
    const error = await caught(createClient({ apiKey: key, baseUrl: server.url, totalTimeoutMs: 900 }).assets.get(id));
    expect(error).toMatchObject({ name: "TimeoutError", cause: { name: "ApiError" } });
    expectNoSecret(error);
  });

  test.each<[string, unknown]>([
    [
      "an error that names the headers",
      (_url: string, init: RequestInit) => Promise.reject(new TypeError(json(init.headers))),
    ],
    [
      "an error with a cause",
      () => Promise.reject(new Error("a", { cause: new Error(chatty, { cause: new Error(chatty) }) })),
    ],
    ["an error with properties", () => Promise.reject(Object.assign(new Error("a"), { request: { key, signedUrl } }))],
    ["a text", () => Promise.reject(chatty)],
    ["no Response", () => Promise.resolve({ key, signedUrl })],
  ])("a custom fetch: %s", async (_name, fetch) => {
    const error = await caught(createClient({ apiKey: key, maxRetries: 0, fetch } as ClientOptions).assets.get(id));
    expect(error).toMatchObject({ name: expect.stringMatching(/NetworkError|ConfigError/) });
    expectNoSecret(error);
  });

  test.each<[string, () => unknown]>([
    ["a wrong key", () => createClient({ apiKey: `${key}\n` })],
    [
      "a wrong base URL",
      () => createClient({ apiKey: key, baseUrl: `https://:${key}@a.example/${signature}?${signature}` }),
    ],
    ["a base URL that is a signed URL", () => createClient({ apiKey: key, baseUrl: signedUrl })],
    ["a wrong header", () => createClient({ apiKey: key, headers: { Authorization: `Bearer ${key}\nx` } })],
    ["a signed URL for an asset", () => createClient({ apiKey: key }).assets.get(signedUrl)],
    [
      "another base URL in raw",
      () =>
        createClient({ apiKey: key }).raw.GET("/api/open/v2/assets/{asset_id}", {
          params: { path: { asset_id: id } },
          baseUrl: "https://b.example",
        }),
    ],
  ])("a refusal: %s", async (_name, action) => {
    const error = await caught(action);
    expect(error).toMatchObject({ name: "ConfigError" });
    expectNoSecret(String(error).replace(`/${signature}`, ""));
  });
});

describe("no key and no signature comes out of a download whose content host", () => {
  const echo: ContentStep = ({ head }) => answer(404, `${head} ${chatty}`, { "X-Request-Id": signature });

  test.each<[string, ContentStep]>([
    ["repeats the request", echo],
    ["answers what is not HTTP", ({ head }) => garbage(`ECHO ${head} ${signedUrl}\r\n\r\n`)],
    ["has a reason that repeats them", () => answer(`403 ${signedUrl}`, "")],
    ["breaks off", serve(Buffer.alloc(9), { etag: null, sent: 5, fault: "end" })],
    ["resets", () => reset],
    ["stalls", () => silence],
    ["has another size", serve(Buffer.alloc(7))],
    ["redirects to a place that is not safe", say(302, { Location: `http://a.example/${signature}?${signature}` })],
    ["redirects to no URL", say(302, { Location: `https://:${signature}` })],
    ["asks for too long a wait", say(503, { "Retry-After": "9999" })],
    [
      "has them in its validators",
      (request) => serve(Buffer.alloc(9), { etag: `"${signature}${request.range}"`, sent: 5, fault: "end" })(request),
    ],
  ])("%s", async (_case, step) => {
    const assetOf = (url: string): object => ({
      size_bytes: 9,
      signed_url: `${url}/f?expires=9&signature=${signature}`,
    });
    await using server = await startContentServer(assetOf, step);
    const events: unknown[] = [];
    const onRetry = (event: RetryEvent): number => events.push(event);
    const client = createClient({ apiKey: key, baseUrl: server.url, maxRetries: 1, onRetry });
    const onProgress = (event: Progress): number => events.push(event);
    const download = await client.assets.download(id, { idleTimeoutMs: 300, onProgress });
    const error = await caught(download.bytes());
    expect(error).toMatchObject({ name: expect.stringMatching(/^(Download|Network|Timeout)Error$/) });
    expectNoSecret(error, client, ...events, inspect(download));
  });
});

test("what a success holds is given untouched, whatever the key is", async () => {
  const envelope = { code: 0, msg: "", data: { ...data, media_type: "image", original_filename: "company.png" } };
  await using server = await startFaultServer(answer(200, json(envelope)));
  for (const apiKey of ["image", "any", "0", "code"]) {
    const { assets, raw } = createClient({ apiKey, baseUrl: server.url });
    expect(await assets.get(id)).toEqual(envelope.data);
    const params = { path: { asset_id: id } };
    expect((await raw.GET("/api/open/v2/assets/{asset_id}", { params })).data).toEqual(envelope);
  }
});

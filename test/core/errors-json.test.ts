/** What logs show of an error: its own JSON, a clone of it, and what the serializers of pino and winston make of it. */
import { format, type TransformableInfo } from "logform";
import { err as serializeForPino, errWithCause } from "pino-std-serializers";
import { describe, expect, test } from "vitest";
import { createClient, DownloadError, isChenyuError, NotReadyError, TimeoutError } from "../../src/index.ts";
import type { ChenyuError, ClientOptions } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";

const apiKey = "cy_s3cret";
const signedUrl = "https://files.example/f?expires=1&signature=s1gn4tur3";

/** Makes the error of a look-up. */
async function failureOf(fetch: ClientOptions["fetch"], options: ClientOptions = {}): Promise<ChenyuError> {
  const client = createClient({ apiKey, baseUrl: "https://api.example", maxRetries: 0, fetch, ...options });
  const error = await caught(client.assets.get("asset_1"));
  if (!isChenyuError(error)) throw error;
  return error;
}

const refused = Object.assign(new Error(`refused ${apiKey} ${signedUrl}`), { code: "ECONNREFUSED", apiKey, signedUrl });
const refuse = (): Promise<never> => Promise.reject(new TypeError("fetch failed", { cause: refused }));
const networkError = await failureOf(refuse);
const message = expect.stringMatching(
  /^GET https:\/\/api\.example\/api\/open\/v2\/assets\/asset_1: the request failed \(refused \[API key\] https:\/\/files\.example\/f\?… Check/,
);
const cause = {
  name: "TypeError",
  message: "fetch failed",
  cause: { name: "Error", message: "refused [API key] https://files.example/f?…", code: "ECONNREFUSED" },
};
const fields = { name: "NetworkError", message, attempts: 1, host: "api.example", retryable: true };

test("the JSON of a NetworkError has its fields, and those of each cause", () => {
  expect(JSON.parse(JSON.stringify(networkError))).toEqual({ ...fields, cause });
});

test("the JSON of an ApiError has what the response said", async () => {
  const body = JSON.stringify({ code: 1001, msg: `资源已过期 ${apiKey} ${signedUrl}` });
  const headers = { "x-request-id": "r-1", "retry-after": "7" };
  const error = await failureOf(async () => new Response(body, { headers }));
  const json = JSON.parse(JSON.stringify(error));
  expect(json).toEqual({
    name: "ApiError",
    message: expect.stringMatching(/HTTP 200, code 1001, .*, Retry-After 7 s \(rejected\)\. The asset has expired/),
    host: "api.example",
    status: 200,
    code: 1001,
    msg: "资源已过期 [API key] https://files.example/f?…",
    kind: "rejected",
    reason: "expired",
    requestId: "r-1",
    retryAfterMs: 7000,
    attempts: 1,
    retryable: false,
  });
  expect(Object.keys(json).slice(0, 2)).toEqual(["name", "message"]);
});

test("the JSON of an error whose cause is another one of ours has all fields of both", async () => {
  const busy = async (): Promise<Response> => new Response("{}", { status: 503, headers: { "retry-after": "9" } });
  const error = await failureOf(busy, { totalTimeoutMs: 5000, maxRetries: 3 });
  expect(JSON.parse(JSON.stringify(error))).toMatchObject({
    name: "TimeoutError",
    clock: "total",
    option: "totalTimeoutMs",
    cause: { name: "ApiError", kind: "server_error", status: 503, retryAfterMs: 9000, host: "api.example" },
  });
});

test("the JSON of a DownloadError has the message of the system's error", () => {
  const full = Object.assign(new Error(`ENOSPC: no space left, write '${signedUrl}'`), { code: "ENOSPC", errno: -28 });
  const json = JSON.stringify(new DownloadError("a.png: full.", { kind: "disk_full", attempts: 2, cause: full }));
  expect(JSON.parse(json)).toEqual({
    name: "DownloadError",
    message: "a.png: full.",
    kind: "disk_full",
    attempts: 2,
    retryable: false,
    cause: {
      name: "Error",
      message: expect.stringMatching(/^ENOSPC: no space left, write 'https:.*\?…$/),
      code: "ENOSPC",
    },
  });
});

test("the JSON of a NotReadyError has no asset, because of its signed URL", () => {
  const asset = { asset_id: "asset_1", signed_url: signedUrl } as NotReadyError["asset"];
  expect(JSON.stringify(new NotReadyError("not ready", { reason: "timeout", asset }))).toBe(
    '{"name":"NotReadyError","message":"not ready","attempts":1,"retryable":true,"reason":"timeout"}',
  );
});

test("the JSON of causes in a circle ends", () => {
  const circle = new Error("circle");
  circle.cause = circle;
  expect(JSON.stringify(new TimeoutError("x", { clock: "idle", cause: circle })).match(/circle/g)).toHaveLength(5);
});

test("structuredClone keeps all that toJSON gives, and drops the fields of the error itself", () => {
  const clone = structuredClone(networkError.toJSON());
  expect(clone).toEqual(networkError.toJSON());
  expect(clone).toMatchObject({ ...fields, cause });
  expect(structuredClone(networkError)).not.toHaveProperty("host");
});

describe.each([
  ["pino: err", () => serializeForPino(networkError)],
  ["pino: errWithCause", () => errWithCause(networkError)],
  ["winston: errors and json", () => logByWinston({ stack: true, cause: true })],
  ["winston: an error as a field", () => writeLine({ level: "error", message: "x", error: networkError }).error],
])("%s", async (name, serialize) => {
  const logged = JSON.parse(JSON.stringify(await serialize()));

  test("shows the fields of an error, and no secret", () => {
    expect(logged).toMatchObject({
      ...fields,
      message: expect.stringContaining("the request failed (refused [API key]"),
    });
    expect(JSON.stringify(logged)).not.toMatch(/s3cret|s1gn4tur3/);
  });

  test("shows the messages of its causes", () => {
    if (name === "pino: err") expect(logged.message).toMatch(/: fetch failed: refused \[API key\]/);
    else expect(logged.cause).toMatchObject(cause);
  });
});

/** Logs as `logger.error(error)` of winston does: it writes the level into the error. */
async function logByWinston(options: { stack: boolean; cause: boolean }): Promise<object> {
  const info = Object.assign(await failureOf(refuse), { level: "error" });
  return writeLine(format.errors(options).transform(info as never, options) as TransformableInfo);
}

/** Writes a line as winston's format `json` does, and reads it. */
function writeLine(info: TransformableInfo): Record<string, unknown> {
  const { [Symbol.for("message")]: line } = format.json().transform(info, {}) as TransformableInfo;
  return JSON.parse(String(line));
}

/** What get makes of the envelope `{ code, msg, data }`, of other bodies, and of the HTTP status. */
import { describe, expect, test, vi } from "vitest";
import { createClient } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { apiKey, id, path } from "./test-client.ts";

const data = { asset_id: id };
const requestLine = `GET https://www.chenyu.cn${path}`;

/** Looks the asset up, where the API answers with this body. */
function get(body: unknown, init: ResponseInit = {}): Promise<unknown> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return createClient({ apiKey, maxRetries: 0, fetch: async () => new Response(text, init) }).assets.get(id);
}

test.each([
  { name: "code 0", body: { code: 0, msg: "", data } },
  { name: 'code "0"', body: { code: "0", msg: "", data } },
  { name: "no msg", body: { code: 0, data } },
  {
    name: "unknown fields and values",
    body: { code: 0, data: { ...data, status: "archived", new_field: { a: [1, null] } }, trace: "t" },
  },
])("get resolves with data as it came: $name", async ({ body }) => {
  expect(await get(body)).toEqual(body.data);
});

const notEnvelope = ["[]", "null", '"x"', "7", "{}"];
const noCode = ['{"code":null}', '{"code":"zero"}', '{"code":0.5}', '{"code":[0]}'];
const noAsset = ['{"code":0}', '{"code":0,"data":null}', '{"code":0,"data":[]}', '{"code":0,"data":{"asset_id":1}}'];

test.each([
  ...[...notEnvelope, ...noCode].map((body) => [body, "the body is not { code, msg, data }"]),
  ...noAsset.map((body) => [body, "there is no asset in data"]),
])("get rejects with ResponseError, and does not retry, when a 200 is %s", async (body, reason) => {
  const fetch = vi.fn(async () => new Response(body, { headers: { "x-request-id": "r-1" } }));
  const error = await caught(createClient({ apiKey, fetch }).assets.get(id));
  expect(error).toMatchObject({
    name: "ResponseError",
    status: 200,
    requestId: "r-1",
    attempts: 1,
    retryable: false,
    message: `${requestLine}: HTTP 200, but ${reason}.`,
  });
  expect(fetch).toHaveBeenCalledTimes(1);
});

describe("get rejects with ApiError", () => {
  test.each([
    { code: 429, kind: "rate_limited", retryable: true },
    { code: "429", kind: "rate_limited", retryable: true },
    { code: 401, kind: "unauthenticated", retryable: false },
    { code: 404, kind: "not_found", retryable: false },
    { code: 418, kind: "unexpected", retryable: false },
    { code: 408, kind: "unexpected", retryable: true },
    { code: 500, kind: "server_error", retryable: true },
    { code: "503", kind: "server_error", retryable: true },
    { code: 501, kind: "server_error", retryable: false },
    { code: 505, kind: "server_error", retryable: false },
    { code: 599, kind: "server_error", retryable: true },
    { code: 600, kind: "rejected", retryable: false },
    { code: 399, kind: "rejected", retryable: false },
    { code: -1, kind: "rejected", retryable: false },
  ])("whose kind is $kind, for code $code in a 200", async ({ code, kind, retryable }) => {
    const error = await caught(get({ code, msg: "m" }));
    expect(error).toMatchObject({ name: "ApiError", status: 200, code: Number(code), kind, retryable });
  });

  test.each([
    { status: 400, kind: "bad_request", retryable: false },
    { status: 401, kind: "unauthenticated", retryable: false },
    { status: 403, kind: "permission_denied", retryable: false },
    { status: 404, kind: "not_found", retryable: false },
    { status: 408, kind: "unexpected", retryable: true },
    { status: 418, kind: "unexpected", retryable: false },
    { status: 422, kind: "bad_request", retryable: false },
    { status: 429, kind: "rate_limited", retryable: true },
    { status: 500, kind: "server_error", retryable: true },
    { status: 501, kind: "server_error", retryable: false },
    { status: 502, kind: "server_error", retryable: true },
    { status: 504, kind: "server_error", retryable: true },
    { status: 503, kind: "server_error", retryable: true },
    { status: 505, kind: "server_error", retryable: false },
    { status: 520, kind: "server_error", retryable: true },
  ])("whose kind is $kind, for HTTP $status, even with code 0", async ({ status, kind, retryable }) => {
    const error = await caught(get({ code: 0, msg: "m", data }, { status }));
    expect(error).toMatchObject({ name: "ApiError", status, code: 0, kind, retryable, reason: undefined });
  });

  test.each([
    { body: "", code: undefined, msg: undefined },
    { body: "<html>", code: undefined, msg: undefined },
    { body: "null", code: undefined, msg: undefined },
    { body: "[]", code: undefined, msg: undefined },
    { body: '{"code":1,"msg":"m"}', code: 1, msg: "m" },
    { body: '{"code":1,"msg":"m","error":"e"}', code: 1, msg: "m" },
    { body: '{"code":"-7","msg":"m"}', code: -7, msg: "m" },
    { body: '{"code":9007199254740993}', code: undefined, msg: undefined },
    { body: '{"error":"m"}', code: undefined, msg: "m" },
    { body: '{"error":{"message":"m"}}', code: undefined, msg: "m" },
    { body: '{"error":{"message":7},"msg":8}', code: undefined, msg: undefined },
  ])("whose code is $code and whose msg is $msg, for a 502 with the body $body", async ({ body, code, msg }) => {
    expect(await caught(get(body, { status: 502 }))).toMatchObject({ name: "ApiError", status: 502, code, msg });
  });

  test.each([
    { msg: "资源已过期", reason: "expired" },
    { msg: "无权限", reason: "no_permission" },
    { msg: "审核未通过", reason: "review_failed" },
    { msg: "其他", reason: "unknown" },
    { msg: undefined, reason: "unknown" },
  ])("whose reason is $reason, for msg $msg", async ({ msg, reason }) => {
    expect(await caught(get({ code: 1, msg }))).toMatchObject({ kind: "rejected", reason });
  });

  test("whose message says which request failed, what the API answered and what to do", async () => {
    expect(await caught(get({ code: 40401, msg: "资源不存在" }, { status: 404 }))).toMatchObject({
      message: `${requestLine}: HTTP 404, code 40401, "资源不存在" (not_found). Check the asset id; assets also expire.`,
    });
    expect(await caught(get("", { status: 503 }))).toMatchObject({
      message: `${requestLine}: HTTP 503 (server_error). The server failed. Try again later. Requests sent: 1, in 0.0 s.`,
    });
    expect(await caught(get("", { status: 501 }))).toMatchObject({
      message: `${requestLine}: HTTP 501 (server_error). The server failed.`,
    });
  });

  test("whose msg has neither the key nor a signed URL's query", async () => {
    const msg = `bad key ${apiKey}, see https://a.example/b?expires=1&signature=s3cret and try again`;
    expect(await caught(get({ code: 1, msg }))).toMatchObject({
      msg: "bad key [API key], see https://a.example/b?… and try again",
    });
  });

  test("whose requestId and retryAfterMs come from the headers", async () => {
    const headers = { "x-request-id": "r-2", "retry-after": "7" };
    const error = await caught(get({ code: 429, msg: "m" }, { status: 429, headers }));
    expect(error).toMatchObject({ requestId: "r-2", retryAfterMs: 7000, attempts: 1 });
  });
});

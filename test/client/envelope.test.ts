import { describe, expect, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { createClient } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";

const { asset_id: id } = testAssets.image;
const data = { asset_id: id };

function get(body: unknown, init: ResponseInit = {}): Promise<unknown> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return createClient({ apiKey: "cy_test", maxRetries: 0, fetch: async () => new Response(text, init) }).assets.get(id);
}

describe("get resolves with data as it came", () => {
  test.each<{ name: string; body: object }>([
    { name: "code 0", body: { code: 0, msg: "", data } },
    { name: 'code "0"', body: { code: "0", msg: "", data } },
    { name: "no msg", body: { code: 0, data } },
    { name: "unknown fields and values", body: { code: 0, data: { ...data, status: "archived", new_field: [1] } } },
  ])("$name", async ({ body }) => {
    expect(await get(body)).toEqual((body as { data: object }).data);
  });
});

describe("get rejects with ResponseError when a 200 is not the envelope", () => {
  const notEnvelope = [
    "[]",
    "null",
    '"x"',
    "7",
    "{}",
    '{"code":null}',
    '{"code":"zero"}',
    '{"code":0.5}',
    '{"code":[0]}',
  ];
  const noAsset = ['{"code":0}', '{"code":0,"data":null}', '{"code":0,"data":[]}', '{"code":0,"data":{"asset_id":1}}'];

  test.each([...notEnvelope, ...noAsset])("%s", async (body) => {
    const error = await caught(get(body, { headers: { "x-request-id": "r-1" } }));
    expect(error).toMatchObject({
      name: "ResponseError",
      status: 200,
      requestId: "r-1",
      attempts: 1,
      retryable: false,
    });
    const problem = notEnvelope.includes(body) ? "the body is not { code, msg, data }" : "there is no asset in data";
    expect((error as Error).message).toBe(`GET /api/open/v2/assets/${id}: HTTP 200, but ${problem}.`);
  });
});

describe("get rejects with ApiError", () => {
  test.each([
    { code: 429, kind: "rate_limited", retryable: true },
    { code: "429", kind: "rate_limited", retryable: true },
    { code: 401, kind: "unauthenticated", retryable: false },
    { code: 404, kind: "not_found", retryable: false },
    { code: 418, kind: "unexpected", retryable: false },
    { code: 500, kind: "server_error", retryable: false },
    { code: 599, kind: "server_error", retryable: false },
    { code: 600, kind: "rejected", retryable: false },
    { code: 399, kind: "rejected", retryable: false },
    { code: -1, kind: "rejected", retryable: false },
  ])("$kind for code $code inside a 200", async ({ code, kind, retryable }) => {
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
  ])("$kind for HTTP $status, whatever the code says", async ({ status, kind, retryable }) => {
    const error = await caught(get({ code: 0, msg: "m", data }, { status }));
    expect(error).toMatchObject({ name: "ApiError", status, code: 0, kind, retryable, reason: undefined });
  });

  test.each([
    { form: "nothing", body: "", code: undefined, msg: undefined },
    { form: "HTML", body: "<html>", code: undefined, msg: undefined },
    { form: "null", body: "null", code: undefined, msg: undefined },
    { form: "a list", body: "[]", code: undefined, msg: undefined },
    { form: "the envelope", body: '{"code":1,"msg":"m"}', code: 1, msg: "m" },
    { form: "both forms", body: '{"code":1,"msg":"m","error":"e"}', code: 1, msg: "m" },
    { form: "a negative code", body: '{"code":"-7","msg":"m"}', code: -7, msg: "m" },
    { form: "a code that is no safe integer", body: '{"code":9007199254740993}', code: undefined, msg: undefined },
    { form: "an error text", body: '{"error":"m"}', code: undefined, msg: "m" },
    { form: "an error object", body: '{"error":{"message":"m"}}', code: undefined, msg: "m" },
    { form: "an error of another form", body: '{"error":{"message":7},"msg":8}', code: undefined, msg: undefined },
  ])("for an HTTP error with $form", async ({ body, code, msg }) => {
    expect(await caught(get(body, { status: 502 }))).toMatchObject({ name: "ApiError", status: 502, code, msg });
  });

  test.each([
    { msg: "资源已过期", reason: "expired" },
    { msg: "无权限", reason: "no_permission" },
    { msg: "审核未通过", reason: "review_failed" },
    { msg: "其他", reason: "unknown" },
    { msg: undefined, reason: "unknown" },
  ])("with reason $reason for msg $msg", async ({ msg, reason }) => {
    expect(await caught(get({ code: 1, msg }))).toMatchObject({ kind: "rejected", reason });
  });

  test("whose message says what was asked, what was answered and what to do", async () => {
    const error = await caught(get({ code: 40401, msg: "资源不存在" }, { status: 404 }));
    const said = 'HTTP 404, code 40401, "资源不存在" (not_found). Check the asset id; assets also expire.';
    expect((error as Error).message).toBe(`GET /api/open/v2/assets/${id}: ${said}`);
    const bare = (await caught(get("", { status: 503 }))) as Error;
    expect(bare.message).toBe(
      `GET /api/open/v2/assets/${id}: HTTP 503 (server_error). The server failed: look again later.`,
    );
  });

  test("whose msg has no signed URL's query", async () => {
    const msg = "see https://a.example/b?expires=1&signature=s3cret and try again";
    expect(await caught(get({ code: 1, msg }))).toMatchObject({ msg: "see https://a.example/b?… and try again" });
  });

  test("with the request id and the Retry-After of the response", async () => {
    const headers = { "x-request-id": "r-2", "retry-after": "7" };
    const error = await caught(get({ code: 429, msg: "m" }, { status: 429, headers }));
    expect(error).toMatchObject({ requestId: "r-2", retryAfterMs: 7000, attempts: 1 });
  });
});

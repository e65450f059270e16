/** `raw`, the openapi-fetch client: where it may send, what it gives, and its middleware. */
import { inspect } from "node:util";
import { expect, test, vi } from "vitest";
import { createClient } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { expectBackoff } from "../helpers/timing.ts";
import { answer, reset, startFaultServer } from "../servers/fault-server.ts";
import { answerAsset, apiKey, asset, assetBody, busyBody } from "./test-client.ts";
import { createTestClient, getRaw, id, path } from "./test-client.ts";

test.each(["http://127.0.0.1:4010", "https://a.example.evil.example", "https://a.exampl", "http://a.example"])(
  "raw does not send the key to %s, which is not below baseUrl",
  async (baseUrl) => {
    const fetch = vi.fn<() => Promise<Response>>();
    const error = await caught(getRaw(createTestClient({ url: "https://a.example" }, { fetch }), { baseUrl }));
    expect(error).toMatchObject({ name: "ConfigError", message: expect.stringContaining("https://a.example") });
    expect(fetch).not.toHaveBeenCalled();
  },
);

test("raw sends nothing to a URL that has baseUrl before an @", async () => {
  const fetch = vi.fn<() => Promise<Response>>();
  const client = createTestClient({ url: "https://a.example" }, { fetch });
  const error = await caught(getRaw(client, { baseUrl: "https://a.example@evil.example" }));
  expect(error).toMatchObject({ name: "ConfigError", option: "baseUrl" });
  expect(fetch).not.toHaveBeenCalled();
});

test("raw retries, and gives the last response as it came", async () => {
  await using server = await startFaultServer(answer(503, busyBody));
  const { error, response } = await getRaw(createTestClient(server, { maxRetries: 1 }));
  expect(response.status).toBe(503);
  expect(error).toEqual(JSON.parse(busyBody));
  expect(server.requests).toHaveLength(2);
  expectBackoff(server.gapsMs()[0], 1);
});

test("middleware may replace the Request, until it is ejected", async () => {
  await using server = await startFaultServer(answerAsset);
  const { assets, raw } = createTestClient(server);
  const trace = {
    onRequest: ({ request }: { request: Request }) => new Request(request, { headers: { "X-Trace": "1" } }),
  };
  raw.use(trace);
  expect(await assets.get(id)).toEqual(asset);
  raw.eject(trace);
  expect(await assets.get(id)).toEqual(asset);
  expect(server.requests.map(({ head }) => /x-trace: 1/i.test(head))).toEqual([true, false]);
});

test.each<[name: string, body: string, init: ResponseInit, outcome: object]>([
  ["an asset", assetBody, {}, asset],
  ["a page", "<html>", {}, { name: "ResponseError" }],
  ["a 404", '{"code":1,"msg":"过期"}', { status: 404 }, { name: "ApiError", kind: "not_found", msg: "过期" }],
  ["a 500 without JSON", "nothing", { status: 500 }, { name: "ApiError", kind: "server_error" }],
])("get handles %s that middleware has put in place of the Response", async (_name, body, init, outcome) => {
  await using server = await startFaultServer(answerAsset);
  const { assets, raw } = createTestClient(server);
  raw.use({ onResponse: () => new Response(body, init) });
  expect(await assets.get(id).catch((error: unknown) => error)).toMatchObject(outcome);
});

test("an error knows the attempts and hides the key when middleware has wrapped the Response", async () => {
  const refusal = JSON.stringify({ code: 401, msg: `wrong key ${apiKey}` });
  await using server = await startFaultServer(reset, answer(401, refusal));
  const { assets, raw } = createTestClient(server);
  raw.use({ onResponse: ({ response }) => new Response(response.body, response) });
  const error = await caught(assets.get(id));
  expect(error).toMatchObject({ kind: "unauthenticated", msg: "wrong key [API key]", attempts: 2 });
  expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain(apiKey);
});

test("middleware may replace the error of an aborted call", async () => {
  const client = createTestClient({ url: "http://127.0.0.1:9" });
  const replaced = new Error("replaced");
  client.raw.use({ onError: () => replaced });
  expect(await caught(getRaw(client, { signal: AbortSignal.abort("left") }))).toBe(replaced);
});

test("middleware may answer without a request", async () => {
  const { assets, raw } = createClient({ apiKey: "k" });
  raw.use({ onRequest: () => new Response('{"code":1,"msg":"a https://a.example/?signature=s3cret"}') });
  expect(await caught(assets.get(id))).toMatchObject({ name: "ApiError", attempts: 0, msg: "a https://a.example/?…" });
});

test("middleware sees a whole response, in every way of reading it", async () => {
  await using server = await startFaultServer(answerAsset);
  const { assets, raw } = createTestClient(server);
  let seen: object | undefined;
  raw.use({
    async onResponse({ response }) {
      seen = {
        isResponse: response instanceof Response,
        url: response.url,
        ok: response.ok,
        clone: await response.clone().text(),
        json: await response.json(),
        blob: await (await response.blob()).text(),
        arrayBuffer: (await response.arrayBuffer()).byteLength,
        bytes: (await response.bytes()).length,
        formData: await response.formData().catch(() => "no form"),
        body: await new Response(response.body).text(),
      };
    },
  });
  expect(await assets.get(id)).toEqual(asset);
  expect(seen).toEqual({
    isResponse: true,
    url: `${server.url}${path}`,
    ok: true,
    clone: assetBody,
    json: JSON.parse(assetBody),
    blob: assetBody,
    arrayBuffer: Buffer.byteLength(assetBody),
    bytes: Buffer.byteLength(assetBody),
    formData: "no form",
    body: assetBody,
  });
});

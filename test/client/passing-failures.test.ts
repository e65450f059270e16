/** Which failures may pass, so that another attempt is made: by HTTP status, by `code` in a 200, on the content host. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { caught } from "../helpers/caught.ts";
import { expectBackoff } from "../helpers/timing.ts";
import { makeBytes, readyAsset, say, serve, startContentServer } from "../servers/content-server.ts";
import { answer, startFaultServer, type Step } from "../servers/fault-server.ts";
import { answerAsset, answerError, asset, createTestClient, getRaw, id } from "./test-client.ts";

/** Those of proxies and CDNs too: Cloudflare has 520 to 527 and 530, a site that is overloaded 529. */
const passing = [408, 429, 500, 502, 503, 504, 506, 507, 511, 520, 521, 522, 523, 524, 525, 527, 529, 530, 567, 599];
const final = [400, 401, 403, 404, 409, 410, 418, 422, 425, 451, 501, 505];

/** A 200 whose envelope reports a failure. */
function answerCode(code: number | string): Step {
  return answer(200, JSON.stringify({ code, msg: "失败" }));
}

const lookUpFailures: [name: string, (number: number) => Step][] = [
  ["HTTP", answerError],
  ["code", answerCode],
];

describe.each(lookUpFailures)("after %s", (name, fail) => {
  test.concurrent.each(passing)("%i, get and raw make another attempt", async (number) => {
    await using server = await startFaultServer(fail(number), answerAsset);
    expect(await createTestClient(server).assets.get(id)).toEqual(asset);
    expectBackoff(server.gapsMs()[0]);
    await using rawServer = await startFaultServer(fail(number), answerAsset);
    expect((await getRaw(createTestClient(rawServer))).data).toMatchObject({ code: 0 });
  });

  test.concurrent.each(passing)("%i that stays, get rejects with an ApiError that is retryable", async (number) => {
    await using server = await startFaultServer(fail(number));
    const error = await caught(createTestClient(server, { maxRetries: 1 }).assets.get(id));
    const field = name === "HTTP" ? "status" : "code";
    expect(error).toMatchObject({ name: "ApiError", [field]: number, attempts: 2, retryable: true });
  });

  test.concurrent.each(final)("%i, get and a wait end at once", async (number) => {
    await using server = await startFaultServer(fail(number), answerAsset);
    const { assets } = createTestClient(server);
    expect(await caught(assets.get(id))).toMatchObject({ name: "ApiError", attempts: 1, retryable: false });
    await using waitServer = await startFaultServer(fail(number), answerAsset);
    const wait = createTestClient(waitServer).assets.waitUntilReady(id, { intervalMs: 20 });
    expect(await caught(wait)).toMatchObject({ name: "ApiError", attempts: 1, retryable: false });
    await sleep(50);
    expect([server.requests.length, waitServer.requests.length]).toEqual([1, 1]);
  });

  test.concurrent.each(passing)("%i at three look-ups in a row, a wait goes on", async (number) => {
    const failure = fail(number);
    await using server = await startFaultServer(failure, failure, failure, answerAsset);
    const { assets } = createTestClient(server, { maxRetries: 0 });
    expect(await assets.waitUntilReady(id, { intervalMs: 20 })).toEqual(asset);
    expect(server.requests).toHaveLength(4);
  });
});

test.concurrent.each([1, -503, 50, 399, 600, 999, 1001, 5000, 50_300])(
  "code %i is no HTTP status, so it is a business failure, which is final",
  async (code) => {
    await using server = await startFaultServer(answerCode(code));
    const error = await caught(createTestClient(server).assets.get(id));
    expect(error).toMatchObject({ name: "ApiError", status: 200, code, kind: "rejected", retryable: false });
    await sleep(50);
    expect(server.requests).toHaveLength(1);
  },
);

test.concurrent("a code that is a text counts as its number, and Retry-After holds for it", async () => {
  const body = JSON.stringify({ code: "503", msg: "服务繁忙" });
  await using server = await startFaultServer(answer(200, body, { "Retry-After": "1" }), answerAsset);
  expect(await createTestClient(server).assets.get(id)).toEqual(asset);
  expect(server.gapsMs()[0]).toBeGreaterThanOrEqual(995);
});

test.concurrent("raw gives the last response when code 503 stays", async () => {
  await using server = await startFaultServer(answerCode(503));
  const { data, response } = await getRaw(createTestClient(server, { maxRetries: 1 }));
  expect([response.status, data]).toEqual([200, { code: 503, msg: "失败" }]);
  expect(server.requests).toHaveLength(2);
});

describe("on the content host", () => {
  const bytes = makeBytes(1000);

  test.concurrent.each(passing)("HTTP %i is retried", async (status) => {
    await using server = await startContentServer(readyAsset(bytes.length), say(status), serve(bytes));
    const download = await createTestClient(server).assets.download(id);
    expect(Buffer.compare(await download.bytes(), bytes)).toBe(0);
    expectBackoff(server.gapsMs()[0]);
  });

  test.concurrent.each([402, 405, 409, 418, 422, 425, 451, 501, 505])("HTTP %i is final", async (status) => {
    await using server = await startContentServer(readyAsset(bytes.length), say(status));
    const download = await createTestClient(server).assets.download(id);
    const error = await caught(download.bytes());
    expect(error).toMatchObject({ name: "DownloadError", kind: "refused", status, retryable: false });
    expect(server.requests).toHaveLength(1);
  });
});

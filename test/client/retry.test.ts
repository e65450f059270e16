/**
 * How often and when a request is sent again. The server measures the gaps between requests. After which failures:
 * `passing-failures.test.ts`.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { RetryEvent } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { expectBackoff, expectGap } from "../helpers/timing.ts";
import { answer, reset, startFaultServer } from "../servers/fault-server.ts";
import { answerAsset, asset, busyBody, createTestClient, getRaw, id } from "./test-client.ts";

test.concurrent.each([408, 429, 500, 520])("HTTP %i is retried after 500 ms, 1 s and 2 s, ± 25 %", async (status) => {
  await using server = await startFaultServer(answer(status, busyBody));
  const events: RetryEvent[] = [];
  const error = await caught(createTestClient(server, { onRetry: (event) => events.push(event) }).assets.get(id));
  expect(error).toMatchObject({ name: "ApiError", status, attempts: 4, retryable: true });
  const gaps = server.gapsMs();
  expect(gaps).toHaveLength(3);
  for (const [index, gap] of gaps.entries()) {
    expectBackoff(gap, index + 1);
    expectGap(gap, events[index]!.delayMs);
  }
  expect(events.map(({ attempt, error }) => [attempt, error.name, error.attempts])).toEqual([
    [1, "ApiError", 1],
    [2, "ApiError", 2],
    [3, "ApiError", 3],
  ]);
});

test.concurrent.each([429, "429"])("code %o in a 200 is retried as HTTP 429 is", async (code) => {
  const body = JSON.stringify({ code, msg: "请求过于频繁" });
  const limited = answer(200, body);
  await using server = await startFaultServer(limited, answer(200, body, { "Retry-After": "1" }), answerAsset);
  expect(await createTestClient(server).assets.get(id)).toEqual(asset);
  expectBackoff(server.gapsMs()[0], 1);
  expectGap(server.gapsMs()[1], 1000);
});

test.concurrent("get retries, then rejects with ApiError, when a 500 has no body", async () => {
  await using server = await startFaultServer(answer(500, ""));
  const error = await caught(createTestClient(server, { maxRetries: 1 }).assets.get(id));
  expect(error).toMatchObject({ name: "ApiError", status: 500, msg: undefined, attempts: 2 });
});

test.concurrent("nothing is retried with maxRetries 0, of the client or of the call", async () => {
  await using server = await startFaultServer(answer(503, busyBody));
  const withoutRetries = createTestClient(server, { maxRetries: 0 });
  expect(await caught(withoutRetries.assets.get(id))).toMatchObject({ attempts: 1 });
  expect(await caught(createTestClient(server).assets.get(id, { maxRetries: 0 }))).toMatchObject({ attempts: 1 });
  expect(server.requests).toHaveLength(2);
});

test.concurrent("a POST is not retried, for it may change something", async () => {
  await using server = await startFaultServer(reset);
  // The document has no such operation yet, so the types refuse it.
  const request = createTestClient(server).raw.request as unknown as (method: string, path: string) => Promise<unknown>;
  expect(await caught(request("post", "/api/open/v2/assets"))).toMatchObject({ name: "NetworkError", attempts: 1 });
  await sleep(50);
  expect(server.requests.map(({ head }) => head.split(" ")[0])).toEqual(["POST"]);
});

test.concurrent.each<[string, (error: Error) => unknown]>([
  [
    "throws",
    (error) => {
      throw error;
    },
  ],
  ["rejects", (error) => Promise.reject(error)],
])("get rejects with onRetry's own error, and sends nothing more, when it %s", async (_name, fail) => {
  await using server = await startFaultServer(answer(503, busyBody));
  const enough = new Error("enough");
  expect(await caught(createTestClient(server, { onRetry: () => fail(enough) }).assets.get(id))).toBe(enough);
  expect(server.requests).toHaveLength(1);
});

test.concurrent.each([null, 0, "", false, undefined])(
  "get and raw reject with %o when onRetry throws it",
  async (thrown) => {
    await using server = await startFaultServer(answer(503, busyBody));
    const onRetry = (): never => {
      throw thrown;
    };
    const client = createTestClient(server, { onRetry });
    expect([await caught(client.assets.get(id)), await caught(getRaw(client))]).toEqual([thrown, thrown]);
  },
);

test.concurrent("get and raw reject with the error of the event when onRetry throws it", async () => {
  await using server = await startFaultServer(answer(503, busyBody));
  const events: RetryEvent[] = [];
  const onRetry = (event: RetryEvent): never => {
    events.push(event);
    throw event.error;
  };
  const client = createTestClient(server, { onRetry });
  expect(await caught(client.assets.get(id))).toBe(events[0]?.error);
  expect(await caught(getRaw(client))).toBe(events[1]?.error);
  expect(server.requests).toHaveLength(2);
});

test.concurrent("a retry does not wait for an onRetry that takes longer", async () => {
  await using server = await startFaultServer(answer(503, busyBody), answerAsset);
  const onRetry = (): Promise<void> => sleep(3000, undefined, { ref: false });
  expect(await createTestClient(server, { onRetry }).assets.get(id)).toEqual(asset);
  expectBackoff(server.gapsMs()[0], 1);
});

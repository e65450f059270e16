/** `timeoutMs` bounds one attempt, `totalTimeoutMs` the whole call. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { createClient, type RetryEvent } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { expectGap, slackMs, until } from "../helpers/timing.ts";
import { answer, silence, stall, startFaultServer, trickle } from "../servers/fault-server.ts";
import { answerAsset, asset, assetBody, busyBody, createTestClient, id, path } from "./test-client.ts";

test.concurrent.each([
  ["nothing is answered", silence],
  ["the body stalls", stall(200, assetBody, 10)],
])("get rejects with TimeoutError when %s within timeoutMs in every attempt", async (_name, step) => {
  await using server = await startFaultServer(step);
  const start = performance.now();
  const error = await caught(createTestClient(server, { timeoutMs: 300, maxRetries: 1 }).assets.get(id));
  const elapsedMs = performance.now() - start;
  expect(error).toMatchObject({
    name: "TimeoutError",
    clock: "attempt",
    attempts: 2,
    retryable: true,
    message: expect.stringMatching(
      `^GET ${server.url}${path}: no whole response came in time. Raise timeoutMs .300 ms. to wait longer. Requests sent: 2, in \\d.\\d s.$`,
    ),
  });
  const [minBackoffMs, maxBackoffMs] = [375, 625];
  expect(elapsedMs).toBeGreaterThanOrEqual(300 + minBackoffMs + 300 - 5);
  expect(elapsedMs).toBeLessThan(300 + maxBackoffMs + 300 + slackMs);
  await until(() => server.connections.open === 0);
});

test.concurrent("get retries when the body of a 200 stalls", async () => {
  await using server = await startFaultServer(stall(200, assetBody, 10), answerAsset);
  const events: RetryEvent[] = [];
  const client = createTestClient(server, { timeoutMs: 1000, onRetry: (event) => events.push(event) });
  expect(await client.assets.get(id)).toEqual(asset);
  expect(events).toMatchObject([{ attempt: 1, error: { name: "TimeoutError", clock: "attempt", attempts: 1 } }]);
  expectGap(server.gapsMs()[0], 1000 + events[0]!.delayMs, 400);
});

test.concurrent("the timeoutMs of a call goes before that of its client", async () => {
  await using server = await startFaultServer(silence);
  const error = await caught(createTestClient(server, { maxRetries: 0 }).assets.get(id, { timeoutMs: 50 }));
  expect(error).toMatchObject({ message: expect.stringContaining("timeoutMs (50 ms)") });
});

test.concurrent("timeoutMs bounds a custom fetch that ignores its signal", async () => {
  const fetch = (): Promise<Response> => new Promise(() => {});
  const { assets } = createClient({ apiKey: "k", fetch, timeoutMs: 50, maxRetries: 0 });
  expect(await caught(assets.get(id))).toMatchObject({ name: "TimeoutError" });
});

test.concurrent("timeoutMs ends a body that comes slowly, but one that comes in time is read", async () => {
  await using server = await startFaultServer(trickle(assetBody, 10, 150));
  expect(await createTestClient(server).assets.get(id)).toEqual(asset);
  const error = await caught(createTestClient(server, { timeoutMs: 60, maxRetries: 0 }).assets.get(id));
  expect(error).toMatchObject({ name: "TimeoutError" });
});

test.concurrent("get does not wait for the stalled body of a 503 before it retries", async () => {
  await using server = await startFaultServer(stall(503, busyBody.padEnd(500), 10), answerAsset);
  expect(await createTestClient(server).assets.get(id)).toEqual(asset);
  expect(server.gapsMs()[0]).toBeLessThan(1000 + 625 + slackMs);
});

test.concurrent.each([30_000, 900])(
  "get does not wait for the stalled body of a 404, with timeoutMs %i",
  async (timeoutMs) => {
    await using server = await startFaultServer(stall(404, busyBody.padEnd(500), 10));
    const error = await caught(createTestClient(server, { timeoutMs }).assets.get(id));
    expect(error).toMatchObject({ kind: "not_found", attempts: 1 });
    expect(server.requests).toHaveLength(1);
    await until(() => server.connections.open === 0);
  },
);

test.concurrent("get rejects at once when the next retry would come after totalTimeoutMs", async () => {
  await using server = await startFaultServer(answer(503, busyBody, { "Retry-After": "2" }));
  const start = performance.now();
  const error = await caught(createTestClient(server, { totalTimeoutMs: 1500 }).assets.get(id));
  expect(performance.now() - start).toBeLessThan(slackMs);
  expect(error).toMatchObject({
    name: "TimeoutError",
    clock: "total",
    attempts: 1,
    retryable: false,
    message: expect.stringMatching(/: HTTP 503, .* totalTimeoutMs \(1500 ms\) leaves no time for another attempt\.$/),
    cause: { name: "ApiError", status: 503 },
  });
  expect(server.requests).toHaveLength(1);
});

test.concurrent("totalTimeoutMs ends an attempt that is under way", async () => {
  await using server = await startFaultServer(silence);
  const start = performance.now();
  const error = await caught(createTestClient(server, { timeoutMs: 5000 }).assets.get(id, { totalTimeoutMs: 300 }));
  expect(error).toMatchObject({ name: "TimeoutError", clock: "total", attempts: 1 });
  expectGap(performance.now() - start, 300);
  await until(() => server.connections.open === 0);
});

test.concurrent("totalTimeoutMs bounds a key function that never returns", async () => {
  await using server = await startFaultServer(answerAsset);
  const apiKey = (): Promise<string> => new Promise(() => {});
  const start = performance.now();
  const error = await caught(createTestClient(server, { apiKey, totalTimeoutMs: 300 }).assets.get(id));
  expect(error).toMatchObject({ name: "TimeoutError", clock: "total", attempts: 0 });
  expectGap(performance.now() - start, 300);
  expect(server.requests).toEqual([]);
});

test("no request is sent when a key function has used up totalTimeoutMs", async () => {
  await using server = await startFaultServer(answerAsset);
  const apiKey = (): string => {
    const end = performance.now() + 100;
    while (performance.now() < end); // blocks, so that no timer can end the call before
    return "cy_busy";
  };
  const error = await caught(createTestClient(server, { apiKey, totalTimeoutMs: 50 }).assets.get(id));
  expect(error).toMatchObject({ name: "TimeoutError", clock: "total", attempts: 0 });
  await sleep(50);
  expect(server.requests).toEqual([]);
});

test.each([
  ["a success", async () => new Response(assetBody)],
  ["a failure", async () => new Response("", { status: 404 })],
  ["an error", () => Promise.reject(new Error("reset"))],
])("%s leaves no timer", async (_name, fetch) => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const { assets } = createClient({ apiKey: async () => "k", fetch, maxRetries: 0 });
    await assets.get(id).catch(() => {});
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

/** `waitTimeoutMs` bounds a wait: its look-ups, their retries and the pauses between them. */
import { afterEach, expect, test, vi } from "vitest";
import type { PollEvent } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { expectGap, expectJitteredGaps, slackMs } from "../helpers/timing.ts";
import { late, silence, startFaultServer } from "../servers/fault-server.ts";
import { answerAsset, answerError, answerStatus, assetsWithoutRetries, createTestClient, id } from "./test-client.ts";

const reviewing = answerStatus("reviewing");

afterEach(() => void vi.restoreAllMocks());

test.each([
  [590, { delayMs: 590_000 }],
  [601, { name: "NotReadyError" }],
])("waitTimeoutMs is ten minutes by default: Retry-After %i s", async (seconds, thrown) => {
  await using server = await startFaultServer(answerStatus("x", { "Retry-After": String(seconds) }));
  const onPoll = (event: PollEvent): never => {
    throw event;
  };
  expect(await caught(assetsWithoutRetries(server).waitUntilReady(id, { onPoll }))).toMatchObject(thrown);
});

test.concurrent("the deadline ends a look-up that is under way", async () => {
  await using server = await startFaultServer(reviewing, silence);
  const start = performance.now();
  const options = { intervalMs: 50, waitTimeoutMs: 1000 };
  const error = await caught(assetsWithoutRetries(server).waitUntilReady(id, options));
  expectGap(performance.now() - start, 1000);
  expect(error).toMatchObject({
    name: "NotReadyError",
    asset: { status: "reviewing" },
    attempts: 2,
    message: expect.stringContaining('(look-ups: 2, last status: "reviewing", then: no answer)'),
  });
  expect(error).not.toHaveProperty("cause");
  await vi.waitFor(() => expect(server.connections.open).toBe(0));
});

test.concurrent("the cause is the last failure when the deadline ends a look-up after it", async () => {
  await using server = await startFaultServer(answerError(503), silence);
  const options = { intervalMs: 50, waitTimeoutMs: 1000 };
  const error = await caught(assetsWithoutRetries(server).waitUntilReady(id, options));
  expect(error).toMatchObject({ name: "NotReadyError", attempts: 2, cause: { name: "ApiError", status: 503 } });
});

test.concurrent("the deadline ends a look-up whose body stalls", async () => {
  await using server = await startFaultServer(late(200, "{}".padEnd(99), 9, 60_000));
  const start = performance.now();
  const { assets } = createTestClient(server, { maxRetries: 9 });
  const error = await caught(assets.waitUntilReady(id, { waitTimeoutMs: 900 }));
  expect(performance.now() - start).toBeLessThan(900 + slackMs);
  expect(error).toMatchObject({
    name: "NotReadyError",
    asset: undefined,
    message: expect.stringContaining("(look-ups: 1, last status: unknown, then: no answer)"),
  });
  expect((error as Error).cause).toBeUndefined();
});

test.concurrent("the deadline ends the retries of a look-up, and the cause is the last failure", async () => {
  await using server = await startFaultServer(answerError(503));
  const start = performance.now();
  const { assets } = createTestClient(server, { maxRetries: 9 });
  const error = await caught(assets.waitUntilReady(id, { waitTimeoutMs: 2000 }));
  expect(performance.now() - start).toBeLessThan(2000 + slackMs);
  expect(error).toMatchObject({
    name: "NotReadyError",
    asset: undefined,
    message: expect.stringContaining("(look-ups: 1, last status: unknown, then: ApiError)"),
    cause: { status: 503 },
  });
});

test.concurrent("all look-ups of a wait share one deadline", async () => {
  const slowAnswer = late(200, JSON.stringify({ code: 0, data: { asset_id: id, status: "reviewing" } }), 9, 1000);
  await using server = await startFaultServer(slowAnswer, silence);
  const start = performance.now();
  const options = { intervalMs: 20, waitTimeoutMs: 3000 };
  const error = await caught(assetsWithoutRetries(server).waitUntilReady(id, options));
  expect(error).toMatchObject({ name: "NotReadyError", attempts: 2 });
  expect(performance.now() - start).toBeLessThan(3000 + slackMs);
});

test.concurrent.each([50, 100])(
  "a wait ends in NotReadyError whatever fails just before its deadline (interval %i ms)",
  async (intervalMs) => {
    await using server = await startFaultServer(answerError(503));
    const { assets } = createTestClient(server, { maxRetries: 3 });
    const options = { intervalMs, waitTimeoutMs: 3000 };
    const waits = Array.from({ length: 20 }, () => caught(assets.waitUntilReady(id, options)));
    for (const error of await Promise.all(waits)) {
      expect(error).toMatchObject({ name: "NotReadyError" });
      // On a busy machine, not even the first answer may have come.
      expect([undefined, "ApiError"]).toContain((error as { cause?: Error }).cause?.name);
    }
  },
);

test.concurrent("a wait ends at once when the next look-up would come after its deadline", async () => {
  await using server = await startFaultServer(answerStatus("reviewing", { "Retry-After": "100000" }));
  const assets = assetsWithoutRetries(server);
  const start = performance.now();
  expect(await caught(assets.waitUntilReady(id))).toMatchObject({ name: "NotReadyError" });
  const longInterval = { intervalMs: 60_000, waitTimeoutMs: 9000 };
  expect(await caught(assets.waitUntilReady(id, longInterval))).toMatchObject({ name: "NotReadyError" });
  await using limitedServer = await startFaultServer(answerError(429, { "Retry-After": "100000" }));
  expect(await caught(assetsWithoutRetries(limitedServer).waitUntilReady(id))).toMatchObject({
    name: "NotReadyError",
    cause: { kind: "rate_limited", retryAfterMs: 100_000_000 },
  });
  expect(performance.now() - start).toBeLessThan(slackMs);
  expect(server.requests).toHaveLength(2);
});

test.concurrent("a look-up keeps its own totalTimeoutMs where that is shorter", async () => {
  await using server = await startFaultServer(silence, answerAsset);
  const events: PollEvent[] = [];
  const options = { totalTimeoutMs: 500, intervalMs: 20, onPoll: (event: PollEvent) => events.push(event) };
  expect((await assetsWithoutRetries(server).waitUntilReady(id, options)).status).toBe("confirmed");
  expect(events[0]!.error).toMatchObject({ name: "TimeoutError", clock: "total" });
});

test.concurrent("NotReadyError counts all requests of all look-ups, retries included", async () => {
  const busy = answerError(503);
  const last = answerStatus("reviewing", { "Retry-After": "100000" }); // ends the wait
  await using server = await startFaultServer(busy, busy, busy, last);
  const retries: number[] = [];
  const assets = assetsWithoutRetries(server, { onRetry: ({ attempt }) => retries.push(attempt) });
  const error = await caught(assets.waitUntilReady(id, { intervalMs: 500, maxRetries: 1 }));
  expect(error).toMatchObject({ name: "NotReadyError", attempts: 4 });
  expect(server.requests).toHaveLength(4);
  expect(retries).toEqual([1, 3]);
});

test("no look-up begins after the deadline, even if the pause ends late", async () => {
  await using server = await startFaultServer(reviewing, answerAsset);
  const start = performance.now();
  const onPoll = (): void => {
    while (performance.now() < start + 1100); // a busy machine
  };
  const options = { intervalMs: 20, waitTimeoutMs: 1000, onPoll };
  const error = await caught(assetsWithoutRetries(server).waitUntilReady(id, options));
  expect(error).toMatchObject({
    name: "NotReadyError",
    attempts: 1,
    message: expect.stringContaining("(look-ups: 1, "),
  });
  expect(error).not.toHaveProperty("cause");
  expect(server.requests).toHaveLength(1);
});

test("a look-up whose own retry would come after the deadline is followed by one after the interval", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0.999); // the retries would come after 625 ms and 1250 ms more
  await using server = await startFaultServer(answerError(503), answerError(503), answerAsset);
  const events: PollEvent[] = [];
  const options = { intervalMs: 50, waitTimeoutMs: 1800, onPoll: (event: PollEvent) => events.push(event) };
  expect((await createTestClient(server).assets.waitUntilReady(id, options)).status).toBe("confirmed");
  expect(events).toMatchObject([{ poll: 1, error: { name: "ApiError", status: 503 } }]);
  expectJitteredGaps(server.gapsMs(), 500, 50);
});

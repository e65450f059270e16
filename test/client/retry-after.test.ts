/** How long a call waits when the API sends Retry-After. The server measures the gaps between requests. */
import { expect, test } from "vitest";
import { caught } from "../helpers/caught.ts";
import { expectBackoff, expectGap, expectJitteredGaps, slackMs } from "../helpers/timing.ts";
import { startFaultServer } from "../servers/fault-server.ts";
import { answerAsset, answerError, answerStatus, asset } from "./test-client.ts";
import { assetsWithoutRetries, createTestClient, id } from "./test-client.ts";

const malformed = ["soon", "120junk", "-5", "1, 2", "1.5", "", "2026-06-16"];
const alreadyOver = ["0", "Tue, 16 Jun 2020 12:00:00 GMT"];

test.concurrent.each([...malformed, ...alreadyOver])(
  "get waits its own backoff after the Retry-After %o",
  async (value) => {
    await using server = await startFaultServer(answerError(429, { "Retry-After": value }), answerAsset);
    expect(await createTestClient(server).assets.get(id)).toEqual(asset);
    expect(server.requests).toHaveLength(2);
    expectBackoff(server.gapsMs()[0], 1);
  },
);

test.concurrent("get waits for the seconds in Retry-After", async () => {
  await using server = await startFaultServer(answerError(429, { "Retry-After": "2" }), answerAsset);
  expect(await createTestClient(server).assets.get(id)).toEqual(asset);
  expectGap(server.gapsMs()[0], 2000);
});

test.concurrent("get waits until the date in Retry-After", async () => {
  const date = new Date(Math.ceil(Date.now() / 1000) * 1000 + 2000);
  await using server = await startFaultServer(answerError(503, { "Retry-After": date.toUTCString() }), answerAsset);
  expect(await createTestClient(server).assets.get(id)).toEqual(asset);
  expect(Date.now()).toBeGreaterThanOrEqual(date.getTime() - 20);
  expect(server.gapsMs()[0]).toBeLessThan(3000 + slackMs);
});

test.concurrent("get measures the date by the server's clock, for this machine's may be wrong", async () => {
  const [now, then] = [0, 2000].map((ms) => new Date(Date.now() + 3_600_000 + ms).toUTCString());
  await using server = await startFaultServer(answerError(503, { Date: now!, "Retry-After": then! }), answerAsset);
  expect(await createTestClient(server).assets.get(id)).toEqual(asset);
  expectGap(server.gapsMs()[0], 2000);
});

test.concurrent("get measures the date by this machine's clock when the server's Date is malformed", async () => {
  const date = new Date(Math.ceil(Date.now() / 1000) * 1000 + 1000);
  const headers = { Date: "now", "Retry-After": date.toUTCString() };
  await using server = await startFaultServer(answerError(503, headers), answerAsset);
  expect(await createTestClient(server).assets.get(id)).toEqual(asset);
  expect(Date.now()).toBeGreaterThanOrEqual(date.getTime() - 20);
});

test.concurrent("get rejects at once when Retry-After is a day, and the error says how long it is", async () => {
  await using server = await startFaultServer(answerError(429, { "Retry-After": "100000" }), answerAsset);
  const start = performance.now();
  const error = await caught(createTestClient(server).assets.get(id));
  expect(performance.now() - start).toBeLessThan(slackMs);
  expect(error).toMatchObject({ name: "ApiError", kind: "rate_limited", retryAfterMs: 100_000_000, attempts: 1 });
  expect(server.requests).toHaveLength(1);
});

test.concurrent("get rejects when Retry-After is longer than maxRetryAfterMs", async () => {
  await using server = await startFaultServer(answerError(429, { "Retry-After": "1" }), answerAsset);
  const error = await caught(createTestClient(server, { maxRetryAfterMs: 999 }).assets.get(id));
  expect(error).toMatchObject({ retryAfterMs: 1000, attempts: 1 });
  expect(server.requests).toHaveLength(1);
});

test.concurrent("get waits when Retry-After is as long as maxRetryAfterMs", async () => {
  await using server = await startFaultServer(answerError(429, { "Retry-After": "1" }), answerAsset);
  expect(await createTestClient(server, { maxRetryAfterMs: 1000 }).assets.get(id)).toEqual(asset);
  expectGap(server.gapsMs()[0], 1000);
});

test.concurrent.each([20, 60_000])(
  "waitUntilReady waits for Retry-After instead of an interval of %i ms",
  async (intervalMs) => {
    const soon = { "Retry-After": "1" };
    const steps = [answerStatus("reviewing", soon), answerError(429, soon), answerError(503, soon), answerAsset];
    await using server = await startFaultServer(...steps);
    await assetsWithoutRetries(server).waitUntilReady(id, { intervalMs });
    expect(server.requests).toHaveLength(4);
    for (const gap of server.gapsMs()) expectGap(gap, 1000);
  },
);

test.concurrent("waitUntilReady waits for a Retry-After that is longer than maxRetryAfterMs", async () => {
  await using server = await startFaultServer(answerError(429, { "Retry-After": "1" }), answerAsset);
  const { assets } = createTestClient(server, { maxRetryAfterMs: 10 });
  await assets.waitUntilReady(id, { intervalMs: 20 });
  expect(server.requests).toHaveLength(2);
  expect(server.gapsMs()[0]).toBeGreaterThanOrEqual(995);
});

test.concurrent("waitUntilReady waits for a Retry-After that is longer than a look-up's totalTimeoutMs", async () => {
  await using server = await startFaultServer(answerError(429, { "Retry-After": "1" }), answerAsset);
  const { assets } = createTestClient(server, { totalTimeoutMs: 500 });
  await assets.waitUntilReady(id, { intervalMs: 20 });
  expect(server.gapsMs()[0]).toBeGreaterThanOrEqual(995);
});

test.concurrent.each(["soon", "0", "-1"])(
  "waitUntilReady waits the interval after the Retry-After %o",
  async (value) => {
    await using server = await startFaultServer(answerStatus("reviewing", { "Retry-After": value }), answerAsset);
    await assetsWithoutRetries(server).waitUntilReady(id, { intervalMs: 300 });
    expectJitteredGaps(server.gapsMs(), 300);
  },
);

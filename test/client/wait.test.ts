/** Waiting until an asset is ready: the look-ups, the pauses between them, and onPoll. */
import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { createClient, NotReadyError, type PollEvent, type WaitOptions } from "../../src/index.ts";
import { startMockServer } from "../../src/mock.ts";
import { caught } from "../helpers/caught.ts";
import { expectGap, expectJitteredGaps, slackMs } from "../helpers/timing.ts";
import { startFaultServer } from "../servers/fault-server.ts";
import { answerAsset, answerError, answerStatus, assetsWithoutRetries, id, path } from "./test-client.ts";

const mock = await startMockServer();
afterAll(() => mock.close());
afterEach(() => void vi.restoreAllMocks());

const reviewing = answerStatus("reviewing");

test("the mock's asset under review is looked up until it is ready, and onPoll is called before each pause", async () => {
  const events: PollEvent[] = [];
  const asset = await assetsWithoutRetries(mock).waitUntilReady(testAssets.underReview.asset_id, {
    intervalMs: 50,
    onPoll: (event) => events.push(event),
  });
  expect(asset).toMatchObject({ asset_id: testAssets.underReview.asset_id, status: "confirmed" });
  expect(events).toEqual([
    { poll: 1, delayMs: expect.any(Number), status: "reviewing", error: undefined },
    { poll: 2, delayMs: expect.any(Number), status: "reviewing", error: undefined },
  ]);
});

test("the mock's asset that stays under review ends the wait in NotReadyError, which has the asset", async () => {
  const forever = testAssets.alwaysUnderReview.asset_id;
  const options = { intervalMs: 60_000, waitTimeoutMs: 9000 };
  const error = await caught(assetsWithoutRetries(mock).waitUntilReady(forever, options));
  expect(error).toBeInstanceOf(NotReadyError);
  const { asset, message, retryable } = error as NotReadyError;
  expect(asset).toMatchObject({ asset_id: forever, status: "reviewing" });
  expect(message).toBe(
    `${forever}: not ready in time (look-ups: 1, last status: "reviewing"). Raise waitTimeoutMs (9000 ms) to wait longer.`,
  );
  expect(retryable).toBe(true);
  expect(error).not.toHaveProperty("cause");
});

test("NotReadyError counts the requests that the mock got", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0.5); // so that the deadline, at 1200 ms, is far from any look-up
  const requestsBefore = mock.requests.length;
  const options = { intervalMs: 500, waitTimeoutMs: 1200 };
  const error = await caught(assetsWithoutRetries(mock).waitUntilReady(testAssets.alwaysUnderReview.asset_id, options));
  expect(error).toMatchObject({ name: "NotReadyError", attempts: mock.requests.length - requestsBefore });
  expect(mock.requests.length - requestsBefore).toBeGreaterThan(1);
});

test.each([
  ["expired", "expired"],
  ["noPermission", "no_permission"],
  ["reviewFailed", "review_failed"],
] as const)("the mock's asset %s ends the wait at once", async (name, reason) => {
  const requestsBefore = mock.requests.length;
  const error = await caught(assetsWithoutRetries(mock).waitUntilReady(testAssets[name].asset_id));
  expect(error).toMatchObject({ name: "ApiError", kind: "rejected", reason });
  expect(mock.requests.length - requestsBefore).toBe(1);
});

test.each(["rateLimited", "rateLimitedInEnvelope", "recovers"] as const)(
  "the mock's asset %s gets ready during the wait",
  async (name) => {
    const asset = await assetsWithoutRetries(mock).waitUntilReady(testAssets[name].asset_id, { intervalMs: 50 });
    expect(asset.status).toBe("confirmed");
  },
);

test.concurrent("the first look-up begins at once, and is the only one for an asset that is ready", async () => {
  await using server = await startFaultServer(answerAsset);
  const start = performance.now();
  expect((await assetsWithoutRetries(server).waitUntilReady(id)).status).toBe("confirmed");
  expect(performance.now() - start).toBeLessThan(slackMs);
  expect(server.requests).toHaveLength(1);
});

test.concurrent("an Asset is looked up even if its own status is confirmed", async () => {
  await using server = await startFaultServer(reviewing, answerAsset);
  const stale = { asset_id: id, status: "confirmed" };
  expect((await assetsWithoutRetries(server).waitUntilReady(stale, { intervalMs: 20 })).status).toBe("confirmed");
  expect(server.requests).toHaveLength(2);
});

test.concurrent("waitUntilReady takes an asset URI", async () => {
  await using server = await startFaultServer(answerAsset);
  await assetsWithoutRetries(server).waitUntilReady(`asset://${id}`);
  expect(server.requests[0]!.head).toMatch(new RegExp(`^GET ${path} `));
});

test.concurrent("each look-up has the headers and the retries of the call's options", async () => {
  await using server = await startFaultServer(answerError(500), answerAsset);
  const options = { headers: { "X-Tenant": "a" }, maxRetries: 1, intervalMs: 9000 };
  await assetsWithoutRetries(server).waitUntilReady(id, options);
  expect(server.requests.map(({ head }) => /x-tenant: a/i.test(head))).toEqual([true, true]);
  expectJitteredGaps(server.gapsMs(), 500);
});

const unknownStatuses = ["archived", "", null, undefined, 7, "CONFIRMED", "failed", { toString: 1 }, ["confirmed"]];

test.concurrent.each(unknownStatuses.map((status) => [status]))(
  "the wait goes on after the unknown status %o, with an interval between look-ups",
  async (status) => {
    await using server = await startFaultServer(answerStatus(status), answerStatus(status), answerAsset);
    expect((await assetsWithoutRetries(server).waitUntilReady(id, { intervalMs: 300 })).status).toBe("confirmed");
    expectJitteredGaps(server.gapsMs(), 300, 300);
  },
);

test("look-ups are two seconds apart by default", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  await using server = await startFaultServer(reviewing, answerAsset);
  const delaysMs: number[] = [];
  await assetsWithoutRetries(server).waitUntilReady(id, { onPoll: (event) => delaysMs.push(event.delayMs) });
  expect(delaysMs).toEqual([2000]);
  expectGap(server.gapsMs()[0], 2000);
});

test.each([
  [0, 75],
  [0.5, 100],
  [0.999, 124.95],
])("the interval is shifted by up to a quarter, either way: Math.random() %f", async (random, delayMs) => {
  await using server = await startFaultServer(reviewing, answerAsset);
  vi.spyOn(Math, "random").mockReturnValue(random);
  const delaysMs: number[] = [];
  const options = { intervalMs: 100, onPoll: (event: PollEvent) => delaysMs.push(event.delayMs) };
  await assetsWithoutRetries(server).waitUntilReady(id, options);
  expect(delaysMs).toEqual([expect.closeTo(delayMs, 3)]);
});

test.concurrent.each<[string, WaitOptions["onPoll"]]>([
  [
    "throws",
    () => {
      throw new Error("planted");
    },
  ],
  ["rejects", () => Promise.reject(new Error("planted"))],
  ["rejects during the pause", () => sleep(50).then(() => Promise.reject(new Error("planted")))],
])("the wait ends with onPoll's own error when it %s", async (_name, onPoll) => {
  await using server = await startFaultServer(reviewing);
  expect(await caught(assetsWithoutRetries(server).waitUntilReady(id, { onPoll }))).toMatchObject({
    message: "planted",
  });
  expect(server.requests).toHaveLength(1);
});

test.concurrent("the wait does not wait for an onPoll that never ends", async () => {
  await using server = await startFaultServer(reviewing, answerAsset);
  const options = { intervalMs: 20, onPoll: () => new Promise(() => {}) };
  expect((await assetsWithoutRetries(server).waitUntilReady(id, options)).status).toBe("confirmed");
});

test.each<[string, unknown, unknown, RegExp]>([
  ["an intervalMs of 0", id, { intervalMs: 0 }, /^intervalMs: 0 cannot be used\. Pass a whole number from 1/],
  ["an intervalMs that is no number", id, { intervalMs: "2s" }, /^intervalMs: a string/],
  ["a waitTimeoutMs of 0", id, { waitTimeoutMs: 0 }, /^waitTimeoutMs: 0 cannot be used/],
  ["a waitTimeoutMs that no timer can hold", id, { waitTimeoutMs: 2 ** 31 }, /^waitTimeoutMs: 2147483648/],
  ["a waitTimeoutMs of NaN", id, { waitTimeoutMs: Number.NaN }, /^waitTimeoutMs: NaN/],
  ["an onPoll that is no function", id, { onPoll: true }, /^onPoll: pass a function/],
  ["a bad id", "../x", {}, /^asset: "\.\.\/x"/],
  ["a bad header", id, { headers: { "a b": "c" } }, /^headers: /],
  ["a bad signal", id, { signal: {} }, /^signal: /],
])("waitUntilReady sends nothing and rejects with ConfigError for %s", async (_name, asset, options, message) => {
  const fetch = vi.fn<() => Promise<Response>>();
  const { assets } = createClient({ apiKey: "k", fetch });
  const error = await caught(assets.waitUntilReady(asset as string, options as WaitOptions));
  expect(error).toMatchObject({ name: "ConfigError", message: expect.stringMatching(message) });
  expect(fetch).not.toHaveBeenCalled();
});

test("no wait leaves an unhandled rejection, which would end Node", async () => {
  const script = `
    import { createClient } from ${JSON.stringify(new URL("../../src/index.ts", import.meta.url).href)};
    const { assets } = createClient({ apiKey: "any", baseUrl: process.argv[1], maxRetries: 0, timeoutMs: 200 });
    const id = ${JSON.stringify(testAssets.alwaysUnderReview.asset_id)};
    const ends = await Promise.allSettled([
      assets.waitUntilReady(id, { intervalMs: 30, waitTimeoutMs: 150 }),
      assets.waitUntilReady(id, { intervalMs: 30, signal: AbortSignal.timeout(100) }),
      assets.waitUntilReady(id, { signal: AbortSignal.timeout(100), onPoll: () => new Promise((_, no) => setTimeout(no, 150)) }),
      assets.waitUntilReady(id, { intervalMs: 30, onPoll: async () => { throw new RangeError("x"); } }),
      assets.waitUntilReady(id, { intervalMs: 30, onPoll: () => new Promise((_, no) => setTimeout(no, 200, new RangeError("late"))), waitTimeoutMs: 400 }),
      createClient({ apiKey: () => new Promise((_, no) => setTimeout(no, 150)) }).assets.waitUntilReady(id, { waitTimeoutMs: 100 }),
    ]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    console.log(ends.map(({ reason }) => reason.name).join(" "));
  `;
  const args = ["--unhandled-rejections=strict", "--input-type=module", "--eval", script, "--", mock.url];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
  });
  expect(stdout).toBe("NotReadyError TimeoutError TimeoutError RangeError NotReadyError NotReadyError\n");
});

/** An abort ends a call at once. The call rejects with the signal's own reason and leaves nothing open. */
import { getEventListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { createClient, isChenyuError, type ChenyuClient } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { slackMs, until } from "../helpers/timing.ts";
import { cutOff, reset, silence, stall, startFaultServer, type Step } from "../servers/fault-server.ts";
import { answerAsset, answerError, answerStatus, assetBody, assetsWithoutRetries } from "./test-client.ts";
import { createTestClient, getRaw, id } from "./test-client.ts";

const reason = { why: "the user left" };

const callers = {
  get: (client: ChenyuClient, signal: AbortSignal) => client.assets.get(id, { signal }),
  raw: (client: ChenyuClient, signal: AbortSignal) => getRaw(client, { signal }),
};

test("get sends nothing when its signal has aborted already", async () => {
  await using server = await startFaultServer(answerAsset);
  expect(await caught(createTestClient(server).assets.get(id, { signal: AbortSignal.abort(reason) }))).toBe(reason);
  expect(server.requests).toEqual([]);
});

test.concurrent.each<[string, Step[]]>([
  ["while nothing is answered", [silence]],
  ["while the body stalls", [stall(200, assetBody, 9)]],
  ["during the second attempt", [reset, silence]],
])("get rejects with the reason and closes its connection when it is aborted %s", async (_when, steps) => {
  await using server = await startFaultServer(...steps);
  const controller = new AbortController();
  const call = caught(createTestClient(server).assets.get(id, { signal: controller.signal }));
  await until(() => server.requests.length === steps.length);
  await sleep(50); // until the start of the body has arrived
  controller.abort(reason);
  expect(await call).toBe(reason);
  await until(() => server.connections.open === 0);
});

test.concurrent("get ends within 50 ms when it is aborted during a backoff of seconds", async () => {
  await using server = await startFaultServer(answerError(503, { "Retry-After": "3" }), answerAsset);
  const controller = new AbortController();
  const call = caught(createTestClient(server).assets.get(id, { signal: controller.signal }));
  await until(() => server.requests.length === 1);
  await sleep(200);
  const abortedAt = performance.now();
  controller.abort(reason);
  expect(await call).toBe(reason);
  expect(performance.now() - abortedAt).toBeLessThan(50);
  await sleep(100);
  expect(server.requests).toHaveLength(1);
  expect(getEventListeners(controller.signal, "abort")).toEqual([]);
});

test.concurrent("get ends when it is aborted while it waits for a key function that never returns", async () => {
  const controller = new AbortController();
  const { assets } = createClient({ apiKey: () => new Promise(() => {}) });
  const call = caught(assets.get(id, { signal: controller.signal }));
  await sleep(10);
  controller.abort("left");
  expect(await call).toBe("left");
});

test.concurrent("get sends nothing when the key function returns after the abort", async () => {
  await using server = await startFaultServer(answerAsset);
  const controller = new AbortController();
  const apiKey = (): Promise<string> => sleep(100, "cy_late");
  const call = caught(createTestClient(server, { apiKey }).assets.get(id, { signal: controller.signal }));
  controller.abort("left");
  expect(await call).toBe("left");
  await sleep(200);
  expect(server.requests).toEqual([]);
});

test.concurrent.each([null, 0, "", false, reason])("get and raw reject with the reason %o", async (anyReason) => {
  await using server = await startFaultServer(silence);
  for (const call of Object.values(callers)) {
    const controller = new AbortController();
    setTimeout(() => controller.abort(anyReason), 50);
    expect(await caught(call(createTestClient(server), controller.signal))).toBe(anyReason);
  }
});

test.concurrent("get does not retry when the reason is an error of ours from another call", async () => {
  await using server = await startFaultServer(silence);
  const networkError = await makeNetworkError();
  const controller = new AbortController();
  const call = caught(createTestClient(server).assets.get(id, { signal: controller.signal }));
  await until(() => server.requests.length === 1);
  controller.abort(networkError);
  expect(await call).toBe(networkError);
  await sleep(50);
  expect(server.requests).toHaveLength(1);
});

test.concurrent.each(Object.entries(callers))(
  "%s rejects with the reason when onRetry aborts with the error of its event",
  async (_name, call) => {
    await using server = await startFaultServer(answerError(503));
    const controller = new AbortController();
    const client = createTestClient(server, { onRetry: ({ error }) => controller.abort(error) });
    expect(await caught(call(client, controller.signal))).toMatchObject({ name: "ApiError", status: 503 });
    expect(server.requests).toHaveLength(1);
  },
);

test.concurrent("get rejects with the reason when a custom fetch aborts the signal as timeoutMs runs out", async () => {
  const controller = new AbortController();
  const fetch = (_url: string, { signal }: RequestInit): Promise<Response> => {
    signal!.addEventListener("abort", () => controller.abort("both"));
    return new Promise(() => {});
  };
  const { assets } = createClient({ apiKey: "k", fetch, timeoutMs: 30, maxRetries: 0 });
  expect(await caught(assets.get(id, { signal: controller.signal }))).toBe("both");
});

test.concurrent("raw rejects with the reason when middleware has replaced the Request", async () => {
  await using server = await startFaultServer(silence);
  const { raw } = createTestClient(server, { timeoutMs: 5000 });
  raw.use({ onRequest: ({ request }) => new Request(request, { headers: { "X-Trace": "1" } }) });
  const controller = new AbortController();
  setTimeout(() => controller.abort("left"), 50);
  const init = { params: { path: { asset_id: id } }, signal: controller.signal };
  expect(await caught(raw.request("get", "/api/open/v2/assets/{asset_id}", init))).toBe("left");
});

test.each(Object.entries(callers))("20 calls of %s leave no listener on their signal", async (_name, call) => {
  const steps = [answerAsset, answerError(404), reset, cutOff("end", 200, assetBody, 9)];
  await using server = await startFaultServer(...Array.from({ length: 5 }, () => steps).flat());
  const controller = new AbortController();
  const client = createTestClient(server, { maxRetries: 0 });
  for (let count = 0; count < 20; count++) {
    await call(client, controller.signal).catch((error: unknown) => expect(isChenyuError(error)).toBe(true));
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  }
  expect(server.requests).toHaveLength(20);
  controller.abort(reason); // does nothing: an unhandled rejection would fail the run
});

test("30 calls at once share one listener on their signal, and an abort ends them all", async () => {
  await using server = await startFaultServer(silence);
  const controller = new AbortController();
  const { signal } = controller;
  const calls = Array.from({ length: 30 }, () => caught(createTestClient(server).assets.get(id, { signal })));
  const shortCall = createTestClient(server, { timeoutMs: 50, maxRetries: 0 }).assets.get(id, { signal });
  expect(await caught(shortCall)).toMatchObject({ name: "TimeoutError" });
  expect(getEventListeners(signal, "abort")).toHaveLength(1);
  controller.abort("left");
  expect(new Set(await Promise.all(calls))).toEqual(new Set(["left"]));
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("waitUntilReady sends nothing when its signal has aborted already", async () => {
  await using server = await startFaultServer(answerAsset);
  const signal = AbortSignal.abort(reason);
  expect(await caught(assetsWithoutRetries(server).waitUntilReady(id, { signal }))).toBe(reason);
  expect(server.requests).toHaveLength(0);
});

test.concurrent.each<[string, Step, afterMs: number]>([
  ["while a look-up is in flight", silence, 100],
  ["while the body of a look-up stalls", stall(200, "{}".padEnd(99), 9), 100],
  ["between two look-ups", answerStatus("reviewing"), 300],
])("waitUntilReady ends at once when it is aborted %s", async (_when, step, afterMs) => {
  await using server = await startFaultServer(step);
  const controller = new AbortController();
  const options = { signal: controller.signal, intervalMs: 5000 };
  const call = caught(assetsWithoutRetries(server).waitUntilReady(id, options));
  await until(() => server.requests.length > 0);
  await sleep(afterMs);
  const abortedAt = performance.now();
  controller.abort(reason);
  expect(await call).toBe(reason);
  expect(performance.now() - abortedAt).toBeLessThan(slackMs);
  expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  await sleep(50);
  expect(server.requests).toHaveLength(1);
});

test.concurrent.each([
  ["the next look-up would come soon", 20],
  ["the next look-up would come after the deadline", 60_000],
])("waitUntilReady rejects with a reason that is a tolerable failure, when %s", async (_when, intervalMs) => {
  await using server = await startFaultServer(silence, answerAsset);
  const networkError = await makeNetworkError();
  const controller = new AbortController();
  const options = { signal: controller.signal, intervalMs, waitTimeoutMs: 9000 };
  const call = caught(assetsWithoutRetries(server).waitUntilReady(id, options));
  await until(() => server.requests.length > 0);
  controller.abort(networkError);
  expect(await call).toBe(networkError);
  await sleep(100);
  expect(server.requests).toHaveLength(1);
});

test.concurrent("waitUntilReady leaves no listener on its signal when the asset gets ready", async () => {
  await using server = await startFaultServer(answerStatus("reviewing"), answerAsset);
  const { signal } = new AbortController();
  await assetsWithoutRetries(server).waitUntilReady(id, { signal, intervalMs: 20 });
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

async function makeNetworkError(): Promise<unknown> {
  const fetch = (): Promise<Response> => Promise.reject(new Error("x"));
  return caught(createClient({ apiKey: "k", fetch, maxRetries: 0 }).assets.get(id));
}

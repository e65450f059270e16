/** Waiting until an asset is ready: on the mock's sequences, and on a server that misbehaves. Gaps are the server's. */
import { execFile } from "node:child_process";
import { getEventListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { inspect, promisify } from "node:util";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { createClient, NotReadyError, type Assets, type ClientOptions, type PollEvent } from "../../src/index.ts";
import type { WaitOptions } from "../../src/index.ts";
import { startMockServer } from "../../src/mock.ts";
import { caught } from "../helpers/caught.ts";
import { answer, late, reset, silence, stall, startFaultServer, type Step } from "../servers/fault-server.ts";
import { slackMs } from "../helpers/timing.ts";

const mock = await startMockServer();
afterAll(() => mock.close());
afterEach(() => void vi.restoreAllMocks());

const id = "asset_1";
const signature = "s1gn4tur3";

function assetsOf(server: { url: string }, options: ClientOptions = {}): Assets {
  return createClient({ apiKey: "cy_test", baseUrl: server.url, maxRetries: 0, ...options }).assets;
}

function found(status: unknown, headers: Record<string, string> = {}): Step {
  const data = { asset_id: id, status, signed_url: `https://a.example/b?signature=${signature}` };
  return answer(200, JSON.stringify({ code: 0, msg: "", data }), headers);
}

const failed = (status: number, headers: Record<string, string> = {}): Step => answer(status, "{}", headers);
const reviewing = found("reviewing");
const ready = found("confirmed");

function expectGaps(gaps: number[], ...intervalsMs: number[]): void {
  expect(gaps).toHaveLength(intervalsMs.length);
  for (const [index, intervalMs] of intervalsMs.entries()) {
    expect(gaps[index]).toBeGreaterThanOrEqual(intervalMs * 0.75 - 5);
    expect(gaps[index]).toBeLessThan(intervalMs * 1.25 + slackMs);
  }
}

describe("on the mock", () => {
  test("an asset under review is looked up until it is ready, and onPoll hears of each wait", async () => {
    const events: PollEvent[] = [];
    const asset = await assetsOf(mock).waitUntilReady(testAssets.underReview.asset_id, {
      intervalMs: 50,
      onPoll: (event) => events.push(event),
    });
    expect(asset).toMatchObject({ asset_id: testAssets.underReview.asset_id, status: "confirmed" });
    expect(events).toEqual([
      { poll: 1, delayMs: expect.any(Number), status: "reviewing", error: undefined },
      { poll: 2, delayMs: expect.any(Number), status: "reviewing", error: undefined },
    ]);
  });

  test("an asset that never gets ready ends in NotReadyError, which has the asset", async () => {
    const forever = testAssets.alwaysUnderReview.asset_id;
    const error = await caught(assetsOf(mock).waitUntilReady(forever, { intervalMs: 60_000, waitTimeoutMs: 9000 }));
    expect(error).toBeInstanceOf(NotReadyError);
    const { asset, message, retryable } = error as NotReadyError;
    expect(asset).toMatchObject({ asset_id: forever, status: "reviewing" });
    expect(message).toBe(
      `${forever}: not ready in time (look-ups: 1, last status: "reviewing"). Raise waitTimeoutMs (9000 ms) to wait longer.`,
    );
    expect(retryable).toBe(true);
    expect(error).not.toHaveProperty("cause");
  });

  test("the error counts the requests of all look-ups", async () => {
    const before = mock.requests.length;
    const options = { intervalMs: 40, waitTimeoutMs: 600 };
    const error = await caught(assetsOf(mock).waitUntilReady(testAssets.alwaysUnderReview.asset_id, options));
    expect(error).toMatchObject({ name: "NotReadyError", attempts: mock.requests.length - before });
    expect(mock.requests.length - before).toBeGreaterThan(1);
  });

  test.each([
    ["expired", "expired"],
    ["noPermission", "no_permission"],
    ["reviewFailed", "review_failed"],
  ] as const)("%s ends the wait at once", async (name, reason) => {
    const before = mock.requests.length;
    const error = await caught(assetsOf(mock).waitUntilReady(testAssets[name].asset_id));
    expect(error).toMatchObject({ name: "ApiError", kind: "rejected", reason });
    expect(mock.requests.length - before).toBe(1);
  });

  test.each(["rateLimited", "rateLimitedInEnvelope", "recovers"] as const)("%s is waited out", async (name) => {
    const asset = await assetsOf(mock).waitUntilReady(testAssets[name].asset_id, { intervalMs: 50 });
    expect(asset.status).toBe("confirmed");
  });
});

describe.concurrent("the look-ups", () => {
  test("begin at once, and are not repeated for an asset that is ready", async () => {
    await using server = await startFaultServer(ready);
    const start = performance.now();
    expect((await assetsOf(server).waitUntilReady(id)).status).toBe("confirmed");
    expect(performance.now() - start).toBeLessThan(slackMs);
    expect(server.requests).toHaveLength(1);
  });

  test("are made even for an asset that says that it is ready", async () => {
    await using server = await startFaultServer(reviewing, ready);
    const stale = { asset_id: id, status: "confirmed" };
    expect((await assetsOf(server).waitUntilReady(stale, { intervalMs: 20 })).status).toBe("confirmed");
    expect(server.requests).toHaveLength(2);
  });

  test("take an asset URI", async () => {
    await using server = await startFaultServer(ready);
    await assetsOf(server).waitUntilReady(`asset://${id}`);
    expect(server.requests[0]!.head).toMatch(/^GET \/api\/open\/v2\/assets\/asset_1 /);
  });

  test.each(["archived", "", null, undefined, 7, "CONFIRMED", "failed", { toString: 1 }, ["confirmed"]])(
    "are an interval apart for a status that nobody knows: %o",
    async (status) => {
      await using server = await startFaultServer(found(status), found(status), ready);
      expect((await assetsOf(server).waitUntilReady(id, { intervalMs: 300 })).status).toBe("confirmed");
      expectGaps(server.gapsMs(), 300, 300);
    },
  );

  test("are two seconds apart by default", async () => {
    await using server = await startFaultServer(reviewing, ready);
    await assetsOf(server).waitUntilReady(id);
    expectGaps(server.gapsMs(), 2000);
  });

  test("carry the options of the call", async () => {
    await using server = await startFaultServer(failed(500), ready);
    const headers = { "X-Tenant": "a" };
    await assetsOf(server).waitUntilReady(id, { headers, maxRetries: 1, intervalMs: 9000 });
    expect(server.requests.map(({ head }) => /x-tenant: a/i.test(head))).toEqual([true, true]);
    expectGaps(server.gapsMs(), 500);
  });

  test("are kept off by Retry-After, of an answer and of a failure, instead of by the interval", async () => {
    const soon = { "Retry-After": "1" };
    await using server = await startFaultServer(found("reviewing", soon), failed(429, soon), ready);
    await assetsOf(server).waitUntilReady(id, { intervalMs: 20 });
    for (const gap of server.gapsMs()) {
      expect(gap).toBeGreaterThanOrEqual(995);
      expect(gap).toBeLessThan(1000 + slackMs);
    }
    await using slow = await startFaultServer(found("reviewing", soon), failed(503, soon), ready);
    await assetsOf(slow).waitUntilReady(id, { intervalMs: 60_000 });
    for (const gap of slow.gapsMs()) expect(gap).toBeLessThan(1000 + slackMs);
  });

  test("follow a Retry-After that is longer than maxRetryAfterMs", async () => {
    await using server = await startFaultServer(failed(429, { "Retry-After": "1" }), ready);
    await assetsOf(server, { maxRetryAfterMs: 10, maxRetries: 3 }).waitUntilReady(id, { intervalMs: 20 });
    expect(server.requests).toHaveLength(2);
    expect(server.gapsMs()[0]).toBeGreaterThanOrEqual(995);
  });

  test("follow a Retry-After for which a single look-up has no time", async () => {
    await using server = await startFaultServer(failed(429, { "Retry-After": "1" }), ready);
    await assetsOf(server, { totalTimeoutMs: 500, maxRetries: 3 }).waitUntilReady(id, { intervalMs: 20 });
    expect(server.gapsMs()[0]).toBeGreaterThanOrEqual(995);
  });

  test.each(["soon", "0", "-1"])(
    "are an interval apart after the Retry-After %o, which says nothing",
    async (value) => {
      await using server = await startFaultServer(found("reviewing", { "Retry-After": value }), ready);
      await assetsOf(server).waitUntilReady(id, { intervalMs: 300 });
      expectGaps(server.gapsMs(), 300);
    },
  );
});

test("the interval is two seconds, the wait ten minutes, by default", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  const steps = [reviewing, found("x", { "Retry-After": "590" }), found("x", { "Retry-After": "601" })];
  const ends = steps.map(async (step) => {
    await using server = await startFaultServer(step);
    const onPoll = (event: PollEvent): never => {
      throw event;
    };
    return await caught(assetsOf(server).waitUntilReady(id, { onPoll }));
  });
  expect(await Promise.all(ends)).toEqual([
    expect.objectContaining({ delayMs: 2000 }),
    expect.objectContaining({ delayMs: 590_000 }),
    expect.objectContaining({ name: "NotReadyError" }),
  ]);
});

test("no look-up begins after the deadline, however late the pause ends", async () => {
  await using server = await startFaultServer(reviewing, ready);
  const onPoll = (): void => {
    const end = performance.now() + 300;
    while (performance.now() < end); // a busy machine
  };
  const error = await caught(assetsOf(server).waitUntilReady(id, { intervalMs: 20, waitTimeoutMs: 200, onPoll }));
  expect(error).toMatchObject({
    name: "NotReadyError",
    attempts: 1,
    message: expect.stringContaining("(look-ups: 1, "),
  });
  expect(error).not.toHaveProperty("cause");
  expect(server.requests).toHaveLength(1);
});

test("the interval decides when a look-up's own retry would come after the deadline", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0.999); // the retries would come after 625 ms and 1250 ms more
  await using server = await startFaultServer(failed(503), failed(503), ready);
  const events: PollEvent[] = [];
  const options = { intervalMs: 50, waitTimeoutMs: 1800, onPoll: (event: PollEvent) => events.push(event) };
  expect((await assetsOf(server, { maxRetries: 3 }).waitUntilReady(id, options)).status).toBe("confirmed");
  expect(events).toMatchObject([{ poll: 1, error: { name: "ApiError", status: 503 } }]);
  expectGaps(server.gapsMs(), 500, 50);
});

test("the interval is shifted by up to a quarter, either way", async () => {
  for (const [random, delayMs] of [
    [0, 75],
    [0.999, 124.95],
  ] as const) {
    await using server = await startFaultServer(reviewing, ready);
    vi.spyOn(Math, "random").mockReturnValue(random);
    const delays: number[] = [];
    await assetsOf(server).waitUntilReady(id, { intervalMs: 100, onPoll: (event) => delays.push(event.delayMs) });
    expect(delays).toEqual([expect.closeTo(delayMs, 3)]);
  }
});

describe.concurrent("failures that may pass", () => {
  const kinds: Record<string, [step: Step, name: string]> = {
    "a server error": [failed(503), "ApiError"],
    "a rate limit in a 200": [answer(200, '{"code":429,"msg":""}'), "ApiError"],
    "a reset": [reset, "NetworkError"],
    "cut-off JSON": [answer(200, '{"code":0,"da'), "NetworkError"],
    silence: [silence, "TimeoutError"],
    "a stalled body": [stall(200, "{}".padEnd(99), 9), "TimeoutError"],
  };

  test.each(Object.entries(kinds))(
    "%s: three in a row are tolerated, the fourth is not",
    async (_name, [step, name]) => {
      await using server = await startFaultServer(step, step, step, reviewing, step, step, step, ready, step);
      const assets = assetsOf(server, { timeoutMs: 500 });
      const events: PollEvent[] = [];
      const options = { intervalMs: 40, onPoll: (event: PollEvent) => events.push(event) };
      expect((await assets.waitUntilReady(id, options)).status).toBe("confirmed");
      expect(server.requests).toHaveLength(8);
      expect(events.map(({ error }) => error?.name)).toEqual([name, name, name, undefined, name, name, name]);
      for (const gap of server.gapsMs()) expect(gap).toBeGreaterThanOrEqual(25);
      expect(await caught(assets.waitUntilReady(id, { intervalMs: 40 }))).toMatchObject({ name, attempts: 1 });
      expect(server.requests).toHaveLength(12);
    },
  );

  test.each<[string, Step, string]>([
    ["401", failed(401), "ApiError"],
    ["404", failed(404), "ApiError"],
    ["a business failure", answer(200, '{"code":1003,"msg":"资源审核未通过"}'), "ApiError"],
    ["a gateway's page", answer(200, "<p>", { "Content-Type": "text/html" }), "ResponseError"],
    ["no envelope", answer(200, "{}"), "ResponseError"],
  ])("do not include %s, which ends the wait at once", async (_name, step, name) => {
    await using server = await startFaultServer(reviewing, step, ready);
    expect(await caught(assetsOf(server).waitUntilReady(id, { intervalMs: 20 }))).toMatchObject({ name });
    expect(server.requests).toHaveLength(2);
  });

  test("do not include what the caller's functions throw, even if that is an error of ours", async () => {
    await using server = await startFaultServer(failed(503));
    const networkError = await caught(assetsOf({ url: "http://127.0.0.1:1" }).get(id));
    const apiError = await caught(assetsOf(server).get(id));
    for (const thrown of [new Error("vault closed"), networkError, apiError, "a text"]) {
      const requests = server.requests.length;
      const apiKey = vi.fn(() => Promise.reject(thrown));
      expect(await caught(assetsOf(server, { apiKey }).waitUntilReady(id, { intervalMs: 20 }))).toBe(thrown);
      expect(apiKey).toHaveBeenCalledTimes(1);
      const onRetry = (): never => {
        throw thrown;
      };
      const wait = assetsOf(server, { onRetry, maxRetries: 1 }).waitUntilReady(id, { intervalMs: 20 });
      expect(await caught(wait)).toBe(thrown);
      expect(server.requests.length - requests).toBe(1);
    }
  });
});

describe.concurrent("the deadline", () => {
  test("bounds the look-up in flight", async () => {
    await using server = await startFaultServer(reviewing, silence);
    const start = performance.now();
    const error = await caught(assetsOf(server).waitUntilReady(id, { intervalMs: 50, waitTimeoutMs: 400 }));
    const tookMs = performance.now() - start;
    expect(tookMs).toBeGreaterThanOrEqual(395);
    expect(tookMs).toBeLessThan(400 + slackMs);
    expect(error).toMatchObject({
      name: "NotReadyError",
      asset: { status: "reviewing" },
      attempts: 2,
      message: expect.stringContaining('(look-ups: 2, last status: "reviewing", then: no answer)'),
    });
    expect(error).not.toHaveProperty("cause");
    await vi.waitFor(() => expect(server.connections.open).toBe(0));
  });

  test("bounds a stalled body, and the retries of a look-up", async () => {
    await using stalled = await startFaultServer(late(200, "{}".padEnd(99), 9, 60_000));
    await using failing = await startFaultServer(failed(503));
    for (const server of [stalled, failing]) {
      const start = performance.now();
      const error = await caught(assetsOf(server, { maxRetries: 9 }).waitUntilReady(id, { waitTimeoutMs: 900 }));
      expect(performance.now() - start).toBeLessThan(900 + slackMs);
      expect(error).toMatchObject({ name: "NotReadyError", asset: undefined });
      // Not the time that the wait has left, which nobody set: what has failed before.
      const then = server === failing ? "ApiError" : "no answer";
      expect((error as Error).message).toContain(`(look-ups: 1, last status: unknown, then: ${then})`);
      expect((error as Error).cause).toEqual(server === failing ? expect.objectContaining({ status: 503 }) : undefined);
    }
  });

  test("is one for all look-ups: what the first ones took is gone", async () => {
    const slowly = late(
      200,
      JSON.stringify({ code: 0, msg: "", data: { asset_id: id, status: "reviewing" } }),
      9,
      1000,
    );
    await using server = await startFaultServer(slowly, silence);
    const start = performance.now();
    const error = await caught(assetsOf(server).waitUntilReady(id, { intervalMs: 20, waitTimeoutMs: 3000 }));
    expect(error).toMatchObject({ name: "NotReadyError", attempts: 2 });
    expect(performance.now() - start).toBeLessThan(3000 + slackMs);
  });

  test.each([50, 100])("ends in NotReadyError, whatever fails just before it (interval %i ms)", async (intervalMs) => {
    await using server = await startFaultServer(failed(503));
    const waits = Array.from({ length: 20 }, () =>
      caught(assetsOf(server, { maxRetries: 3 }).waitUntilReady(id, { intervalMs, waitTimeoutMs: 3000 })),
    );
    for (const error of await Promise.all(waits)) {
      expect(error).toMatchObject({ name: "NotReadyError" });
      // On a busy machine, not even the first answer may have come.
      expect([undefined, "ApiError"]).toContain((error as { cause?: Error }).cause?.name);
    }
  });

  test("ends the wait at once when the next look-up would come after it", async () => {
    await using server = await startFaultServer(found("reviewing", { "Retry-After": "100000" }));
    const start = performance.now();
    expect(await caught(assetsOf(server).waitUntilReady(id))).toMatchObject({ name: "NotReadyError" });
    expect(
      await caught(assetsOf(server).waitUntilReady(id, { intervalMs: 60_000, waitTimeoutMs: 9000 })),
    ).toMatchObject({
      name: "NotReadyError",
    });
    await using limited = await startFaultServer(failed(429, { "Retry-After": "100000" }));
    expect(await caught(assetsOf(limited).waitUntilReady(id))).toMatchObject({
      name: "NotReadyError",
      cause: { kind: "rate_limited", retryAfterMs: 100_000_000 },
    });
    expect(performance.now() - start).toBeLessThan(slackMs);
    expect(server.requests).toHaveLength(2);
  });

  test("keeps a look-up's own totalTimeoutMs, where that is shorter", async () => {
    await using server = await startFaultServer(silence, ready);
    const events: PollEvent[] = [];
    const options = { totalTimeoutMs: 200, intervalMs: 20, onPoll: (event: PollEvent) => events.push(event) };
    expect((await assetsOf(server).waitUntilReady(id, options)).status).toBe("confirmed");
    expect(events[0]!.error).toMatchObject({ name: "TimeoutError", clock: "total" });
  });

  test("counts all requests of all look-ups", async () => {
    await using server = await startFaultServer(failed(503), failed(503), failed(503), reviewing);
    const retries: number[] = [];
    const client = assetsOf(server, { onRetry: ({ attempt }) => retries.push(attempt) });
    const options = { intervalMs: 500, waitTimeoutMs: 3000, maxRetries: 1 };
    const error = (await caught(client.waitUntilReady(id, options))) as NotReadyError;
    expect(error.name).toBe("NotReadyError");
    expect(error.attempts).toBe(server.requests.length);
    expect(error.attempts).toBeGreaterThanOrEqual(4);
    expect(retries).toEqual([1, 1]);
  });
});

describe.concurrent("an abort rejects with the signal's own reason", () => {
  const reason = new Error("the user left");

  test.each<[string, Step, afterMs: number]>([
    ["while a look-up is in flight", silence, 100],
    ["while its body stalls", stall(200, "{}".padEnd(99), 9), 100],
    ["between two look-ups", reviewing, 300],
  ])("%s, at once", async (_name, step, afterMs) => {
    await using server = await startFaultServer(step);
    const controller = new AbortController();
    const call = caught(assetsOf(server).waitUntilReady(id, { signal: controller.signal, intervalMs: 5000 }));
    while (server.requests.length === 0) await sleep(5);
    await sleep(afterMs);
    const abortedAt = performance.now();
    controller.abort(reason);
    expect(await call).toBe(reason);
    expect(performance.now() - abortedAt).toBeLessThan(slackMs);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    await sleep(50);
    expect(server.requests).toHaveLength(1);
  });

  test("before anything is sent", async () => {
    await using server = await startFaultServer(ready);
    const signal = AbortSignal.abort(reason);
    expect(await caught(assetsOf(server).waitUntilReady(id, { signal }))).toBe(reason);
    expect(server.requests).toHaveLength(0);
  });

  test("even if that is a failure that would be tolerated", async () => {
    await using server = await startFaultServer(silence, ready);
    const tolerated = await caught(
      createClient({ apiKey: "k", fetch: () => Promise.reject(new Error("x")) }).assets.get(id, { maxRetries: 0 }),
    );
    const controller = new AbortController();
    const call = caught(assetsOf(server).waitUntilReady(id, { signal: controller.signal, intervalMs: 20 }));
    while (server.requests.length === 0) await sleep(5);
    controller.abort(tolerated);
    expect(await call).toBe(tolerated);
    await sleep(100);
    expect(server.requests).toHaveLength(1);
  });

  test("leaves no listener behind when the asset gets ready", async () => {
    await using server = await startFaultServer(reviewing, ready);
    const { signal } = new AbortController();
    await assetsOf(server).waitUntilReady(id, { signal, intervalMs: 20 });
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

describe.concurrent("onPoll", () => {
  test.each<[string, WaitOptions["onPoll"]]>([
    [
      "throws",
      () => {
        throw new Error("planted");
      },
    ],
    ["rejects", () => Promise.reject(new Error("planted"))],
    ["rejects while the pause goes on", () => sleep(50).then(() => Promise.reject(new Error("planted")))],
  ])("that %s ends the wait with its error", async (_name, onPoll) => {
    await using server = await startFaultServer(reviewing);
    expect(await caught(assetsOf(server).waitUntilReady(id, { onPoll }))).toMatchObject({ message: "planted" });
    expect(server.requests).toHaveLength(1);
  });

  test("hears no status of a look-up that failed, though one came before", async () => {
    await using server = await startFaultServer(reviewing, failed(503), ready);
    const events: PollEvent[] = [];
    await assetsOf(server).waitUntilReady(id, { intervalMs: 20, onPoll: (event) => events.push(event) });
    expect(events.map(({ status, error }) => [status, error?.name])).toEqual([
      ["reviewing", undefined],
      [undefined, "ApiError"],
    ]);
  });

  test("that hangs does not", async () => {
    await using server = await startFaultServer(reviewing, ready);
    const options = { intervalMs: 20, onPoll: () => new Promise(() => {}) };
    expect((await assetsOf(server).waitUntilReady(id, options)).status).toBe("confirmed");
  });
});

describe("waitUntilReady refuses, before anything is sent,", () => {
  test.each<[string, unknown, unknown, RegExp]>([
    ["an interval of 0", id, { intervalMs: 0 }, /^intervalMs: 0 cannot be used\. Pass a whole number from 1/],
    ["an interval that is no number", id, { intervalMs: "2s" }, /^intervalMs: a string/],
    ["a time of 0", id, { waitTimeoutMs: 0 }, /^waitTimeoutMs: 0 cannot be used/],
    ["a time that no timer can hold", id, { waitTimeoutMs: 2 ** 31 }, /^waitTimeoutMs: 2147483648/],
    ["NaN for a time", id, { waitTimeoutMs: Number.NaN }, /^waitTimeoutMs: NaN/],
    ["an onPoll that is no function", id, { onPoll: true }, /^onPoll: pass a function/],
    ["a bad id", "../x", {}, /^asset: "\.\.\/x"/],
    ["a bad header", id, { headers: { "a b": "c" } }, /^headers: /],
    ["a bad signal", id, { signal: {} }, /^signal: /],
  ])("%s", async (_name, asset, options, message) => {
    const fetch = vi.fn<() => Promise<Response>>();
    const { assets } = createClient({ apiKey: "k", fetch });
    const error = await caught(assets.waitUntilReady(asset as string, options as WaitOptions));
    expect(error).toMatchObject({ name: "ConfigError", message: expect.stringMatching(message) });
    expect(fetch).not.toHaveBeenCalled();
  });
});

test("nothing of a signed URL is shown by the error or by an event, but the asset has it", async () => {
  await using server = await startFaultServer(
    found("reviewing"),
    found(`x https://a.example/?signature=${signature} cy_test`),
  );
  const events: PollEvent[] = [];
  const options = { intervalMs: 100, waitTimeoutMs: 340, onPoll: (event: PollEvent) => events.push(event) };
  const error = (await caught(assetsOf(server).waitUntilReady(id, options))) as NotReadyError;
  expect(error.asset!.signed_url).toContain(signature);
  expect(events.map(({ status }) => status)).toContain("x https://a.example/?… [API key]");
  const shown = [
    inspect(error, { depth: Infinity, showHidden: true }),
    JSON.stringify(error),
    error.stack,
    inspect(events),
  ];
  expect(shown.join("\n")).not.toMatch(/s1gn4tur3|cy_test/);
});

test("no promise is left floating: Node ends well where an unhandled rejection would kill it", async () => {
  const script = `
    import { createClient } from ${JSON.stringify(new URL("../../src/index.ts", import.meta.url).href)};
    const { assets } = createClient({ apiKey: "any", baseUrl: process.argv[1], maxRetries: 0, timeoutMs: 200 });
    const id = ${JSON.stringify(testAssets.alwaysUnderReview.asset_id)};
    const ends = await Promise.allSettled([
      assets.waitUntilReady(id, { intervalMs: 30, waitTimeoutMs: 150 }),
      assets.waitUntilReady(id, { intervalMs: 30, signal: AbortSignal.timeout(100) }),
      assets.waitUntilReady(id, { signal: AbortSignal.timeout(100), onPoll: () => new Promise((_, no) => setTimeout(no, 150)) }),
      assets.waitUntilReady(id, { intervalMs: 30, onPoll: async () => { throw new RangeError("x"); } }),
      assets.waitUntilReady(id, { intervalMs: 30, onPoll: () => new Promise((_, no) => setTimeout(no, 60, new RangeError("late"))), waitTimeoutMs: 200 }),
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

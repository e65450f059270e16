/**
 * What really happens on the wire, on real sockets: each test is a scenario at which SDKs fail. The gaps between requests
 * are those that the server saw.
 */
import { getEventListeners } from "node:events";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import {
  createClient,
  isChenyuError,
  type ChenyuClient,
  type ClientOptions,
  type RetryEvent,
} from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import {
  answer,
  close,
  cutOff,
  garbage,
  late,
  reset,
  silence,
  stall,
  startFaultServer,
  trickle,
} from "../servers/fault-server.ts";
import { expectBackoff, slackMs, until } from "../helpers/timing.ts";

const { asset_id: id } = testAssets.image;
const path = `/api/open/v2/assets/${id}`;
const asset = { asset_id: id, status: "confirmed" };
const found = JSON.stringify({ code: 0, msg: "查询成功", data: asset });
const params = { path: { asset_id: id } };
const failed = JSON.stringify({ code: 503, msg: "服务繁忙" });
const ok = answer(200, found);

function connect(server: { url: string }, options: ClientOptions = {}): ChenyuClient {
  return createClient({ apiKey: "cy_test", baseUrl: server.url, ...options });
}

/** @param lateMs - How late a request may arrive after the client's clock has started. */
function expectGap(gapMs: number | undefined, atLeastMs: number, lateMs = 5): void {
  expect(gapMs).toBeGreaterThanOrEqual(atLeastMs - lateMs);
  expect(gapMs).toBeLessThan(atLeastMs + slackMs);
}

describe.concurrent("Retry-After", () => {
  const malformed = ["soon", "120junk", "-5", "1, 2", "1.5", "", "2026-06-16"];
  const meaningless = ["0", "Tue, 16 Jun 2020 12:00:00 GMT"];
  test.each([...malformed, ...meaningless])("%o is no time to wait: the own backoff is", async (value) => {
    await using server = await startFaultServer(answer(429, failed, { "Retry-After": value }), ok);
    expect(await connect(server).assets.get(id)).toEqual(asset);
    expect(server.requests).toHaveLength(2);
    expectBackoff(server.gapsMs()[0], 1);
  });

  test("in seconds is waited for", async () => {
    await using server = await startFaultServer(answer(429, failed, { "Retry-After": "2" }), ok);
    expect(await connect(server).assets.get(id)).toEqual(asset);
    expectGap(server.gapsMs()[0], 2000);
  });

  test("as a date is waited for", async () => {
    const date = new Date(Math.ceil(Date.now() / 1000) * 1000 + 2000);
    await using server = await startFaultServer(answer(503, failed, { "Retry-After": date.toUTCString() }), ok);
    expect(await connect(server).assets.get(id)).toEqual(asset);
    expect(Date.now()).toBeGreaterThanOrEqual(date.getTime() - 20);
    expect(server.gapsMs()[0]).toBeLessThan(3000 + slackMs);
  });

  test("as a date is measured by the server's clock, where it tells it: this machine's may be an hour off", async () => {
    const [now, then] = [0, 2000].map((ms) => new Date(Date.now() + 3_600_000 + ms).toUTCString());
    await using server = await startFaultServer(answer(503, failed, { Date: now!, "Retry-After": then! }), ok);
    expect(await connect(server).assets.get(id)).toEqual(asset);
    expectGap(server.gapsMs()[0], 2000);
  });

  test("as a date is measured by this machine's clock, where the server's cannot be read", async () => {
    const then = new Date(Math.ceil(Date.now() / 1000) * 1000 + 1000).toUTCString();
    await using server = await startFaultServer(answer(503, failed, { Date: "now", "Retry-After": then }), ok);
    expect(await connect(server).assets.get(id)).toEqual(asset);
    expect(server.gapsMs()[0]).toBeGreaterThanOrEqual(980);
  });

  test("of a day ends the call at once, and the error says how long it is", async () => {
    await using server = await startFaultServer(answer(429, failed, { "Retry-After": "100000" }), ok);
    const start = performance.now();
    const error = await caught(connect(server).assets.get(id));
    expect(performance.now() - start).toBeLessThan(slackMs);
    expect(error).toMatchObject({ name: "ApiError", kind: "rate_limited", retryAfterMs: 100_000_000, attempts: 1 });
    expect(server.requests).toHaveLength(1);
  });

  test("just above maxRetryAfterMs ends the call, just below it is waited for", async () => {
    await using server = await startFaultServer(answer(429, failed, { "Retry-After": "1" }), ok);
    const error = await caught(connect(server, { maxRetryAfterMs: 999 }).assets.get(id));
    expect(error).toMatchObject({ retryAfterMs: 1000, attempts: 1 });
    expect(server.requests).toHaveLength(1);
    await using second = await startFaultServer(answer(429, failed, { "Retry-After": "1" }), ok);
    expect(await connect(second, { maxRetryAfterMs: 1000 }).assets.get(id)).toEqual(asset);
    expectGap(second.gapsMs()[0], 1000);
  });
});

describe.concurrent("an abort rejects with the signal's own reason", () => {
  test("200 ms into a backoff of seconds, within 50 ms", async () => {
    await using server = await startFaultServer(answer(503, failed, { "Retry-After": "3" }), ok);
    const controller = new AbortController();
    const reason = new Error("the user left");
    const call = caught(connect(server).assets.get(id, { signal: controller.signal }));
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

  test("while the key function is asked, which never answers", async () => {
    const controller = new AbortController();
    const { assets } = createClient({ apiKey: () => new Promise(() => {}) });
    const call = caught(assets.get(id, { signal: controller.signal }));
    await sleep(10);
    controller.abort("left");
    expect(await call).toBe("left");
  });

  test.each([null, 0, "", false])("even if that is %o, for get and for raw", async (reason) => {
    await using server = await startFaultServer(silence);
    for (const way of ["get", "raw"] as const) {
      const controller = new AbortController();
      const { signal } = controller;
      const { assets, raw } = connect(server);
      const call =
        way === "get" ? assets.get(id, { signal }) : raw.GET("/api/open/v2/assets/{asset_id}", { params, signal });
      setTimeout(() => controller.abort(reason), 50);
      expect(await caught(call)).toBe(reason);
    }
  });

  test("even if that is an error of ours, from another call", async () => {
    await using server = await startFaultServer(silence);
    const reason = await caught(
      createClient({ apiKey: "k", fetch: () => Promise.reject(new Error("x")), maxRetries: 0 }).assets.get(id),
    );
    const controller = new AbortController();
    const call = caught(connect(server).assets.get(id, { signal: controller.signal }));
    await until(() => server.requests.length === 1);
    controller.abort(reason);
    expect(await call).toBe(reason);
    await sleep(50);
    expect(server.requests).toHaveLength(1);
  });

  test("when a custom fetch aborts it itself, as its own time runs out", async () => {
    const controller = new AbortController();
    const fetch = (_url: string, { signal }: RequestInit): Promise<Response> => {
      signal!.addEventListener("abort", () => controller.abort("both"));
      return new Promise(() => {});
    };
    const { assets } = createClient({ apiKey: "k", fetch, timeoutMs: 30, maxRetries: 0 });
    expect(await caught(assets.get(id, { signal: controller.signal }))).toBe("both");
  });

  test("of raw, also when middleware has put another Request in the place of ours", async () => {
    await using server = await startFaultServer(silence);
    const { raw } = connect(server, { timeoutMs: 5000 });
    raw.use({ onRequest: ({ request }) => new Request(request, { headers: { "X-Trace": "1" } }) });
    const controller = new AbortController();
    setTimeout(() => controller.abort("left"), 50);
    const call = raw.request("get", "/api/open/v2/assets/{asset_id}", { params, signal: controller.signal });
    expect(await caught(call)).toBe("left");
  });

  test("while the key function is asked, and no request goes out when it answers after all", async () => {
    await using server = await startFaultServer(ok);
    const controller = new AbortController();
    const apiKey = (): Promise<string> => sleep(100, "cy_late");
    const call = caught(connect(server, { apiKey }).assets.get(id, { signal: controller.signal }));
    controller.abort("left");
    expect(await call).toBe("left");
    await sleep(200);
    expect(server.requests).toEqual([]);
  });

  test("during the second attempt", async () => {
    await using server = await startFaultServer(reset, silence);
    const controller = new AbortController();
    const call = caught(connect(server).assets.get(id, { signal: controller.signal }));
    await until(() => server.requests.length === 2);
    controller.abort("left");
    expect(await call).toBe("left");
    await until(() => server.connections.open === 0);
  });
});

describe.concurrent("a body that stalls", () => {
  test("of a 200 ends the attempt at timeoutMs, and is tried again", async () => {
    await using server = await startFaultServer(stall(200, found, 10), ok);
    const events: RetryEvent[] = [];
    const client = connect(server, { timeoutMs: 1000, onRetry: (event) => events.push(event) });
    expect(await client.assets.get(id)).toEqual(asset);
    expect(events).toMatchObject([{ attempt: 1, error: { name: "TimeoutError", clock: "attempt", attempts: 1 } }]);
    expectGap(server.gapsMs()[0], 1000 + events[0]!.delayMs, 400);
  });

  test("each time ends in TimeoutError with the number of attempts", async () => {
    await using server = await startFaultServer(stall(200, found, 10));
    const error = await caught(connect(server, { timeoutMs: 300, maxRetries: 1 }).assets.get(id));
    expect(error).toMatchObject({ name: "TimeoutError", clock: "attempt", attempts: 2, retryable: true });
    expect((error as Error).message).toBe(
      `GET ${path}: no whole response came in time. Raise timeoutMs (300 ms) if that is not what you want.`,
    );
    await until(() => server.connections.open === 0);
  });

  test("of an error is not waited for: its status says enough", async () => {
    await using server = await startFaultServer(stall(503, failed.padEnd(500), 10), ok);
    expect(await connect(server).assets.get(id)).toEqual(asset);
    expect(server.gapsMs()[0]).toBeLessThan(1000 + 625 + slackMs);
  });

  test.each([30_000, 500])("of a 404 is not waited for, with a timeoutMs of %i", async (timeoutMs) => {
    await using server = await startFaultServer(stall(404, failed.padEnd(500), 10));
    const error = await caught(connect(server, { timeoutMs }).assets.get(id));
    expect(error).toMatchObject({ kind: "not_found", attempts: 1 });
    expect(server.requests).toHaveLength(1);
    await until(() => server.connections.open === 0);
  });

  test("of a redirect is not waited for", async () => {
    await using server = await startFaultServer(
      stall(302, found, 10, { Location: "https://b.example/x?token=s3cret" }),
    );
    const error = await caught(connect(server).assets.get(id));
    expect(error).toMatchObject({ name: "ResponseError", status: 302, attempts: 1 });
    expect((error as Error).message).toContain("https://b.example,");
    expect(inspect(error)).not.toContain("s3cret");
    await until(() => server.connections.open === 0);
  });

  test("that only trickles is read, if it comes in time", async () => {
    await using server = await startFaultServer(trickle(found, 10, 150));
    expect(await connect(server).assets.get(id)).toEqual(asset);
    const error = await caught(connect(server, { timeoutMs: 60, maxRetries: 0 }).assets.get(id));
    expect(error).toMatchObject({ name: "TimeoutError" });
  });
});

test.each(["get", "raw"] as const)(
  "20 calls of %s on one signal leave no listener on it, whatever their end",
  async (way) => {
    await using server = await startFaultServer(
      ...Array.from(
        { length: 20 },
        (_, index) => [ok, answer(404, failed), reset, cutOff("end", 200, found, 9)][index % 4]!,
      ),
    );
    const { signal } = new AbortController();
    const { assets, raw } = connect(server, { maxRetries: 0 });
    for (let call = 0; call < 20; call++) {
      const done =
        way === "get" ? assets.get(id, { signal }) : raw.GET("/api/open/v2/assets/{asset_id}", { params, signal });
      await done.catch((error: unknown) => expect(isChenyuError(error)).toBe(true));
      expect(getEventListeners(signal, "abort")).toEqual([]);
    }
    expect(server.requests).toHaveLength(20);
  },
);

test("30 calls at once on one signal share one listener, and an abort ends them all", async () => {
  await using server = await startFaultServer(silence);
  const controller = new AbortController();
  const { signal } = controller;
  const calls = Array.from({ length: 30 }, () => caught(connect(server).assets.get(id, { signal })));
  const single = connect(server, { timeoutMs: 50, maxRetries: 0 });
  expect(await caught(single.assets.get(id, { signal }))).toMatchObject({ name: "TimeoutError" });
  expect(getEventListeners(signal, "abort")).toHaveLength(1);
  controller.abort("left");
  expect(new Set(await Promise.all(calls))).toEqual(new Set(["left"]));
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

describe.concurrent("503, 503, 200", () => {
  test("with small error bodies is one connection, with the backoff doubled", async () => {
    await using server = await startFaultServer(answer(503, failed.padEnd(200)), answer(503, failed.padEnd(200)), ok);
    expect(await connect(server).assets.get(id)).toEqual(asset);
    const [first, second] = server.gapsMs();
    expectBackoff(first, 1);
    expectBackoff(second, 2);
    expect(server.connections.opened).toBe(1);
  });

  test("with small error bodies whose end comes later is one connection too", async () => {
    const slow = late(503, failed.padEnd(200), 100, 100);
    await using server = await startFaultServer(slow, slow, ok);
    expect(await connect(server).assets.get(id)).toEqual(asset);
    expect(server.connections.opened).toBe(1);
  });

  test.each([300_000, 9_000_000])(
    "with error bodies of %i bytes leaves none of their connections open",
    async (size) => {
      const isSent: boolean[] = [];
      const large = answer(503, failed.padEnd(size), {}, (error) => isSent.push(!error));
      await using server = await startFaultServer(large, large, ok);
      expect(await connect(server).assets.get(id)).toEqual(asset);
      // More than what fits into the buffers on the way is not even taken from the server.
      if (size > 5_000_000) expect(isSent).toEqual([false, false]);
      expect(server.connections.open).toBeLessThanOrEqual(1);
      expectBackoff(server.gapsMs()[1], 2);
    },
  );
});

describe.concurrent("what is no JSON of the API", () => {
  test("a page with status 200 is a ResponseError, not sent again", async () => {
    await using server = await startFaultServer(answer(200, "<html>log in", { "Content-Type": "text/html" }));
    const error = await caught(connect(server).assets.get(id));
    expect(error).toMatchObject({ name: "ResponseError", status: 200, attempts: 1, retryable: false });
    expect((error as Error).message).toContain('HTTP 200 with text/html is not JSON: "<html>log in"');
  });

  test.each([
    ["[maintenance] come back later", "text/plain"],
    ["{{ login }}", "text/html"],
  ])("%o as %s is a ResponseError too, not JSON that is cut off", async (page, type) => {
    await using server = await startFaultServer(answer(200, page, { "Content-Type": type }));
    expect(await caught(connect(server).assets.get(id))).toMatchObject({ name: "ResponseError", attempts: 1 });
  });

  test("an endless body is not read without bound", async () => {
    await using server = await startFaultServer(async (socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n[");
      while (!socket.destroyed) if (!socket.write(" ".repeat(65536))) await sleep(1);
    });
    const error = await caught(connect(server).assets.get(id));
    expect(error).toMatchObject({ name: "ResponseError", attempts: 1 });
    await until(() => server.connections.open === 0);
  });

  test.each(["", " "])("a 200 with the body %o is a ResponseError", async (body) => {
    await using server = await startFaultServer(answer(200, body));
    expect(await caught(connect(server).assets.get(id))).toMatchObject({ name: "ResponseError", attempts: 1 });
  });

  test("a 500 without a body is an ApiError, sent again before", async () => {
    await using server = await startFaultServer(answer(500, ""));
    const error = await caught(connect(server, { maxRetries: 1 }).assets.get(id));
    expect(error).toMatchObject({ name: "ApiError", status: 500, msg: undefined, attempts: 2 });
  });

  test("a reason phrase outside ASCII does no harm", async () => {
    await using server = await startFaultServer(answer("404 未找到", failed), answer("200 成功", found));
    expect(await caught(connect(server).assets.get(id))).toMatchObject({ kind: "not_found" });
    expect(await connect(server).assets.get(id)).toEqual(asset);
  });
});

describe.concurrent("a response that is cut off is a network failure: sent again, then NetworkError with its cause", () => {
  test.each([
    ["a reset before the response", reset, { code: "ECONNRESET" }],
    ["an end before the response", close, { code: "UND_ERR_SOCKET" }],
    ["an end inside the body", cutOff("end", 200, found, 20), { code: "UND_ERR_SOCKET" }],
    ["a reset inside the body", cutOff("reset", 200, found, 20), { code: "ECONNRESET" }],
    ["what is not HTTP", garbage("SSH-2.0-OpenSSH\r\n\r\n"), { name: "HTTPParserError" }],
  ])("%s", async (_name, step, cause) => {
    await using server = await startFaultServer(step, ok);
    expect(await connect(server).assets.get(id)).toEqual(asset);
    expectBackoff(server.gapsMs()[0], 1);
    await using always = await startFaultServer(step);
    const error = await caught(connect(always, { maxRetries: 1 }).assets.get(id));
    expect(error).toMatchObject({ name: "NetworkError", attempts: 2, retryable: true, cause: { cause } });
    expect((error as Error).message).toMatch(/^GET \/api\/open\/v2\/assets\/asset_[0-9a-f]+: no whole/);
  });

  test("JSON that ends too early, in a response that does not", async () => {
    const half = answer(200, found.slice(0, 60), { "X-Request-Id": "r-1" });
    await using server = await startFaultServer(half, ok);
    expect(await connect(server).assets.get(id)).toEqual(asset);
    expectBackoff(server.gapsMs()[0], 1);
    await using always = await startFaultServer(half);
    const error = await caught(connect(always, { maxRetries: 0 }).assets.get(id));
    expect(error).toMatchObject({
      name: "NetworkError",
      attempts: 1,
      requestId: "r-1",
      cause: { name: "SyntaxError" },
    });
  });

  test("an error that is cut off still says its status", async () => {
    await using server = await startFaultServer(cutOff("end", 401, failed.padEnd(500), 20));
    expect(await caught(connect(server).assets.get(id))).toMatchObject({ kind: "unauthenticated", attempts: 1 });
    expect(server.requests).toHaveLength(1);
  });
});

describe.concurrent("the envelope", () => {
  test.each(["[]", "null", '"x"', "{}", '{"code":0}', '{"code":0,"data":null}'])(
    "is missing in %s: ResponseError, not sent again",
    async (body) => {
      await using server = await startFaultServer(answer(200, body));
      expect(await caught(connect(server).assets.get(id))).toMatchObject({ name: "ResponseError", attempts: 1 });
      expect(server.requests).toHaveLength(1);
    },
  );

  test('with code "0" is a success', async () => {
    await using server = await startFaultServer(answer(200, JSON.stringify({ code: "0", data: asset })));
    expect(await connect(server).assets.get(id)).toEqual(asset);
  });

  test.each([1, 404, 500, 503])("with code %i in a 200 is an ApiError, not sent again", async (code) => {
    await using server = await startFaultServer(answer(200, JSON.stringify({ code, msg: "失败" })));
    const error = await caught(connect(server).assets.get(id));
    expect(error).toMatchObject({ name: "ApiError", status: 200, code, attempts: 1, retryable: false });
    expect(server.requests).toHaveLength(1);
  });

  test.each([429, "429"])("with code %o in a 200 is handled as HTTP 429", async (code) => {
    const limited = JSON.stringify({ code, msg: "请求过于频繁" });
    await using server = await startFaultServer(answer(200, limited), answer(200, limited, { "Retry-After": "1" }), ok);
    expect(await connect(server).assets.get(id)).toEqual(asset);
    expectBackoff(server.gapsMs()[0], 1);
    expectGap(server.gapsMs()[1], 1000);
  });

  test("with unknown status, unknown fields and missing optional fields passes as it came", async () => {
    const data = { asset_id: id, status: "archived", new_field: { a: [1, null] } };
    await using server = await startFaultServer(answer(200, JSON.stringify({ code: 0, data, trace: "t" })));
    expect(await connect(server).assets.get(id)).toEqual(data);
  });
});

describe.concurrent("what is never sent again", () => {
  test.each([400, 401, 403, 404, 409, 418, 422, 501])("HTTP %i", async (status) => {
    await using server = await startFaultServer(answer(status, failed));
    expect(await caught(connect(server).assets.get(id))).toMatchObject({ name: "ApiError", status, attempts: 1 });
    await sleep(50);
    expect(server.requests).toHaveLength(1);
  });

  test.each([301, 302, 303, 307, 308])("HTTP %i, a redirect, which is not followed", async (status) => {
    await using other = await startFaultServer(ok);
    await using server = await startFaultServer(answer(status, "", { Location: `${other.url}/x` }));
    const error = await caught(connect(server).assets.get(id));
    expect(error).toMatchObject({ name: "ResponseError", status, attempts: 1 });
    expect((error as Error).message).toContain(other.url);
    expect(other.requests).toEqual([]);
  });

  test("a request that changes something", async () => {
    await using server = await startFaultServer(reset);
    const { raw } = connect(server);
    const request = raw.request as unknown as (method: string, path: string) => Promise<unknown>;
    expect(await caught(request("post", "/api/open/v2/assets"))).toMatchObject({ name: "NetworkError", attempts: 1 });
    await sleep(50);
    expect(server.requests.map(({ head }) => head.split(" ")[0])).toEqual(["POST"]);
  });
});

describe.concurrent("what is sent again, up to maxRetries times", () => {
  test.each([408, 429, 500, 502, 503, 504])("HTTP %i: 500 ms, 1 s and 2 s later, ± 25 %", async (status) => {
    await using server = await startFaultServer(answer(status, failed));
    const events: RetryEvent[] = [];
    const error = await caught(connect(server, { onRetry: (event) => events.push(event) }).assets.get(id));
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

  test("a refused connection", async () => {
    const server = await startFaultServer(ok);
    await server[Symbol.asyncDispose]();
    const start = performance.now();
    const error = await caught(connect(server, { maxRetries: 1 }).assets.get(id));
    expect(error).toMatchObject({ name: "NetworkError", attempts: 2, cause: { cause: { code: "ECONNREFUSED" } } });
    expect(performance.now() - start).toBeGreaterThan(370);
  });

  test("raw, whose last response is given as it came", async () => {
    await using server = await startFaultServer(answer(503, failed));
    const { error, response } = await connect(server, { maxRetries: 1 }).raw.GET("/api/open/v2/assets/{asset_id}", {
      params,
    });
    expect(response.status).toBe(503);
    expect(error).toEqual(JSON.parse(failed));
    expect(server.requests).toHaveLength(2);
    expectBackoff(server.gapsMs()[0], 1);
  });

  test("nothing with maxRetries 0, of the client or of the call", async () => {
    await using server = await startFaultServer(answer(503, failed));
    expect(await caught(connect(server, { maxRetries: 0 }).assets.get(id))).toMatchObject({ attempts: 1 });
    expect(await caught(connect(server).assets.get(id, { maxRetries: 0 }))).toMatchObject({ attempts: 1 });
    expect(server.requests).toHaveLength(2);
  });

  test.each<[string, (enough: Error) => unknown]>([
    [
      "throws",
      (enough) => {
        throw enough;
      },
    ],
    ["rejects", (enough) => Promise.reject(enough)],
  ])("not when onRetry %s, which ends the call", async (_name, act) => {
    await using server = await startFaultServer(answer(503, failed));
    const enough = new Error("enough");
    expect(await caught(connect(server, { onRetry: () => act(enough) }).assets.get(id))).toBe(enough);
    expect(server.requests).toHaveLength(1);
  });

  test("on time, however long an async onRetry takes", async () => {
    await using server = await startFaultServer(answer(503, failed), ok);
    expect(await connect(server, { onRetry: () => sleep(3000, undefined, { ref: false }) }).assets.get(id)).toEqual(
      asset,
    );
    expectBackoff(server.gapsMs()[0], 1);
  });
});

describe.concurrent("the total time", () => {
  test("that is shorter than the next delay ends the call at once, with the last failure as cause", async () => {
    await using server = await startFaultServer(answer(503, failed, { "Retry-After": "2" }));
    const start = performance.now();
    const error = await caught(connect(server, { totalTimeoutMs: 1500 }).assets.get(id));
    expect(performance.now() - start).toBeLessThan(slackMs);
    expect(error).toMatchObject({ name: "TimeoutError", clock: "total", attempts: 1, retryable: false });
    expect((error as Error).cause).toMatchObject({ name: "ApiError", status: 503 });
    expect((error as Error).message).toBe(
      `GET ${path}: the next attempt would come too late. Raise totalTimeoutMs (1500 ms) if that is not what you want.`,
    );
    expect(server.requests).toHaveLength(1);
  });

  test("ends an attempt that is under way", async () => {
    await using server = await startFaultServer(silence);
    const start = performance.now();
    const error = await caught(connect(server, { timeoutMs: 5000 }).assets.get(id, { totalTimeoutMs: 300 }));
    expect(error).toMatchObject({ name: "TimeoutError", clock: "total", attempts: 1 });
    expectGap(performance.now() - start, 300);
    await until(() => server.connections.open === 0);
  });

  test("that is spent before an attempt sends none", async () => {
    await using server = await startFaultServer(ok);
    const apiKey = (): string => {
      const end = performance.now() + 100;
      while (performance.now() < end);
      return "cy_busy";
    };
    const error = await caught(connect(server, { apiKey, totalTimeoutMs: 50 }).assets.get(id));
    expect(error).toMatchObject({ name: "TimeoutError", clock: "total", attempts: 0 });
    await sleep(50);
    expect(server.requests).toEqual([]);
  });

  test("bounds a key function that hangs", async () => {
    await using server = await startFaultServer(ok);
    const apiKey = (): Promise<string> => new Promise(() => {});
    const start = performance.now();
    const error = await caught(connect(server, { apiKey, totalTimeoutMs: 300 }).assets.get(id));
    expect(error).toMatchObject({ name: "TimeoutError", clock: "total", attempts: 0 });
    expectGap(performance.now() - start, 300);
    expect(server.requests).toEqual([]);
  });
});

describe.concurrent("a key function", () => {
  test("is asked before each attempt", async () => {
    await using server = await startFaultServer(reset, ok);
    let asked = 0;
    expect(await connect(server, { apiKey: () => `key-${++asked}` }).assets.get(id)).toEqual(asset);
    expect(server.requests.map(({ head }) => /authorization: (.*)/i.exec(head)?.[1])).toEqual([
      "Bearer key-1",
      "Bearer key-2",
    ]);
    expectBackoff(server.gapsMs()[0], 1);
  });

  test.each([
    ["throws", () => Promise.reject(new RangeError("vault")), { name: "RangeError" }],
    [
      "throws at once",
      () => {
        throw new RangeError("vault");
      },
      { name: "RangeError" },
    ],
    ["gives an empty key", () => "", { name: "ConfigError" }],
  ])("that %s ends the call, without a request", async (_name, apiKey, error) => {
    await using server = await startFaultServer(ok);
    expect(await caught(connect(server, { apiKey }).assets.get(id))).toMatchObject(error);
    expect(server.requests).toEqual([]);
  });
});

describe.concurrent("a custom fetch", () => {
  test("with a Response of its own, without streams, works", async () => {
    const own = { status: 200, ok: true, type: "basic", headers: new Map([["content-type", "application/json"]]) };
    // Its body is a stream of Node's, as with node-fetch.
    const fetch = async (): Promise<Response> =>
      ({ ...own, body: Readable.from([found]), text: async () => found }) as unknown as Response;
    expect(await createClient({ apiKey: "k", fetch }).assets.get(id)).toEqual(asset);
  });

  test("with a Response of its own whose error cannot be read still says the status", async () => {
    const text = (): Promise<string> => Promise.reject(new Error("cut off"));
    const own = { status: 401, ok: false, type: "basic", headers: new Map(), text };
    const error = await caught(
      createClient({ apiKey: "k", fetch: async () => own as unknown as Response }).assets.get(id),
    );
    expect(error).toMatchObject({ kind: "unauthenticated", attempts: 1 });
  });

  test.each([undefined, null, {}, "x"])("that gives %o is a ConfigError, not sent again", async (value) => {
    let calls = 0;
    const fetch = async (): Promise<Response> => (calls++, value as unknown as Response);
    expect(await caught(createClient({ apiKey: "k", fetch }).assets.get(id))).toMatchObject({
      name: "ConfigError",
      message: expect.stringMatching(/^fetch: /),
    });
    expect(calls).toBe(1);
  });

  test("that throws at once is a network failure", async () => {
    const fetch = (): Promise<Response> => {
      throw new Error("offline");
    };
    const error = await caught(createClient({ apiKey: "k", fetch, maxRetries: 0 }).assets.get(id));
    expect(error).toMatchObject({ name: "NetworkError", message: expect.stringContaining("(offline)") });
  });
});

describe.concurrent("middleware of raw", () => {
  test("may put a Request or a Response in the place of ours", async () => {
    await using server = await startFaultServer(ok);
    const { assets, raw } = connect(server);
    const trace = {
      onRequest: ({ request }: { request: Request }) => new Request(request, { headers: { "X-Trace": "1" } }),
    };
    raw.use(trace);
    expect(await assets.get(id)).toEqual(asset);
    expect(server.requests[0]?.head).toMatch(/x-trace: 1/i);
    raw.eject(trace);
    for (const [body, init, outcome] of [
      [found, {}, asset],
      ["<html>", {}, { name: "ResponseError" }],
      ['{"code":1,"msg":"过期"}', { status: 404 }, { name: "ApiError", kind: "not_found", msg: "过期" }],
      ["nothing", { status: 500 }, { name: "ApiError", kind: "server_error" }],
    ] as const) {
      const own = { onResponse: () => new Response(body, init) };
      raw.use(own);
      expect(await assets.get(id).catch((error: unknown) => error)).toMatchObject(outcome);
      raw.eject(own);
    }
  });

  test("that wraps a response keeps the key out of it, and the number of attempts", async () => {
    const refused = JSON.stringify({ code: 401, msg: "wrong key cy_test" });
    await using server = await startFaultServer(reset, answer(401, refused));
    const { assets, raw } = connect(server);
    raw.use({ onResponse: ({ response }) => new Response(response.body, response) });
    const error = await caught(assets.get(id));
    expect(error).toMatchObject({ kind: "unauthenticated", msg: "wrong key [API key]", attempts: 2 });
    expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain("cy_test");
  });

  test("may answer without a request", async () => {
    const { assets, raw } = createClient({ apiKey: "k" });
    raw.use({ onRequest: () => new Response('{"code":1,"msg":"a https://a.example/?signature=s3cret"}') });
    expect(await caught(assets.get(id))).toMatchObject({
      name: "ApiError",
      attempts: 0,
      msg: "a https://a.example/?…",
    });
  });

  test("sees a whole response, in every way of reading it", async () => {
    await using server = await startFaultServer(ok);
    const { assets, raw } = connect(server);
    const seen: unknown[] = [];
    raw.use({
      async onResponse({ response }) {
        seen.push(response instanceof Response, response.url, response.ok, await response.clone().text());
        seen.push(
          await response.json(),
          await (await response.blob()).text(),
          (await response.arrayBuffer()).byteLength,
          (await response.bytes()).length,
          await response.formData().catch(() => "no form"),
        );
        seen.push(await new Response(response.body).text());
      },
    });
    expect(await assets.get(id)).toEqual(asset);
    const envelope = JSON.parse(found);
    const length = Buffer.byteLength(found);
    expect(seen).toEqual([
      true,
      `${server.url}${path}`,
      true,
      found,
      envelope,
      found,
      length,
      length,
      "no form",
      found,
    ]);
  });
});

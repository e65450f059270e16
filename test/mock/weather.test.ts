/** The weather of the mock: latencies and errors, drawn by a seed. */
import { afterEach, describe, expect, test } from "vitest";
import { createClient } from "../../src/index.ts";
import { requestsPath, startMockServer, type MockServer, type MockServerOptions } from "../../src/mock.ts";
import { draw } from "../../src/mock/weather.ts";
import { caught } from "../helpers/caught.ts";
import { lookUp, pathOf, requestContent } from "./look-up.ts";

let mock: MockServer | undefined;
afterEach(() => mock?.close());

async function start(options: MockServerOptions): Promise<MockServer> {
  mock = await startMockServer(options);
  return mock;
}

/** The statuses of some look-ups, one after the other. */
async function statuses(server: MockServer, count: number, id = "asset_1", key = "any"): Promise<number[]> {
  const seen: number[] = [];
  for (let turn = 0; turn < count; turn++) {
    seen.push((await lookUp(server, id, { authorization: `Bearer ${key}` })).status);
  }
  return seen;
}

async function timeOf(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

describe("errorRate", () => {
  test("lets look-ups fail as the document says, and contents with HTTP 500", async () => {
    const server = await start({ errorRate: 1, assets: { asset_fine: { errorRate: 0 } } });
    const response = await lookUp(server, "asset_1");
    expect([response.status, (await response.json()).code]).toEqual([500, 500]);
    expect((await fetch(`${server.url}/assets/asset_1/content`)).status).toBe(500);
    expect((await lookUp(server, "asset_fine")).status).toBe(200);
    expect((await requestContent(server, "asset_fine")).status).toBe(200);
    expect((await fetch(server.url + requestsPath)).status).toBe(200);
  });

  test("of one asset concerns that one alone, and takes no answer of its sequence", async () => {
    const assets = { asset_bad: { errorRate: 0.5, answers: [{ status: "a" }, { status: "b" }, { status: "c" }] } };
    const server = await start({ assets, seed: 1 });
    expect(await statuses(server, 20)).not.toContain(500);
    const seen: string[] = [];
    for (let turn = 0; turn < 30; turn++) {
      const { data } = await (await lookUp(server, "asset_bad")).json();
      if (data !== undefined) seen.push(data.status);
    }
    expect(seen.length).toBeLessThan(30);
    expect(seen.slice(0, 3)).toEqual(["a", "b", "c"]);
  });

  test("is about the share of the requests that fail", async () => {
    const server = await start({ errorRate: 0.3, seed: 7, listen: false });
    let failures = 0;
    for (let turn = 0; turn < 1000; turn++) {
      const response = await server.fetch(server.url + pathOf("asset_1"), { headers: { authorization: "Bearer a" } });
      if (response.status === 500) failures += 1;
    }
    expect(failures).toBeGreaterThan(250);
    expect(failures).toBeLessThan(350);
  });
});

describe("seed", () => {
  test("repeats the run: after a start, after a reset, and for each key and asset by itself", async () => {
    const first = await start({ errorRate: 0.5, seed: 42 });
    expect(first.seed).toBe(42);
    const run = await statuses(first, 24);
    expect(new Set(run)).toEqual(new Set([200, 500]));
    expect(await statuses(first, 24)).not.toEqual(run);
    first.reset();
    expect(await statuses(first, 12)).toEqual(run.slice(0, 12));
    expect(await statuses(first, 24, "asset_2")).not.toEqual(run);
    expect(await statuses(first, 24, "asset_1", "other")).not.toEqual(run);
    expect(await statuses(first, 12)).toEqual(run.slice(12));
    await first.close();
    expect(await statuses(await start({ errorRate: 0.5, seed: 42 }), 24)).toEqual(run);
    await mock!.close();
    expect(await statuses(await start({ errorRate: 0.5, seed: 43 }), 24)).not.toEqual(run);
  });

  test("is another one at each start, if none is given, and repeats the run then", async () => {
    const first = await start({ errorRate: 0.5 });
    const run = await statuses(first, 24);
    await first.close();
    const second = await start({ errorRate: 0.5 });
    expect(second.seed).not.toBe(first.seed);
    await second.close();
    expect(await statuses(await start({ errorRate: 0.5, seed: first.seed }), 24)).toEqual(run);
  });
});

describe("latencyMs", () => {
  test("delays look-ups and contents, not what is for the mock itself", async () => {
    const server = await start({ latencyMs: 1000, assets: { asset_fast: { latencyMs: 0 } } });
    const begin = performance.now();
    const lookedUp = lookUp(server, "asset_1");
    const requested = fetch(`${server.url}/assets/asset_1/content`, { method: "HEAD" });
    await lookUp(server, "asset_fast");
    await fetch(server.url + requestsPath);
    expect(server.requests.map(({ assetId }) => assetId)).toEqual(["asset_fast"]);
    await Promise.all([lookedUp, requested]);
    expect(performance.now() - begin).toBeGreaterThan(995);
    expect(server.requests.at(-1)!.durationMs).toBeGreaterThan(995);
    expect(server.requests).toHaveLength(3);
  });

  test("may be a range, from which each request gets another time", async () => {
    const server = await start({ assets: { asset_slow: { latencyMs: [1, 120] } }, seed: 3 });
    const times = await Promise.all(Array.from({ length: 20 }, () => timeOf(() => lookUp(server, "asset_slow"))));
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(40);
  });

  test("has both ends of its range, whether the request fails or not", () => {
    const drawn = Array.from({ length: 200 }, (_, lot) => draw({ latencyMs: [3, 5], errorRate: 0.5 }, `${lot}`));
    for (const fails of [true, false]) {
      const delays = drawn.filter((forecast) => forecast.fails === fails).map(({ delayMs }) => delayMs);
      expect(new Set(delays)).toEqual(new Set([3, 4, 5]));
    }
  });

  test("stays as it was at the start, whatever happens to the range that was passed", async () => {
    const latencyMs: [number, number] = [0, 0];
    const server = await start({ latencyMs, assets: { asset_own: { latencyMs } }, listen: false });
    latencyMs.fill(600_000);
    for (const id of ["asset_1", "asset_own"]) {
      const response = await server.fetch(server.url + pathOf(id), { headers: { authorization: "Bearer a" } });
      expect(response.status).toBe(200);
    }
  });

  test("makes a client's clock run out", async () => {
    const server = await start({ latencyMs: 2000 });
    const chenyu = createClient({ apiKey: "any", baseUrl: server.url, timeoutMs: 100, maxRetries: 0 });
    expect(await caught(chenyu.assets.get("asset_1"))).toMatchObject({ name: "TimeoutError" });
  });

  test("does not keep the mock from closing: requests that wait fail at once", async () => {
    const server = await start({ latencyMs: 600_000 });
    const url = server.url + pathOf("asset_1");
    const headers = { authorization: "Bearer any" };
    const waiting = Promise.all([caught(fetch(url, { headers })), caught(server.fetch(url, { headers }))]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await server.close();
    expect(await waiting).toEqual([expect.any(TypeError), expect.objectContaining({ message: "fetch failed" })]);
  });

  test("warns of nothing when many requests wait at once", async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on("warning", note);
    const server = await start({ latencyMs: 100, listen: false });
    const headers = { authorization: "Bearer any" };
    await Promise.all(Array.from({ length: 100 }, () => server.fetch(server.url + pathOf("asset_1"), { headers })));
    process.off("warning", note);
    expect(warnings).toEqual([]);
  });
});

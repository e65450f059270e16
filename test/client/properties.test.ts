/** What holds for every input. Each run prints its seed; `FAST_CHECK_SEED=…` repeats that run. */
import fc from "fast-check";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { getAssetPath } from "../../generated/document.ts";
import { parseRetryAfterMs, retryDelayMs } from "../../src/core/retry.ts";
import { createClient, isChenyuError } from "../../src/index.ts";
import { id } from "./test-client.ts";

const seed = Number(process.env.FAST_CHECK_SEED ?? Date.now());
console.log(`properties: seed ${seed}`);

const anyText = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), fc.string());

test("any Retry-After is a finite time, or malformed", () => {
  const date = fc.date({ noInvalidDate: true }).map((value) => value.toUTCString());
  const almostSeconds = fc.stringMatching(/^[-+ ]?\d*[.,e]?\d* ?[a-zA-Z]{0,3}$/);
  fc.assert(
    fc.property(
      fc.oneof(anyText, fc.bigInt().map(String), date, almostSeconds),
      fc.integer({ min: 1, max: 50 }),
      (text, attempt) => {
        const ms = parseRetryAfterMs(text, 1_781_295_600_000);
        if (ms !== undefined) expect(Number.isSafeInteger(ms) && ms >= 0).toBe(true);
        const delayMs = retryDelayMs(attempt, ms);
        expect(Number.isFinite(delayMs) && delayMs >= Math.min(ms || 375, 375)).toBe(true);
        if (!ms) expect(delayMs).toBeLessThanOrEqual(8000);
      },
    ),
    { seed, numRuns: 2000 },
  );
});

test("any text as an asset reference is refused, or becomes one segment of the path that decodes to it", async () => {
  let requested: string | undefined;
  const fetch = async (url: string): Promise<Response> => ((requested = url), new Response("{}", { status: 404 }));
  const { assets } = createClient({ apiKey: "k", baseUrl: "https://a.example/proxy", fetch });
  const parent = `/proxy${getAssetPath.replace("/{asset_id}", "")}`.split("/");
  const piece = fc.constantFrom(
    "asset://",
    "asset_",
    "..",
    ".",
    "/",
    "\\",
    "%2e",
    "%2f",
    "?",
    "#",
    " ",
    "\r\n",
    "\ud800",
    "a",
    "资",
  );
  const trickyReference = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(""));
  await fc.assert(
    fc.asyncProperty(fc.oneof(anyText, trickyReference), async (reference) => {
      requested = undefined;
      const error = await assets.get(reference).catch((thrown: unknown) => thrown);
      if (requested === undefined) {
        expect(error).toMatchObject({ name: "ConfigError" });
        return;
      }
      const { origin, pathname, search, hash } = new URL(requested);
      const segments = pathname.split("/");
      expect([origin, search, hash]).toEqual(["https://a.example", "", ""]);
      expect(segments.slice(0, -1)).toEqual(parent);
      expect(decodeURIComponent(segments.at(-1)!)).toBe(reference.replace(/^asset:\/\//, ""));
    }),
    { seed, numRuns: 3000 },
  );
});

test("any JSON body gives an asset or one of our errors", async () => {
  let body = "";
  let status = 200;
  const fetch = async (): Promise<Response> => new Response(body, { status });
  const { assets } = createClient({ apiKey: "k", fetch, maxRetries: 0 });
  const code = fc.oneof(fc.constantFrom(0, "0", 429, "429", 1, null, "", -0, 1e300), fc.jsonValue());
  const data = fc.oneof(fc.record({ asset_id: fc.oneof(fc.string(), fc.jsonValue()) }), fc.jsonValue());
  const envelope = fc.record({ code, msg: fc.jsonValue(), data, error: fc.jsonValue() }, { requiredKeys: [] });
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.jsonValue(), envelope),
      fc.constantFrom(200, 200, 200, 400, 404, 429, 500),
      async (value, answered) => {
        [body, status] = [JSON.stringify(value), answered];
        const result = await assets.get(id).catch((error: unknown) => error);
        if (isChenyuError(result)) return;
        expect(status).toBe(200);
        expect(typeof (result as { asset_id: unknown }).asset_id).toBe("string");
        expect(result).toEqual(JSON.parse(body).data);
      },
    ),
    { seed, numRuns: 3000 },
  );
});

type Answer = "success" | "not_found" | "unavailable" | "reset" | "stall" | "truncation";

const answers: Record<Answer, (signal: AbortSignal) => Promise<Response>> = {
  success: async () => Response.json({ code: 0, data: { asset_id: id } }),
  not_found: async () => new Response("", { status: 404 }),
  unavailable: async () => new Response("", { status: 503 }),
  reset: () => Promise.reject(new TypeError("fetch failed")),
  stall: (signal) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  truncation: async () =>
    new Response('{"code":0,"data":{"asset_id"', { headers: { "content-type": "application/json" } }),
};
const errorNames = {
  unavailable: "ApiError",
  reset: "NetworkError",
  stall: "TimeoutError attempt",
  truncation: "NetworkError",
};

interface Limits {
  timeoutMs: number;
  totalTimeoutMs: number;
  maxRetries: number;
}

/** A model of the retry policy, without jitter: how a call ends, after how many requests, and when. */
function predictEnd(sequence: Answer[], limits: Limits): [end: string, attempts: number, endMs: number] {
  const { timeoutMs, totalTimeoutMs, maxRetries } = limits;
  let ms = 0;
  for (let attempts = 1; ; attempts++) {
    const answer = sequence[Math.min(attempts, sequence.length) - 1]!;
    if (answer === "success") return ["asset", attempts, ms];
    if (answer === "not_found") return ["ApiError", attempts, ms];
    if (answer === "stall" && ms + timeoutMs >= totalTimeoutMs) return ["TimeoutError total", attempts, totalTimeoutMs];
    if (answer === "stall") ms += timeoutMs;
    const delayMs = Math.min(500 * 2 ** (attempts - 1), 6400);
    if (attempts > maxRetries) return [errorNames[answer], attempts, ms];
    if (ms + delayMs >= totalTimeoutMs) return ["TimeoutError total", attempts, ms];
    ms += delayMs;
  }
}

describe("on fake timers, without jitter", () => {
  // A failure loads this code, and reading files takes a time that fake timers do not wait for.
  beforeAll(() => Promise.all([import("../../src/core/platform.ts"), import("../../src/client/not-json.ts")]));
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    vi.spyOn(Math, "random").mockReturnValue(0.5);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  test("any sequence of answers ends as the model predicts, within totalTimeoutMs", async () => {
    const anyAnswer = fc.constantFrom<Answer>("success", "not_found", "unavailable", "reset", "stall", "truncation");
    const retriedAnswer = fc.constantFrom<Answer>("unavailable", "reset", "stall", "truncation");
    const anySequence = fc.oneof(
      fc.array(anyAnswer, { minLength: 1, maxLength: 8 }),
      fc.array(retriedAnswer, { minLength: 1, maxLength: 8 }),
    );
    const anyLimits = fc.record({
      timeoutMs: fc.integer({ min: 1, max: 5000 }),
      totalTimeoutMs: fc.integer({ min: 1, max: 20_000 }),
      maxRetries: fc.integer({ min: 0, max: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(anySequence, anyLimits, async (sequence, limits) => {
        let requests = 0;
        const fetch = (_url: string, { signal }: RequestInit): Promise<Response> =>
          answers[sequence[Math.min(++requests, sequence.length) - 1]!](signal!);
        const start = performance.now();
        let endMs = Number.NaN;
        const call = createClient({ apiKey: "k", fetch, ...limits })
          .assets.get(id)
          .then(
            () => "asset",
            (error: { name: string; clock?: string; attempts: number }) => {
              expect(error.attempts).toBe(requests);
              return [error.name, error.clock ?? []].flat().join(" ");
            },
          )
          .finally(() => (endMs = performance.now() - start));
        await vi.advanceTimersByTimeAsync(limits.totalTimeoutMs + 100);
        const [predictedEnd, predictedAttempts, predictedMs] = predictEnd(sequence, limits);
        expect([await call, requests]).toEqual([predictedEnd, predictedAttempts]);
        expect(Math.abs(endMs - predictedMs)).toBeLessThanOrEqual(10);
        expect(endMs).toBeLessThanOrEqual(limits.totalTimeoutMs + 100);
        expect(vi.getTimerCount()).toBe(0);
      }),
      { seed, numRuns: 400 },
    );
  });
});

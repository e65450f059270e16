import { expect, test } from "vitest";
import { isTransientStatus, parseRetryAfterMs, retryDelayMs } from "../../src/core/retry.ts";

test("isTransientStatus is true for 408, 429 and every 5xx but 501 and 505", () => {
  const all = Array.from({ length: 1200 }, (_value, index) => index - 100);
  const serverErrors = all.filter((status) => status >= 500 && status <= 599);
  const expected = [408, 429, ...serverErrors.filter((status) => status !== 501 && status !== 505)];
  expect(all.filter(isTransientStatus)).toEqual(expected);
  expect([5000, 50_300, 1503, 503.5, Number.NaN, Infinity].filter(isTransientStatus)).toEqual([]);
});

const now = Date.UTC(2026, 5, 16, 12, 0, 0);

test.each([
  ["0", 0],
  ["7", 7000],
  ["100000", 100_000_000],
  ["9".repeat(400), Number.MAX_SAFE_INTEGER],
  ["Tue, 16 Jun 2026 12:00:30 GMT", 30_000],
  ["Tue, 16 Jun 2026 11:00:00 GMT", 0],
])("parseRetryAfterMs reads %s as %i ms", (value, expected) => {
  expect(parseRetryAfterMs(value, now)).toBe(expected);
});

test.each([
  [null],
  [""],
  ["soon"],
  ["120junk"],
  ["-5"],
  ["1.5"],
  ["1, 2"],
  ["2026-06-16"],
  ["Tue, 99 Jun 2026 12:00:30 GMT"],
  ["Tue, 16 Jun 2026 12:00:30"],
])("parseRetryAfterMs refuses %s", (value) => {
  expect(parseRetryAfterMs(value, now)).toBeUndefined();
});

test.each([
  [1, 375, 625],
  [2, 750, 1250],
  [3, 1500, 2500],
  [4, 3000, 5000],
  [5, 4800, 8000],
  [50, 4800, 8000],
])("retryDelayMs after attempt %i is between %i and %i ms", (attempt, least, most) => {
  const delays = Array.from({ length: 500 }, () => retryDelayMs(attempt, undefined));
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(least);
  expect(Math.max(...delays)).toBeLessThanOrEqual(most);
  expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThanOrEqual((most - least) * 0.9);
});

test("retryDelayMs is what the API asks for, unless that is 0", () => {
  expect(retryDelayMs(1, 7)).toBe(7);
  expect(retryDelayMs(1, 0)).toBeGreaterThanOrEqual(375);
});

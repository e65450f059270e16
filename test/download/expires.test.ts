/** How the time at which a signed URL expires is read out of it. `FAST_CHECK_SEED=…` repeats a run. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { hasExpired } from "../../src/download/address.ts";

const seed = Number(process.env.FAST_CHECK_SEED ?? Date.now());
console.log(`expires: seed ${seed}`);

const nowMs = 1_800_000_000_000;

test.each<[query: string, expected: boolean]>([
  ["expires=1800000060", true],
  ["expires=1800000061", false],
  ["a=b&expires=1&c", true],
  ["a?expires=1", false],
  ["xexpires=1", false],
  ["expiresx=9&expires=1", true],
  ["expires=1x", false],
  ["expires=1%30", true],
  ["expires=+1+", true],
  ["expires=%", false],
  ["expires&expires=1", false],
  ["expires=1&expires=1800000061", true],
  ["X-Amz-Expires=1", false], // a length of time, not a date
  ["", false],
])("of the query %j, hasExpired is %j", (query, expected) => {
  expect(hasExpired(new URL(`https://a.invalid/expires=1?${query}#&expires=1`), nowMs)).toBe(expected);
});

const pieces = ["expires", "expires=", "expires=1", "=", "&", "?", "1", "9000000000", "%31", "%", "+", "a", "é", "/"];

test("hasExpired reads the same as `searchParams`", () => {
  const property = fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 9 }), (query) => {
    const url = new URL(`https://a.invalid/?${query.join("")}`);
    const expires = Number(url.searchParams.get("expires"));
    expect(hasExpired(url, nowMs)).toBe(expires > 0 && expires * 1000 < nowMs);
  });
  fc.assert(property, { seed, numRuns: 5000 });
});

import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";

/** How late a busy machine may be. Times that a test tells apart differ by more. */
export const slackMs = 1500;

/** How early a timer may seem to end, by another clock. */
const toleranceMs = 5;

/**
 * Expects a wait of at least `minMs`, and not much longer.
 *
 * @param earlyMs - How much shorter the gap between two requests may be: the first one may reach the server late.
 */
export function expectGap(gapMs: number | undefined, minMs: number, earlyMs: number = toleranceMs): void {
  expect(gapMs).toBeGreaterThanOrEqual(minMs - earlyMs);
  expect(gapMs).toBeLessThan(minMs + slackMs);
}

/** Expects waits that the client shifts by up to 25 %, either way: one for each of `middlesMs`. */
export function expectJitteredGaps(gapsMs: number[], ...middlesMs: number[]): void {
  expect(gapsMs).toHaveLength(middlesMs.length);
  for (const [index, middleMs] of middlesMs.entries()) expectJitteredGap(gapsMs[index], middleMs);
}

/** Expects the client's own backoff before the given retry: 500 ms, then doubled each time, ± 25 %. */
export function expectBackoff(gapMs: number | undefined, retry = 1): void {
  expectJitteredGap(gapMs, 500 * 2 ** (retry - 1));
}

function expectJitteredGap(gapMs: number | undefined, middleMs: number): void {
  expect(gapMs).toBeGreaterThanOrEqual(middleMs * 0.75 - toleranceMs);
  expect(gapMs).toBeLessThan(middleMs * 1.25 + slackMs);
}

/** Waits until the condition holds. If it never does, the test's own time limit ends the wait. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(5);
}

import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";

/** How late a busy machine may be; what tests tell apart is further apart. */
export const slackMs = 1500;

/** A gap of the client's own backoff before the given retry. */
export function expectBackoff(gapMs: number | undefined, retry = 1): void {
  const baseMs = 500 * 2 ** (retry - 1);
  expect(gapMs).toBeGreaterThanOrEqual(baseMs * 0.75 - 5);
  expect(gapMs).toBeLessThan(baseMs * 1.25 + slackMs);
}

/** Waits for what happens elsewhere; the test's own time limit ends it. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(5);
}

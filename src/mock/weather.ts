import { createHash } from "node:crypto";
import { inspect } from "node:util";
import { ConfigError } from "../core/errors.ts";

/** How long the mock waits before it answers, in milliseconds: a time, or a range of times. */
export type Latency = number | readonly [min: number, max: number];

/** How well the network and the servers work. */
export interface Weather {
  /** How long the mock waits before it answers, in milliseconds: a time, or a range of times. @default 0 */
  latencyMs?: Latency | undefined;
  /** How many of the requests fail with HTTP 500, from 0 (none) to 1 (all). @default 0 */
  errorRate?: number | undefined;
}

const maxLatencyMs = 600_000;

/**
 * Checks the weather.
 *
 * @param where - What the names of its options begin with, in messages.
 * @returns A copy, because a range can be changed later.
 * @throws {@link ConfigError} when an option is wrong.
 * @internal
 */
export function checkWeather(given: Weather, where = ""): Weather {
  const { latencyMs = 0, errorRate = 0 } = given;
  const [min, max, ...others] = rangeOf(latencyMs);
  if (!isTime(min) || !isTime(max) || min > max || others.length > 0) {
    const hint = `whole milliseconds up to ${maxLatencyMs}, or a range of them, like [100, 500]`;
    throw new ConfigError(`${where}latencyMs`, `${show(latencyMs)} cannot be used. Pass ${hint}.`);
  }
  if (typeof errorRate !== "number" || !(errorRate >= 0 && errorRate <= 1)) {
    throw new ConfigError(`${where}errorRate`, `${show(errorRate)} cannot be used. Pass a number from 0 to 1.`);
  }
  return { ...given, latencyMs: given.latencyMs && ([min, max] as const) };
}

function rangeOf(latency: Latency): readonly unknown[] {
  return Array.isArray(latency) ? latency : [latency, latency];
}

function isTime(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= maxLatencyMs;
}

function show(value: unknown): string {
  return inspect(value, { depth: 0, breakLength: Infinity, compact: true }).slice(0, 40);
}

/** What happens to a request. @internal */
export interface Forecast {
  fails: boolean;
  delayMs: number;
}

/** Draws what happens to a request by lot. @param lot - The same text draws the same. @internal */
export function draw({ latencyMs = 0, errorRate = 0 }: Weather, lot: string): Forecast {
  const hash = createHash("sha256").update(lot).digest();
  const [min, max] = rangeOf(latencyMs) as [number, number]; // checked when it was given
  return {
    fails: hash.readUInt32BE(0) / 2 ** 32 < errorRate,
    delayMs: min + Math.floor((hash.readUInt32BE(4) / 2 ** 32) * (max - min + 1)),
  };
}

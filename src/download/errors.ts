import type { Job } from "./read.ts";
import { DownloadError, NetworkError, TimeoutError, type DownloadProblem } from "../core/errors.ts";
import { safeCopy, withoutQueries } from "../core/redact.ts";
import { reasonOf } from "../client/transport.ts";

/** What is wrong with the content, or with the way to it. */
export function problem(
  { id, requests }: Job,
  kind: DownloadProblem,
  text: string,
  details: Partial<ConstructorParameters<typeof DownloadError>[1]> = {},
): DownloadError {
  return new DownloadError(`${id}: ${text}.`, { kind, attempts: requests, ...details });
}

/** What `fetch` threw, or the body of its response. */
export function networkError({ id, requests, position }: Job, error: unknown): NetworkError {
  const cause = safeCopy(error, withoutQueries);
  const text = `the connection to the content host failed at byte ${position} (${reasonOf(cause)}). Check the network.`;
  return new NetworkError(`${id}: ${text}`, { cause, attempts: requests });
}

/** That the content ended where there should be more. */
export function cutOff({ id, requests }: Job, position: number, end: number): NetworkError {
  return new NetworkError(`${id}: the content ended after ${position} of ${end} bytes.`, { attempts: requests });
}

/** That the content host has given nothing for too long. */
export function nothingCame({ id, idleTimeoutMs, position, requests }: Job): TimeoutError {
  const text = `nothing came after byte ${position}. Raise idleTimeoutMs (${idleTimeoutMs} ms) to wait longer.`;
  return new TimeoutError(`${id}: ${text}`, { clock: "idle", attempts: requests });
}

import { DownloadError, NetworkError, TimeoutError, type DownloadProblem } from "../core/errors.ts";
import { isFrameworkError } from "../core/fetch.ts";
import { reasonOf, safeCopy, withoutQueries } from "../core/redact.ts";
import { isTransientStatus, retryAfterMsOf, type Failure } from "../core/retry.ts";

/** The facts that each error of a download shows. */
export interface ErrorFacts {
  /** The asset's id. */
  readonly id: string;
  /** Number of requests sent to content hosts. */
  readonly requests: number;
}

/** Makes the error for a content, or an address of it, that cannot be used. */
export function downloadError(
  { id, requests }: ErrorFacts,
  kind: DownloadProblem,
  text: string,
  details: Partial<ConstructorParameters<typeof DownloadError>[1]> = {},
): DownloadError {
  return new DownloadError(`${id}: ${text}.`, { kind, attempts: requests, ...details });
}

/** Makes the error for a response that has no bytes of the file. */
export function refusedError(facts: ErrorFacts, { status, headers }: Response): DownloadError {
  const details = { status, retryAfterMs: retryAfterMsOf(headers), retryable: isTransientStatus(status) };
  const again = details.retryable ? ". Try again later" : "";
  return downloadError(facts, "refused", `the content host answers HTTP ${status}${again}`, details);
}

/** Makes the error for what `fetch` threw, or the body of its response. A framework's own error stays as it is. */
export function connectionError({ id, requests }: ErrorFacts, position: number, error: unknown): unknown {
  if (isFrameworkError(error)) return error;
  const cause = safeCopy(error, withoutQueries);
  const text = `the connection to the content host failed at byte ${position} (${reasonOf(cause)}). Check the network.`;
  return new NetworkError(`${id}: ${text}`, { cause, attempts: requests });
}

/** Makes the error for a content that ended too early. */
export function cutOffError({ id, requests }: ErrorFacts, position: number, end: number): NetworkError {
  return new NetworkError(`${id}: the content ended after ${position} of ${end} bytes.`, { attempts: requests });
}

/**
 * Adds why a download does not go on where it was.
 *
 * @param tries - How many times it has begun at the first byte. `undefined` for a stream, which cannot take bytes back.
 */
export function unprovenError(failure: Failure, tries: number | undefined): Failure {
  const { attempts, cause } = failure;
  const end =
    tries === undefined
      ? "and a stream cannot begin anew. Use bytes() or downloadToFile."
      : `so each try begins at the first byte. Tries: ${tries}.`;
  const message = `${failure.message} The content host does not prove that the file is still the same, ${end}`;
  if (failure instanceof TimeoutError) return new TimeoutError(message, { clock: failure.clock, attempts });
  return new NetworkError(message, { attempts, cause });
}

/** Makes the error for a content host that sent nothing for too long. */
export function idleError({ id, requests }: ErrorFacts, position: number, idleTimeoutMs: number): TimeoutError {
  const text = `nothing came after byte ${position}. Raise idleTimeoutMs (${idleTimeoutMs} ms) to wait longer.`;
  return new TimeoutError(`${id}: ${text}`, { clock: "idle", attempts: requests });
}

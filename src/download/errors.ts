import { isFrameworkError } from "../core/callback.ts";
import { DownloadError, NetworkError, TimeoutError, type Details, type DownloadProblem } from "../core/errors.ts";
import { reasonOf, safeCopy, withoutQueries } from "../core/redact.ts";
import { explainFailure, isTransientStatus, retryAfterMsOf, type Failure } from "../core/retry.ts";

/** The facts that each error of a download shows. */
export interface ErrorFacts {
  /** The asset's id. */
  readonly id: string;
  /** Number of requests sent so far, look-ups included. */
  readonly requests: number;
  /** The content host that got the last request, and when the first one was sent, if any was. */
  readonly host?: string | undefined;
  readonly startedAt?: number | undefined;
}

/** Gives the facts for an error's fields. */
export function detailsOf({ requests, host, startedAt }: ErrorFacts): Details {
  return { attempts: requests, host, startedAt };
}

function subjectOf({ id, host }: ErrorFacts): string {
  return host === undefined ? id : `${id} from ${host}`;
}

/** Makes the error for a content, or an address of it, that cannot be used. */
export function downloadError(
  facts: ErrorFacts,
  kind: DownloadProblem,
  text: string,
  details: Partial<ConstructorParameters<typeof DownloadError>[1]> = {},
): DownloadError {
  const { requests, host } = facts;
  return new DownloadError(`${subjectOf(facts)}: ${text}.`, { kind, attempts: requests, host, ...details });
}

/** Makes the error for a response that has no bytes of the file. */
export function refusedError(facts: ErrorFacts, { status, headers }: Response): DownloadError {
  const { startedAt } = facts;
  const details = { status, retryAfterMs: retryAfterMsOf(headers), retryable: isTransientStatus(status), startedAt };
  const again = details.retryable ? ". Try again later" : "";
  return downloadError(facts, "refused", `the content host answers HTTP ${status}${again}`, details);
}

/** Makes the error for what `fetch` threw, or the body of its response. A framework's own error stays as it is. */
export async function connectionError(
  facts: ErrorFacts,
  position: number,
  error: unknown,
  url?: string,
): Promise<unknown> {
  if (isFrameworkError(error)) return error;
  const cause = safeCopy(error, withoutQueries);
  const { advice, isFinal, isTimeout } = await explainFailure(error, "Check the network.", url);
  const message = `${subjectOf(facts)}: the connection failed at byte ${position} (${reasonOf(cause)}). ${advice}`;
  const details = { cause, ...detailsOf(facts) };
  if (isTimeout) return new TimeoutError(message, { clock: "idle", ...details });
  return new NetworkError(message, { retryable: !isFinal, ...details });
}

/** Makes the error for a content that ended too early. */
export function cutOffError(facts: ErrorFacts, position: number, end: number): NetworkError {
  return new NetworkError(
    `${subjectOf(facts)}: the content ended after ${position} of ${end} bytes.`,
    detailsOf(facts),
  );
}

/**
 * Adds why a download does not go on where it was.
 *
 * @param tries - How many times it has begun at the first byte. `undefined` for a stream, which cannot take bytes back.
 */
export function unprovenError(failure: Failure, tries: number | undefined): Failure {
  const { attempts, cause, host } = failure;
  const end =
    tries === undefined
      ? "and a stream cannot begin anew. Use bytes() or downloadToFile."
      : `so each try begins at the first byte. Tries: ${tries}.`;
  const message = `${failure.message} The content host does not prove that the file is still the same, ${end}`;
  if (failure instanceof TimeoutError) return new TimeoutError(message, { clock: failure.clock, attempts, host });
  return new NetworkError(message, { attempts, host, cause });
}

/** Makes the error for a content host that sent nothing for too long. */
export function idleError(facts: ErrorFacts, position: number, idleTimeoutMs: number): TimeoutError {
  const text = `nothing came after byte ${position}. Raise idleTimeoutMs (${idleTimeoutMs} ms) to wait longer.`;
  return new TimeoutError(`${subjectOf(facts)}: ${text}`, { clock: "idle", ...detailsOf(facts) });
}

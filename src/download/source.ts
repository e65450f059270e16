import { passingStatuses, retryAfterMsOf } from "../core/retry.ts";
import { checkAddress, findAddress, hasExpired } from "./address.ts";
import { networkError, nothingCame, problem } from "./errors.ts";
import type { Job } from "./read.ts";
import { unwrapAsset } from "../client/envelope.ts";
import { ConfigError, NetworkError, type DownloadError } from "../core/errors.ts";
import { isBrowser } from "../core/options.ts";
import { checkResponse } from "../client/response.ts";
import { within } from "../core/abort.ts";

const maxRedirects = 5;
const redirectStatuses = [301, 302, 303, 307, 308];
const staleStatuses = [401, 403, 410];

/**
 * Asks for the bytes that are missing, by a fresh URL where the one at hand is too old.
 *
 * @param request - Ends the request.
 * @param ending - Ends the download.
 */
export async function ask(job: Job, request: AbortSignal, ending: AbortController): Promise<Response> {
  const send = (): Promise<Response> => sendInTime(job, request, ending.signal);
  if (job.mayRefresh && hasExpired(findAddress(job), Date.now() + job.skewMs)) await refresh(job, ending);
  if (!job.mayRefresh) return send();
  const response = await send().catch(whatMayBeStale);
  if (response !== undefined && !staleStatuses.includes(response.status)) return response;
  discard(response);
  await refresh(job, ending);
  return send();
}

/** In a browser, an answer of another origin that refuses looks like none at all. */
function whatMayBeStale(error: unknown): undefined {
  if (!isBrowser() || !(error instanceof NetworkError)) throw error;
}

/** Looks the asset up again. A failure ends the download: the look-up has had its retries. */
async function refresh(job: Job, ending: AbortController): Promise<void> {
  try {
    job.asset = unwrapAsset(await job.lookUp({ ...job, signal: ending.signal }));
  } catch (error) {
    ending.abort(error);
    throw error;
  }
  job.mayRefresh = false;
  job.refreshes += 1;
}

/** How far the clock behind a response is ahead of this machine's, in milliseconds; 0 where it does not tell. */
export function skewOf({ headers }: Response): number {
  return Date.parse(headers.get("date") ?? "") - Date.now() || 0;
}

function sendInTime(job: Job, request: AbortSignal, ending: AbortSignal): Promise<Response> {
  return within(
    job.idleTimeoutMs,
    ending,
    () => send(job, request),
    () => {
      throw nothingCame(job);
    },
  );
}

/** Sends a request, to where redirects lead too, with nothing of the client's that is secret. */
async function send(job: Job, signal: AbortSignal): Promise<Response> {
  // Where a redirect leads cannot be seen in a browser, which itself lets no page under https: read from http:.
  const init = { headers: headersOf(job), redirect: isBrowser() ? "follow" : "manual", signal } as const;
  let url = findAddress(job);
  for (let redirects = 0; ; redirects++) {
    job.requests += 1;
    const response = await sendOnce(job, url, init);
    const location = response.headers.get("location");
    const isRedirect = redirectStatuses.includes(response.status) && location !== null;
    // A `fetch` of the caller's may not know signals.
    if (isRedirect || signal.aborted) discard(response);
    signal.throwIfAborted();
    if (!isRedirect) return response;
    if (redirects === maxRedirects) throw problem(job, "unexpected", `it redirects more than ${maxRedirects} times`);
    url = checkAddress(job, location, url);
  }
}

async function sendOnce(job: Job, { href }: URL, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await job.fetch(href, init);
  } catch (error) {
    throw networkError(job, error);
  }
  checkResponse(response);
  const { body } = response;
  if (body && (typeof body.getReader !== "function" || body.locked)) {
    throw new ConfigError("fetch: the body of its Response must be a ReadableStream that nobody reads.");
  }
  return response;
}

function headersOf({ userAgent, position, range: { end }, version }: Job): Record<string, string> {
  const headers: Record<string, string> = {};
  if (userAgent !== null) headers["user-agent"] = userAgent;
  // Nobody can go on inside an encoded body. Deno decodes none that it has not asked for itself.
  if (!("Deno" in globalThis)) headers["accept-encoding"] = "identity";
  if (position === 0 && end === undefined) return headers;
  headers.range = `bytes=${position}-${end === undefined ? "" : end - 1}`;
  // In a browser, it would cost a request before the request, which object stores refuse.
  if (version?.validator !== undefined && !isBrowser()) headers["if-range"] = version.validator;
  return headers;
}

/** Lets go of a response whose bytes nobody wants. */
function discard(response: Response | undefined): void {
  response?.body?.cancel().catch(() => {});
}

/** What a response says that has no bytes of the file. */
export function refusal(job: Job, { status, headers }: Response): DownloadError {
  const details = { status, retryAfterMs: retryAfterMsOf(headers), retryable: passingStatuses.includes(status) };
  return problem(job, "refused", `the content host answers HTTP ${status}`, details);
}

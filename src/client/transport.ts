import { withDeadline } from "../core/abort.ts";
import { isFinal, isFrameworkError, runCallback } from "../core/callback.ts";
import { clockOptions, ConfigError, isChenyuError, NetworkError, TimeoutError } from "../core/errors.ts";
import type { SendRequest } from "../core/fetch.ts";
import { observeRequest, prepareReport } from "../core/observe.ts";
import { checkApiKey, type ApiKey, type Settings } from "../core/options.ts";
import { reasonOf, safeCopy, withoutSecrets } from "../core/redact.ts";
import { explainFailure, withRetries, type Failure } from "../core/retry.ts";
import type { LastRequest } from "../core/report.ts";
import { readWhole, type RequestFacts, type WholeResponse } from "./response.ts";

/** Sends a request, again where that is safe and may help, and reads the whole response. */
export type Send = (request: Request, settings: Settings) => Promise<WholeResponse>;

/** What all requests of a client have in common. */
interface Connection {
  baseUrl: string;
  apiKey: ApiKey | undefined;
  fetch: SendRequest;
}

/** One call. Its attempts share a deadline. */
interface Call extends Settings, Connection {
  request: Request;
  last: LastRequest;
  facts: Pick<RequestFacts, "url" | "requestLine" | "host" | "startedAt">;
  /** On the clock of `performance.now()`. */
  endsAt: number;
}

/**
 * Makes the `fetch` beneath openapi-fetch: it adds the key, keeps the deadlines and retries.
 *
 * Only GET is sent again: after no whole response, a timeout, or a temporary failure. The last response that reports a
 * failure is returned, not thrown, because `raw` shows it. A redirect is never followed: see `readWhole`.
 */
export function createTransport(connection: Connection): Send {
  const { baseUrl } = connection;
  const { host } = new URL(baseUrl);
  return async (request, settings) => {
    if (!request.url.startsWith(`${baseUrl}/`)) {
      throw new ConfigError("baseUrl", `a request carries the API key, so it must stay below ${baseUrl}.`);
    }
    const { method, url } = request;
    const now = performance.now();
    const facts = { url, requestLine: `${method} ${url}`, host, startedAt: settings.startedAt ?? now };
    const call: Call = { ...settings, ...connection, last: {}, request, facts, endsAt: now + settings.totalTimeoutMs };
    const policy = {
      settings,
      last: call.last,
      signal: settings.signal,
      mayRepeat: () => request.method === "GET",
      findTooLate: (sleepMs: number, failure: Failure) =>
        sleepMs >= msLeft(call) ? timeoutError(call, "total", failure.attempts, failure) : undefined,
    };
    let response: WholeResponse | undefined;
    try {
      return await withRetries(policy, async (attempt) => {
        response = await sendOnce(call, attempt + (settings.sentBefore ?? 0));
        if (response.failure !== undefined) throw response.failure; // to be retried; caught below
        return response;
      });
    } catch (error) {
      // An abort goes before any failure. Its reason, or what a callback throws, may be this failure.
      settings.signal?.throwIfAborted();
      if (response === undefined || error !== response.failure || isFinal(error)) throw error;
      return response;
    }
  };
}

async function sendOnce(call: Call, attempt: number): Promise<WholeResponse> {
  await prepareReport(call.observer, call.signal, msLeft(call));
  const key = await currentKey(call, attempt - 1);
  const leftMs = msLeft(call);
  if (leftMs <= 0) throw timeoutError(call, "total", attempt - 1);
  const ms = Math.min(call.timeoutMs, leftMs);
  const endsAt = performance.now() + ms;
  const onTimeout = (): never => {
    throw timeoutError(call, call.timeoutMs < leftMs ? "attempt" : "total", attempt);
  };
  const { method, url } = call.request;
  return observeRequest(call.observer, { method, url, attempt, signal: call.signal }, call.last, () =>
    withDeadline(ms, call.signal, (signal) => fetchWhole(call, key, attempt, signal, endsAt), onTimeout),
  );
}

async function currentKey(call: Call, attempts: number): Promise<string | undefined> {
  const { apiKey, signal } = call;
  if (typeof apiKey !== "function") return apiKey;
  const onTimeout = (): never => {
    throw timeoutError(call, "total", attempts);
  };
  return checkApiKey(await withDeadline(msLeft(call), signal, () => runCallback(apiKey), onTimeout), { attempts });
}

async function fetchWhole(
  call: Call,
  key: string | undefined,
  attempts: number,
  signal: AbortSignal,
  endsAt: number,
): Promise<WholeResponse> {
  const { request, fetch, callFetch } = call;
  const headers: Record<string, string> = { ...Object.fromEntries(request.headers), accept: "application/json" };
  if (key !== undefined) headers.authorization = `Bearer ${key}`;
  const redact = (text: string): string => withoutSecrets(text, key);
  const facts = { ...call.facts, attempts, redact };
  try {
    const init: RequestInit = { method: request.method, headers, redirect: "manual", signal };
    const unread = await fetch(request.url, init, callFetch);
    return await readWhole(unread, endsAt - performance.now(), facts);
  } catch (error) {
    if (isChenyuError(error) || isFrameworkError(error)) throw error;
    const cause = safeCopy(error, redact);
    const url = fetch.isOwn || callFetch ? undefined : request.url;
    const { advice, isFinal, isTimeout } = await explainFailure(error, "Check the network and baseUrl.", url);
    const message = `${facts.requestLine}: the request failed (${reasonOf(cause)}). ${advice}`;
    if (isTimeout) throw new TimeoutError(message, { ...facts, clock: "attempt", cause });
    throw new NetworkError(message, { ...facts, cause, retryable: !isFinal });
  }
}

function msLeft({ endsAt }: Call): number {
  return endsAt - performance.now();
}

/** @param cause - The failure after which no time is left. Its message says why, and what to do. */
function timeoutError(call: Call, clock: "attempt" | "total", attempts: number, cause?: Failure): TimeoutError {
  const option = clockOptions[clock];
  const limit = `${option} (${call[option]} ms)`;
  if (cause !== undefined) {
    const { message, host } = cause;
    return new TimeoutError(`${message} ${limit} leaves no time for another attempt.`, {
      host,
      clock,
      attempts,
      cause,
    });
  }
  const message = `${call.facts.requestLine}: no whole response came in time. Raise ${limit} to wait longer.`;
  return new TimeoutError(message, { ...call.facts, clock, attempts });
}

/** Makes a call of openapi-fetch through the transport. Also throws `null` or "" as it came: openapi-fetch loses those. */
export function sendThrough<T>(
  send: Send,
  settings: Settings,
  call: (fetch: (request: Request) => Promise<WholeResponse>) => Promise<T>,
): Promise<T> {
  let lost: { error: unknown } | undefined;
  const fetch = (request: Request): Promise<WholeResponse> =>
    send(request, settings).catch((error: unknown) => {
      if (!error) lost = { error };
      throw error;
    });
  return call(fetch).catch((error: unknown) => {
    throw lost === undefined ? error : lost.error;
  });
}

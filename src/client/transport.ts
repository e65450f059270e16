import { retryDelayMs } from "../core/retry.ts";
import { findFailure } from "./envelope.ts";
import { ApiError, ConfigError, DownloadError, isChenyuError, NetworkError, TimeoutError } from "../core/errors.ts";
import { checkApiKey, type ApiKey, type Fetch, type RetryEvent, type Settings } from "../core/options.ts";
import { readWhole, type WholeResponse } from "./response.ts";
import { safeCopy, withoutSecrets, type SafeError } from "../core/redact.ts";
import { callCaller, isCallers, pause, within } from "../core/abort.ts";

/** Sends a request, again where that is safe and may help, and reads the whole response. */
export type Send = (request: Request, settings: Settings) => Promise<WholeResponse>;

/** Sends the request of one look-up. */
export type LookUp = (settings: Settings) => Promise<WholeResponse>;

/** What all requests of a client have in common. */
interface Connection {
  baseUrl: string;
  apiKey: ApiKey | undefined;
  fetch: Fetch;
}

/** Why an attempt has failed, where another one may succeed. */
export type Failure = RetryEvent["error"];

/** One call: its attempts share a deadline. */
interface Call extends Settings, Connection {
  request: Request;
  /** Method and path, for messages. */
  requestLine: string;
  /** By `performance.now()`. */
  endsAt: number;
}

/**
 * Makes the `fetch` beneath openapi-fetch: it adds the key, keeps the clocks and retries.
 *
 * A request is sent again if it changes nothing and got no whole response, none in time, or one that says "try again";
 * unless the retries are used up, the API asks to wait for too long, or too little time is left.
 */
export function createTransport(connection: Connection): Send {
  return async (request, settings) => {
    const { baseUrl } = connection;
    if (!request.url.startsWith(`${baseUrl}/`)) {
      throw new ConfigError(`baseUrl: a request carries the API key, so it must stay below ${baseUrl}.`);
    }
    const requestLine = `${request.method} ${request.url.slice(baseUrl.length)}`;
    const endsAt = performance.now() + settings.totalTimeoutMs;
    const call: Call = { ...settings, ...connection, request, requestLine, endsAt };

    for (let attempts = 1; ; attempts++) {
      const { response, failure } = await attempt(call, attempts);
      if (failure === undefined || !mayRetry(call, failure, attempts)) {
        if (response === undefined) throw failure;
        return response;
      }
      const delayMs = retryDelayMs(attempts, retryAfterMs(failure));
      if (delayMs >= msLeft(call)) throw timeoutError(call, "total", attempts, failure);
      const event = { attempt: attempts, delayMs, error: failure };
      await pause(delayMs, call.signal, () => call.onRetry?.(event));
    }
  };
}

function mayRetry({ request, maxRetries, maxRetryAfterMs }: Call, failure: Failure, attempts: number): boolean {
  const changesNothing = request.method === "GET";
  const comesSoon = (retryAfterMs(failure) ?? 0) <= maxRetryAfterMs;
  return failure.retryable && changesNothing && attempts <= maxRetries && comesSoon;
}

function retryAfterMs(failure: Failure): number | undefined {
  return failure instanceof ApiError ? failure.retryAfterMs : undefined;
}

/** Sends the request once. Rejects only with what no retry can mend. */
async function attempt(
  call: Call,
  attempts: number,
): Promise<{ response?: WholeResponse; failure?: Failure | undefined }> {
  const key = await currentKey(call, attempts - 1);
  const leftMs = msLeft(call);
  if (leftMs <= 0) throw timeoutError(call, "total", attempts - 1);
  const clock = call.timeoutMs < leftMs ? "attempt" : "total";
  const ms = Math.min(call.timeoutMs, leftMs);
  try {
    const response = await within(
      ms,
      call.signal,
      (signal) => exchange(call, key, attempts, signal, performance.now() + ms),
      () => fail(timeoutError(call, clock, attempts)),
    );
    return { response, failure: findFailure(response) };
  } catch (error) {
    // The caller's reason may be an error of ours, from another call.
    call.signal?.throwIfAborted();
    if (error instanceof NetworkError || error instanceof TimeoutError) return { failure: error };
    throw error;
  }
}

async function currentKey(call: Call, attempts: number): Promise<string | undefined> {
  const { apiKey, signal } = call;
  if (typeof apiKey !== "function") return apiKey;
  const key = await within(
    msLeft(call),
    signal,
    () => callCaller(apiKey),
    () => fail(timeoutError(call, "total", attempts)),
  );
  return checkApiKey(key);
}

async function exchange(
  call: Call,
  key: string | undefined,
  attempts: number,
  signal: AbortSignal,
  endsAt: number,
): Promise<WholeResponse> {
  const { request, requestLine, fetch } = call;
  const headers: Record<string, string> = { ...Object.fromEntries(request.headers), accept: "application/json" };
  if (key !== undefined) headers.authorization = `Bearer ${key}`;
  const redact = (text: string): string => withoutSecrets(text, key);
  try {
    const head = await fetch(request.url, { method: request.method, headers, redirect: "manual", signal });
    return await readWhole(head, endsAt - performance.now(), { url: request.url, requestLine, attempts, redact });
  } catch (error) {
    if (isChenyuError(error)) throw error;
    const cause = safeCopy(error, redact);
    const message = `${requestLine}: no whole response came (${reasonOf(cause)}). Check the network and baseUrl.`;
    throw new NetworkError(message, { cause, attempts });
  }
}

/** What `fetch` threw, in a word or a sentence: Node hides it one level down. */
export function reasonOf({ message, cause }: SafeError): string {
  return cause?.message || cause?.code || message;
}

function fail(error: Error): never {
  throw error;
}

function msLeft({ endsAt }: Call): number {
  return endsAt - performance.now();
}

function timeoutError(call: Call, clock: TimeoutError["clock"], attempts: number, cause?: Failure): TimeoutError {
  const option = clock === "total" ? "totalTimeoutMs" : "timeoutMs";
  const problem = cause === undefined ? "no whole response came in time" : "the next attempt would come too late";
  const message = `${call.requestLine}: ${problem}. Raise ${option} (${call[option]} ms) if that is not what you want.`;
  return new TimeoutError(message, { clock, attempts, ...(cause && { cause }) });
}

/** A failure of ours, that may pass: not one that a function of the caller's has thrown. */
export function mayPass(error: unknown): error is Failure {
  if (isCallers(error)) return false;
  if (error instanceof ApiError || error instanceof DownloadError) return error.retryable;
  return error instanceof NetworkError || error instanceof TimeoutError;
}

/**
 * Lets openapi-fetch send a request by our transport, and sees to it that what the transport throws comes out: a reason
 * to abort may be `null` or `""`, which openapi-fetch takes for no error.
 */
export async function sendThrough<T>(
  send: Send,
  settings: Settings,
  call: (fetch: (request: Request) => Promise<Response>) => Promise<T>,
): Promise<T> {
  let falsy: { reason: unknown } | undefined;
  const fetch = async (request: Request): Promise<Response> => {
    try {
      return await send(request, settings);
    } catch (reason) {
      if (!reason) falsy = { reason };
      throw reason;
    }
  };
  try {
    return await call(fetch);
  } catch (error) {
    throw falsy === undefined ? error : falsy.reason;
  }
}

import {
  ConfigError,
  type ApiError,
  type Details,
  type DownloadError,
  type NetworkError,
  type TimeoutError,
} from "./errors.ts";
import type { Logger } from "./logger.ts";
import { createObserver } from "./observe.ts";
import type { Observer } from "./report.ts";
import { environment, isBrowser } from "./runtime.ts";

/** An API key, or a function that gives one for each request. */
export type ApiKey = string | (() => string | Promise<string>);

/** The part of the Fetch standard's `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

type OwnField = "method" | "headers" | "body" | "signal" | "redirect";

/** Further fields for the second argument of `fetch`: the Fetch standard's, and those of a runtime or framework. */
export type FetchOptions = { [Field in OwnField]?: undefined } & {
  [Field in Exclude<keyof RequestInit, OwnField>]?: RequestInit[Field] | undefined;
} & Record<string, unknown>;

/** Describes a retry before it happens. */
export interface RetryEvent {
  /** Number of requests sent so far, from 1: the `attempts` of `error`. */
  attempt: number;
  /** Time until the next request, in milliseconds. */
  delayMs: number;
  /** Why the last request failed. */
  error: ApiError | NetworkError | TimeoutError | DownloadError;
}

/** Options of one call. */
export interface RequestOptions {
  /** Ends the call: it rejects with the signal's `reason`. */
  signal?: AbortSignal | undefined;
  /** Headers sent with this call, added to the client's. */
  headers?: Record<string, string> | undefined;
  /** Limit for one attempt, the response's body included, in milliseconds. @default 30000, or the client's */
  timeoutMs?: number | undefined;
  /** Limit for the call, all attempts and delays included, in milliseconds. @default 120000, or the client's */
  totalTimeoutMs?: number | undefined;
  /** How many times a failed request is sent again. @default 3, or the client's */
  maxRetries?: number | undefined;
}

/** Options of a client. */
export interface ClientOptions extends Omit<RequestOptions, "signal"> {
  /** The API key, sent as bearer token. @default the environment variable `CHENYU_API_KEY` */
  apiKey?: ApiKey | undefined;
  /**
   * URL of the API. `http:` only on this machine, and on `allowInsecureHosts`. @default `CHENYU_BASE_URL`, else the API's
   * own server
   */
  baseUrl?: string | undefined;
  /**
   * Hosts for which `http:` and private addresses are allowed, for the API and for content: exact names without port.
   * @default `CHENYU_ALLOW_INSECURE_HOSTS`, separated by commas; else none
   */
  allowInsecureHosts?: readonly string[] | undefined;
  /** Sends the requests: called with a URL and an init. @default the global `fetch` */
  fetch?: Fetch | undefined;
  /** Passed to `fetch` with each request, also to content hosts: `dispatcher`, `credentials`, … @default `cache: "no-store"` */
  fetchOptions?: FetchOptions | undefined;
  /** The longest `Retry-After` that the client waits for, in milliseconds; a longer one ends the call. @default 60000 */
  maxRetryAfterMs?: number | undefined;
  /** Called before each retry, while the delay runs. If it throws before the retry, the call ends with that error. */
  onRetry?: ((event: RetryEvent) => unknown) | undefined;
  /**
   * Is told of each request, also of those that succeed. No secret gets into it. @default standard error, as far as the
   * variable `CHENYU_LOG` says: `off`, `error`, `warn`, `info` or `debug`; else none
   */
  logger?: Logger | undefined;
  /** Allows an `apiKey` in a browser, where every visitor can read it. @default false */
  dangerouslyAllowBrowser?: boolean | undefined;
}

/** Default and lowest value of an option that is a whole number. */
export type NumberRules<Name extends string> = Readonly<Record<Name, { fallback: number; min: number }>>;

const requestNumbers: NumberRules<"timeoutMs" | "totalTimeoutMs" | "maxRetries" | "maxRetryAfterMs"> = {
  timeoutMs: { fallback: 30_000, min: 1 },
  totalTimeoutMs: { fallback: 120_000, min: 1 },
  maxRetries: { fallback: 3, min: 0 },
  maxRetryAfterMs: { fallback: 60_000, min: 0 },
};

/** The options of a call, checked and complete. */
export interface Settings {
  signal: AbortSignal | undefined;
  timeoutMs: number;
  totalTimeoutMs: number;
  maxRetries: number;
  maxRetryAfterMs: number;
  onRetry: ClientOptions["onRetry"];
  observer: Observer;
  /** Number of requests that the call has sent before, for the field `attempts` of errors. */
  sentBefore?: number | undefined;
  /** When it has sent the first of them, on the clock of `performance.now()`. */
  startedAt?: number | undefined;
  /** Sends the requests of this call, instead of the client's own `fetch`. */
  callFetch?: Fetch | undefined;
}

/** Checks the options of a client, or of a call of it. */
export function resolveSettings(options: ClientOptions & RequestOptions, client?: Settings): Settings {
  checkOptions(options);
  const { signal, onRetry = client?.onRetry } = options;
  if (signal !== undefined && !isAbortSignal(signal)) {
    throw new ConfigError("signal", "it is not an AbortSignal. Pass the signal of this runtime's own AbortController.");
  }
  checkCallback("onRetry", onRetry);
  const observer = client?.observer ?? createObserver(options.logger);
  return { signal, ...resolveNumbers(requestNumbers, options, client), onRetry, observer };
}

/** Whether it can end a call. Those of polyfills give no reason, and a copy of one cannot be read at all. */
function isAbortSignal(signal: AbortSignal): boolean {
  try {
    return typeof signal.aborted === "boolean" && !!signal.throwIfAborted && !!signal.addEventListener;
  } catch {
    return false;
  }
}

/** Checks the options that are whole numbers. One that is left out is the client's, else the default. */
export function resolveNumbers<Name extends string>(
  rules: NumberRules<Name>,
  options: Partial<Record<Name, number | undefined>>,
  client?: Record<Name, number>,
): Record<Name, number> {
  const numbers: Partial<Record<Name, number>> = {};
  for (const name in rules) {
    const { fallback, min } = rules[name];
    numbers[name] = checkInteger(name, options[name] ?? client?.[name] ?? fallback, min);
  }
  return numbers as Record<Name, number>; // the loop has set each name
}

/** Throws when options is not an object, for example when the key itself is passed. */
export function checkOptions(options: unknown): void {
  if (Object(options) !== options) throw new ConfigError("options", "pass an object, like { maxRetries: 5 }.");
}

/**
 * Throws when the caller's `fetch` returned something else than a Response, or one that has been read.
 *
 * @param details - Of the request.
 */
export function checkResponse(response: Response, details: Details): void {
  const { headers, body, bodyUsed } = Object(response) as Response; // each field is checked
  if (typeof headers?.get === "function" && !bodyUsed && !body?.locked) return;
  throw new ConfigError("fetch", "it must return a Response that nobody has read: a new one for each call.", details);
}

/** Throws when a callback is not a function. */
export function checkCallback(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== "function") throw new ConfigError(name, "pass a function.");
}

/** Throws when a value is not a whole number within the limits. @param max - Default: the longest that a timer can hold. */
export function checkInteger(name: string, value: unknown, min: number, max: number = 2 ** 31 - 1): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
  const shown = typeof value === "number" || value == null ? value : `a ${typeof value}`;
  throw new ConfigError(name, `${shown} cannot be used. Pass a whole number from ${min} to ${max}.`);
}

/** Returns the option or the environment's key; in a browser without either, `undefined`. */
export function resolveApiKey({ apiKey, dangerouslyAllowBrowser }: ClientOptions): ApiKey | undefined {
  const key = apiKey ?? (environment("CHENYU_API_KEY") || undefined);
  if (key === undefined && isBrowser()) return undefined;
  if (key === undefined) throw new ConfigError("apiKey", "there is none. Set CHENYU_API_KEY, or pass { apiKey }.");
  if (isBrowser() && dangerouslyAllowBrowser !== true) {
    const fix = "Let baseUrl be a proxy of your own that adds it, or pass { dangerouslyAllowBrowser: true }.";
    throw new ConfigError("apiKey", `every visitor of a page can read it. ${fix}`);
  }
  return typeof key === "function" ? key : checkApiKey(key);
}

/** Throws when a key cannot stand in a header, without showing it. */
export function checkApiKey(key: unknown, details?: Details): string {
  if (typeof key === "string" && /^[\x21-\x7e]+$/.test(key)) return key;
  const fault = key === "" ? "is empty" : "must be visible ASCII without spaces or line breaks";
  throw new ConfigError("apiKey", `the key ${fault}. Copy it from the console again.`, details);
}

/** Throws when headers cannot be sent, without showing their values. */
export function checkHeaders(headers: Record<string, string> = {}): Headers {
  try {
    return new Headers(headers);
  } catch {
    const names = Object.keys(Object(headers)).join(", ");
    throw new ConfigError("headers", `they cannot be sent. Check the names and values of: ${names}.`);
  }
}

import { serverUrl } from "../../generated/document.ts";
import { ConfigError, type ApiError, type DownloadError, type NetworkError, type TimeoutError } from "./errors.ts";

/** An API key, or a function that gives one for each request. */
export type ApiKey = string | (() => string | Promise<string>);

/** The part of the Fetch standard's `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** What is told before a request is sent again. */
export interface RetryEvent {
  /** Which attempt has failed, from 1. */
  attempt: number;
  /** How long until the next one, in milliseconds. */
  delayMs: number;
  /** Why it has failed. */
  error: ApiError | NetworkError | TimeoutError | DownloadError;
}

/** What one call may set for itself. */
export interface RequestOptions {
  /** Ends the call: it then rejects with the signal's `reason`. */
  signal?: AbortSignal | undefined;
  /** Sent with this call, beside the client's. */
  headers?: Record<string, string> | undefined;
  /** How long one attempt may take, the response's body included, in milliseconds. @default 30000 */
  timeoutMs?: number | undefined;
  /** How long the call may take, all attempts and waits included, in milliseconds. @default 120000 */
  totalTimeoutMs?: number | undefined;
  /** How often a request is sent again. @default 3 */
  maxRetries?: number | undefined;
}

/** What a client may be told. */
export interface ClientOptions extends Omit<RequestOptions, "signal"> {
  /** The key that goes out as bearer token. @default the environment variable `CHENYU_API_KEY` */
  apiKey?: ApiKey | undefined;
  /** Where the API is; `http:` on this machine alone. @default `CHENYU_BASE_URL`, else the document's server */
  baseUrl?: string | undefined;
  /** What sends the requests: called with a URL and an init. @default the global `fetch` */
  fetch?: Fetch | undefined;
  /** The longest `Retry-After` that is waited for, in milliseconds; a longer one ends the call. @default 60000 */
  maxRetryAfterMs?: number | undefined;
  /** Called before each wait for a retry, which goes on meanwhile. What it throws until the retry ends the call. */
  onRetry?: ((event: RetryEvent) => unknown) | undefined;
  /** Allows an `apiKey` in a browser, where every visitor can read it. @default false */
  dangerouslyAllowBrowser?: boolean | undefined;
}

/** The options that steer a call, checked and complete. */
export interface Settings {
  signal: AbortSignal | undefined;
  timeoutMs: number;
  totalTimeoutMs: number;
  maxRetries: number;
  maxRetryAfterMs: number;
  onRetry: ClientOptions["onRetry"];
}

const defaults: Settings = {
  signal: undefined,
  timeoutMs: 30_000,
  totalTimeoutMs: 120_000,
  maxRetries: 3,
  maxRetryAfterMs: 60_000,
  onRetry: undefined,
};

/** Checks the options of a client, or those of a call on top of its client's. */
export function resolveSettings(options: ClientOptions & RequestOptions, client: Settings = defaults): Settings {
  checkOptions(options);
  const { signal, onRetry = client.onRetry } = options;
  if (signal !== undefined && typeof signal?.addEventListener !== "function") {
    throw new ConfigError("signal: it is no AbortSignal. Pass the signal of an AbortController.");
  }
  checkCallback("onRetry", onRetry);
  return {
    signal,
    timeoutMs: checkInteger("timeoutMs", options.timeoutMs ?? client.timeoutMs, 1),
    totalTimeoutMs: checkInteger("totalTimeoutMs", options.totalTimeoutMs ?? client.totalTimeoutMs, 1),
    maxRetries: checkInteger("maxRetries", options.maxRetries ?? client.maxRetries, 0),
    maxRetryAfterMs: checkInteger("maxRetryAfterMs", options.maxRetryAfterMs ?? client.maxRetryAfterMs, 0),
    onRetry,
  };
}

/** Refuses what is given for options and is none, as the key itself. */
export function checkOptions(options: unknown): void {
  if (Object(options) !== options) throw new ConfigError("options: pass an object, like { maxRetries: 5 }.");
}

/** Gives the option, or the global `fetch` as it is at the time of each call. */
export function checkFetch(option: Fetch = (url, init) => fetch(url, init)): Fetch {
  if (typeof option !== "function") throw new ConfigError("fetch: pass a function like the global fetch.");
  return option;
}

/** Refuses what is given for a function and is none. */
export function checkCallback(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== "function") throw new ConfigError(`${name}: pass a function.`);
}

/** Refuses what is no whole number, or out of bounds. @param max - By default the longest that a timer can hold. */
export function checkInteger(name: string, value: unknown, min: number, max: number = 2 ** 31 - 1): number {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
  const shown = typeof value === "number" || value == null ? value : `a ${typeof value}`;
  throw new ConfigError(`${name}: ${shown} cannot be used. Pass a whole number from ${min} to ${max}.`);
}

/** Gives the option or the environment's key; in a browser none, unless it is allowed. */
export function resolveApiKey({ apiKey, dangerouslyAllowBrowser }: ClientOptions): ApiKey | undefined {
  const key = apiKey ?? (environment("CHENYU_API_KEY") || undefined);
  if (key === undefined && isBrowser()) return undefined;
  if (key === undefined) throw new ConfigError("apiKey: there is none. Set CHENYU_API_KEY, or pass { apiKey }.");
  if (isBrowser() && dangerouslyAllowBrowser !== true) {
    const fix = "Let baseUrl be a proxy of your own that adds it, or pass { dangerouslyAllowBrowser: true }.";
    throw new ConfigError(`apiKey: every visitor of a page can read it. ${fix}`);
  }
  return typeof key === "function" ? key : checkApiKey(key);
}

/** Refuses a key that cannot stand in a header, without showing it. */
export function checkApiKey(key: unknown): string {
  if (typeof key === "string" && /^[\x21-\x7e]+$/.test(key)) return key;
  const problem = key === "" ? "is empty" : "must be visible ASCII without spaces or line breaks";
  throw new ConfigError(`apiKey: the key ${problem}. Copy it from the console again.`);
}

/** Gives the option, the environment's URL or the document's, without a slash at its end. */
export function resolveBaseUrl({ baseUrl }: ClientOptions): string {
  const value = baseUrl ?? (environment("CHENYU_BASE_URL") || serverUrl);
  // `localhost:4010` is a URL, too, of a protocol "localhost:".
  if (typeof value !== "string" || !URL.canParse(value) || !/^\s*https?:/i.test(value)) {
    throw new ConfigError(`baseUrl: it is no https: or http: URL. Pass one like ${serverUrl}.`);
  }
  const { protocol, hostname, username, password, origin, pathname, search, hash } = new URL(value);
  if (username + password + search + hash !== "") {
    throw new ConfigError(`baseUrl: only an origin and a path can be used. Pass ${origin}${pathname} alone.`);
  }
  if (protocol !== "https:" && !(protocol === "http:" && isLoopback(hostname))) {
    throw new ConfigError(`baseUrl: ${protocol}//${hostname} would show the key on the way. Use https:.`);
  }
  return origin + pathname.replace(/\/+$/, "");
}

/** Whether a host, as `URL` writes it, is this machine. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/** Refuses headers that cannot be sent, without showing their values. */
export function checkHeaders(headers: Record<string, string> = {}): Headers {
  try {
    return new Headers(headers);
  } catch {
    const names = Object.keys(Object(headers)).join(", ");
    throw new ConfigError(`headers: they cannot be sent. Check the names and values of: ${names}.`);
  }
}

/** A page, or a worker of one. Node with the globals of a browser, as in tests with jsdom, is none. */
export function isBrowser(): boolean {
  return ("document" in globalThis || "importScripts" in globalThis) && nodeProcess()?.versions?.node === undefined;
}

function environment(name: string): string | undefined {
  try {
    return nodeProcess()?.env?.[name];
  } catch {
    return undefined; // Deno, without the permission to read it
  }
}

interface NodeProcess {
  env?: Record<string, string>;
  versions?: { node?: string };
}

function nodeProcess(): NodeProcess | undefined {
  return (globalThis as { process?: NodeProcess }).process;
}

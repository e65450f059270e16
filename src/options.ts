import { serverUrl } from "../generated/document.ts";
import { ConfigError } from "./errors.ts";

/** An API key, or a function that gives one for each request. */
export type ApiKey = string | (() => string | Promise<string>);

/** The part of the Fetch standard's `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** What one call may set for itself. */
export interface RequestOptions {
  /** Ends the call: it then rejects with the signal's `reason`. */
  signal?: AbortSignal | undefined;
  /** Sent with this call, beside the client's. */
  headers?: Record<string, string> | undefined;
  /** How long one attempt may take, the response's body included, in milliseconds. @default 30000 */
  timeoutMs?: number | undefined;
}

/** What a client may be told. */
export interface ClientOptions extends Omit<RequestOptions, "signal"> {
  /** The key that goes out as bearer token. @default the environment variable `CHENYU_API_KEY` */
  apiKey?: ApiKey | undefined;
  /** Where the API is; `http:` on this machine alone. @default `CHENYU_BASE_URL`, else the document's server */
  baseUrl?: string | undefined;
  /** What sends the requests: called with a URL and an init. @default the global `fetch` */
  fetch?: Fetch | undefined;
  /** Allows an `apiKey` in a browser, where every visitor can read it. @default false */
  dangerouslyAllowBrowser?: boolean | undefined;
}

/** Gives the option or the environment's key; in a browser none, unless it is allowed. */
export function resolveApiKey({ apiKey, dangerouslyAllowBrowser }: ClientOptions): ApiKey | undefined {
  const key = apiKey ?? environment("CHENYU_API_KEY");
  // A page, or a worker of one: servers have neither a document nor `importScripts`.
  const inBrowser = "document" in globalThis || "importScripts" in globalThis;
  if (key === undefined && inBrowser) return undefined;
  if (key === undefined) throw new ConfigError("apiKey: there is none. Set CHENYU_API_KEY, or pass { apiKey }.");
  if (inBrowser && dangerouslyAllowBrowser !== true) {
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
  if (!URL.canParse(value)) throw new ConfigError(`baseUrl: it is no absolute URL. Pass one like ${serverUrl}.`);
  const { protocol, hostname, username, password, origin, pathname, search, hash } = new URL(value);
  if (username + password + search + hash !== "") {
    throw new ConfigError(`baseUrl: only an origin and a path can be used. Pass ${origin}${pathname} alone.`);
  }
  const isLoopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  if (protocol !== "https:" && !(protocol === "http:" && isLoopback)) {
    throw new ConfigError(`baseUrl: ${protocol}//${hostname} would show the key on the way. Use https:.`);
  }
  return origin + pathname.replace(/\/+$/, "");
}

/** Refuses what no timer can hold; gives 30 seconds for nothing. */
export function checkTimeoutMs(value = 30_000): number {
  if (Number.isInteger(value) && value > 0 && value < 2 ** 31) return value;
  throw new ConfigError(`timeoutMs: ${String(value)} is no time. Pass whole milliseconds from 1 to 2147483647.`);
}

/** Refuses headers that cannot be sent, without showing their values. */
export function checkHeaders(headers: Record<string, string> = {}): Headers {
  try {
    return new Headers(headers);
  } catch {
    throw new ConfigError(`headers: one of ${Object.keys(headers).join(", ")} cannot be sent. Check names and values.`);
  }
}

function environment(name: string): string | undefined {
  return (globalThis as { process?: { env?: Record<string, string> } }).process?.env?.[name];
}

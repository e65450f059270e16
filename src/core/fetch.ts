import { ConfigError } from "./errors.ts";
import { checkCallback, type ClientOptions, type Fetch } from "./options.ts";
import { missingGlobals } from "./runtime.ts";

/** What the client sets itself in each request, as the type `FetchOptions` says. */
const ownFields = ["method", "headers", "body", "signal", "redirect"];

/** Sends a request. @param callFetch - The call's own `fetch`, if it has one. */
export interface SendRequest {
  (url: string, init: RequestInit, callFetch?: Fetch): Promise<Response>;
  /** Whether the caller's own code decides how a request reaches its host. */
  isOwn: boolean;
}

/**
 * Makes the function that sends all requests: by the call's own `fetch`, by the option `fetch`, or by the global one as it
 * is at the time of each call. It adds the option `fetchOptions`.
 */
export function resolveFetch({ fetch: option, fetchOptions = {} }: ClientOptions): SendRequest {
  checkCallback("fetch", option);
  const missing = missingGlobals(...(option ? [] : ["fetch"]), "Request");
  if (missing)
    throw new ConfigError("fetch", `there is no ${missing} here. In Jest, use the environment node, not jsdom.`);
  if (Object(fetchOptions) !== fetchOptions || ownFields.some((field) => fetchOptions[field] !== undefined)) {
    throw new ConfigError("fetchOptions", `pass an object without ${ownFields.join(", ")}: the client sets these.`);
  }
  const send: SendRequest = (url, init, callFetch = option) => {
    noCache ??= findNoCache();
    const added = fetchOptions as object; // hides that fields may be undefined, which is as if they were absent
    return (callFetch ?? fetch)(url, { ...noCache, ...added, ...init });
  };
  send.isOwn = (option ?? fetchOptions.dispatcher) !== undefined;
  return send;
}

/** What keeps caches out. Found at the first request, because importing the package runs nothing. */
let noCache: RequestInit | undefined;

/**
 * Asks for answers that are not cached, where that does no harm: Workers dated before 2024-11-11 throw at the field, and
 * the polyfill that React Native uses writes it into the URL, which would break a signed one.
 *
 * @see https://developers.cloudflare.com/workers/configuration/compatibility-flags/#enable-cache-no-store-http-standard-api
 * @see https://github.com/JakeChampion/fetch/pull/795
 */
function findNoCache(): RequestInit {
  const init: RequestInit = { cache: "no-store" };
  try {
    return new Request("https://a.invalid", init).url.includes("?") ? {} : init;
  } catch {
    return {};
  }
}

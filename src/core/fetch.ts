import { ConfigError } from "./errors.ts";
import { checkCallback, type ClientOptions, type Fetch } from "./options.ts";

/** What the client sets itself in each request, as the type `FetchOptions` says. */
const ownFields = ["method", "headers", "body", "signal", "redirect"];

/**
 * Makes the function that sends all requests: the option `fetch`, or the global one as it is at the time of each call. It
 * adds the option `fetchOptions`.
 */
export function resolveFetch({ fetch: option, fetchOptions = {} }: ClientOptions): Fetch {
  checkCallback("fetch", option);
  if (Object(fetchOptions) !== fetchOptions || ownFields.some((field) => fetchOptions[field] !== undefined)) {
    throw new ConfigError("fetchOptions", `pass an object without ${ownFields.join(", ")}: the client sets these.`);
  }
  return (url, init) => {
    noCache ??= findNoCache();
    const added = fetchOptions as object; // hides that fields may be undefined, which is as if they were absent
    return (option ?? fetch)(url, { ...noCache, ...added, ...init });
  };
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

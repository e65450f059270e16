import { ConfigError, isChenyuError } from "./errors.ts";
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

/**
 * Whether a framework steers by this error, so that nobody may wrap it. Next.js does, for example where a page cannot be
 * static: its errors have a text `digest`, and it looks for them in causes, too.
 *
 * @see https://nextjs.org/docs/app/api-reference/functions/unstable_rethrow
 */
export function isFrameworkError(error: unknown, depth = 3): boolean {
  if (depth === 0 || isChenyuError(error)) return false;
  const { digest, cause } = Object(error) as { digest?: unknown; cause?: unknown }; // both are checked
  return typeof digest === "string" || isFrameworkError(cause, depth - 1);
}

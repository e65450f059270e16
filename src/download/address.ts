import type { Asset } from "../core/asset.ts";
import { NotReadyError, type DownloadError } from "../core/errors.ts";
import { isLoopback } from "../core/runtime.ts";
import { downloadError, type ErrorFacts } from "./errors.ts";

/** How long before its end a signed URL is no longer used, in milliseconds: a request takes time to arrive. */
const slackMs = 60_000;

/** What an address is checked against. */
interface AddressFacts extends ErrorFacts {
  /** URL of the API. */
  readonly baseUrl: string;
}

/** Finds where the content is. The signed URL comes first, because nobody documents whether the others need a key. */
export function findAddress(asset: Asset, facts: AddressFacts): URL {
  const { signed_url, content_url, url } = asset;
  const address: unknown = [signed_url, content_url, url].find((value) => Boolean(value));
  if (address !== undefined) return checkAddress(address, facts);
  const message = `${facts.id}: the asset has no address yet. Wait until it is ready.`;
  throw new NotReadyError(message, { asset, attempts: facts.requests });
}

/**
 * Throws when an address would show the bytes to others, or leads into this machine although the API is elsewhere. The
 * error does not show the address's query.
 *
 * @param base - What a relative address is relative to.
 */
export function checkAddress(address: unknown, facts: AddressFacts, base?: URL): URL {
  const refuse = (text: string): DownloadError => downloadError(facts, "address", text);
  if (typeof address !== "string" || !URL.canParse(address, base)) throw refuse("its address is not a URL");
  const url = new URL(address, base);
  const { protocol, hostname, username, password } = url;
  const isLocal = isLoopback(hostname) && isLoopback(new URL(facts.baseUrl).hostname);
  if (protocol !== "https:" && !(protocol === "http:" && isLocal)) {
    throw refuse(`its address is at ${protocol}//${hostname}, not at https:`);
  }
  if (username + password !== "") throw refuse(`its address at ${hostname} has a user name in it`);
  return url;
}

/** Whether a signed URL has expired, or is about to. It is still used if the look-up gives no better one. */
export function hasExpired(url: URL, nowMs: number): boolean {
  const expires = Number(url.searchParams.get("expires"));
  return expires > 0 && expires * 1000 - slackMs <= nowMs;
}

import type { Asset } from "../core/asset.ts";
import { NotReadyError, type DownloadError } from "../core/errors.ts";
import type { Hosts } from "../core/hosts.ts";
import { isLoopback } from "../core/runtime.ts";
import { detailsOf, downloadError, type ErrorFacts } from "./errors.ts";
import { isPrivateHost } from "./private-host.ts";

/** How long before its end a signed URL is no longer used, in milliseconds: a request takes time to arrive. */
const slackMs = 60_000;

/** What an address is checked against. */
interface AddressFacts extends ErrorFacts, Hosts {}

/**
 * Finds where the content is: at the first address that is safe to use. The signed URL comes first, because nobody
 * documents whether the others need a key.
 */
export function findAddress(asset: Asset, facts: AddressFacts): URL {
  const { signed_url, content_url, url } = asset;
  const passedOver: string[] = [];
  for (const [name, address] of Object.entries({ signed_url, content_url, url })) {
    if (!address) continue;
    const checked = checkAddress(address, facts);
    if (typeof checked !== "string") return checked;
    passedOver.push(`its ${name} ${checked}`);
  }
  if (passedOver.length > 0) throw addressError(facts, passedOver.join(", "));
  const message = `${facts.id}: the asset has no address yet. Pass wait: true to wait until it is ready.`;
  throw new NotReadyError(message, { reason: "no_address", asset, ...detailsOf(facts), startedAt: undefined });
}

/** Finds where a redirect leads. @param from - What its address is relative to. */
export function findRedirectTarget(location: string, from: URL, facts: AddressFacts): URL {
  const checked = checkAddress(readLatin1(location), facts, from);
  if (typeof checked === "string") throw addressError(facts, `a redirect's address ${checked}`);
  return checked;
}

function addressError(facts: AddressFacts, reasons: string): DownloadError {
  const advice = reasons.includes(" is at ") ? ". If you trust the host, name it in allowInsecureHosts" : "";
  return downloadError(facts, "address", reasons + advice);
}

/**
 * Checks that an address neither shows the bytes to others, nor leads into this machine or its network although the API is
 * elsewhere.
 *
 * @returns Its URL, or what is wrong with it, without its query.
 */
function checkAddress(address: unknown, hosts: Hosts, base?: URL): URL | string {
  if (typeof address !== "string" || !URL.canParse(address, base)) return "is not a URL";
  const url = new URL(address, base);
  const { protocol, hostname, username, password } = url;
  if (username + password !== "") return `at ${hostname} has a user name in it`;
  const isNamed = (host: string): boolean => hosts.insecureHosts.includes(host);
  const apiHost = new URL(hosts.baseUrl).hostname;
  const isLocal = isLoopback(hostname) && isLoopback(apiHost);
  if (protocol !== "https:" && !(protocol === "http:" && (isLocal || isNamed(hostname))))
    return `is at ${protocol}//${hostname}, not at https:`;
  const isRemoteApi = !isPrivateHost(apiHost) && !isNamed(apiHost);
  if (isRemoteApi && isPrivateHost(hostname) && !isNamed(hostname))
    return `is at ${hostname}, in this machine or its network`;
  return url;
}

/**
 * Reads the UTF-8 of a header, whose bytes `fetch` gives as one character each. Text that is not UTF-8 stays as it is.
 *
 * @see https://fetch.spec.whatwg.org/#concept-header-value
 */
function readLatin1(text: string): string {
  try {
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    // A runtime that has read the UTF-8 itself gives characters that are no bytes.
    return /^[\0-\xff]*$/.test(text) ? new TextDecoder("utf-8", { fatal: true }).decode(bytes) : text;
  } catch {
    return text;
  }
}

/** Whether a signed URL has expired, or is about to. It is still used if the look-up gives no better one. */
export function hasExpired({ search }: URL, nowMs: number): boolean {
  // The time of `searchParams` grows with the square of the number of parameters, so it gets this one alone.
  const [parameter] = /(?:^\?|&)expires(?:=[^&]*)?(?=&|$)/.exec(search) ?? [];
  const expires = Number(new URLSearchParams(parameter).get("expires"));
  return expires > 0 && expires * 1000 - slackMs <= nowMs;
}

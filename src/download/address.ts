import { problem } from "./errors.ts";
import type { Job } from "./read.ts";
import { NotReadyError, type DownloadError } from "../core/errors.ts";
import { isLoopback } from "../core/options.ts";

/** How long before its end a signed URL is left alone, in milliseconds: a request takes its time to arrive. */
const slackMs = 60_000;

/** Finds where the content is: the signed URL first, for nobody documents whether the others need a key. */
export function findAddress(job: Job): URL {
  const { signed_url, content_url, url } = job.asset;
  const address: unknown = [signed_url, content_url, url].find((value) => Boolean(value));
  if (address !== undefined) return checkAddress(job, address);
  const message = `${job.id}: the asset has no address yet. Wait until it is ready.`;
  throw new NotReadyError(message, { asset: job.asset, attempts: job.requests });
}

/**
 * Refuses an address of bytes that others could read, or that leads into this machine, unless the API is here, too. Never
 * shows its query.
 *
 * @param from - What a relative address is relative to.
 */
export function checkAddress(job: Job, address: unknown, from?: URL): URL {
  if (typeof address !== "string" || !URL.canParse(address, from)) throw refuse(job, "its address is no URL");
  const url = new URL(address, from);
  const { protocol, hostname, username, password } = url;
  const isLocal = isLoopback(hostname) && isLoopback(new URL(job.baseUrl).hostname);
  if (protocol !== "https:" && !(protocol === "http:" && isLocal)) {
    throw refuse(job, `its address is at ${protocol}//${hostname}, not at https:`);
  }
  if (username + password !== "") throw refuse(job, `its address at ${hostname} has a user name in it`);
  return url;
}

function refuse(job: Job, text: string): DownloadError {
  return problem(job, "address", text);
}

/** Whether a URL says that its time is up. It may be used in the minute before, where there is no better one. */
export function hasExpired(url: URL, nowMs: number): boolean {
  const expires = Number(url.searchParams.get("expires"));
  return expires > 0 && expires * 1000 - slackMs <= nowMs;
}

import { withDeadline } from "../core/abort.ts";
import type { Asset } from "../core/asset.ts";
import { markFinal } from "../core/callback.ts";
import { ConfigError, NetworkError, ResponseError } from "../core/errors.ts";
import type { SendRequest } from "../core/fetch.ts";
import type { Hosts } from "../core/hosts.ts";
import type { LookUp, LookUpResult } from "../core/look-up.ts";
import { observeRequest, prepareReport } from "../core/observe.ts";
import { checkResponse, type Settings } from "../core/options.ts";
import type { LastRequest } from "../core/report.ts";
import { isBrowser } from "../core/runtime.ts";
import { findAddress, findRedirectTarget, hasExpired } from "./address.ts";
import type { Cursor } from "./cursor.ts";
import { connectionError, detailsOf, downloadError, idleError } from "./errors.ts";
import type { DownloadSettings } from "./options.ts";
import { toIfRange } from "./version.ts";

/** How content hosts are reached. */
export interface ContentHost extends Hosts {
  fetch: SendRequest;
  /** The one header of the client's that a content host gets. */
  userAgent: string | null;
}

/** Where the bytes of an asset are. */
export interface Source extends ContentHost {
  readonly id: string;
  readonly settings: DownloadSettings;
  readonly lookUp: LookUp;
  /** The asset as it was looked up last. */
  asset: Asset;
  /** How far the API's clock is ahead of this machine's, in milliseconds. */
  readonly clockSkewMs: number;
  /** The last request for the content. */
  readonly last: LastRequest;
  requests: number;
  host?: string;
  /** When the call began: its first look-up. */
  readonly startedAt: number;
  refreshes: number;
}

const maxRedirects = 5;
const redirectStatuses = [301, 302, 303, 307, 308];
/** Stores say in different ways that a signed URL has expired. */
const expiredUrlStatuses = [400, 401, 403, 404, 410];

/**
 * Requests the bytes from the cursor on. Gets a fresh URL, once, if the present one is too old or is refused.
 *
 * @param requestSignal - Ends this request.
 * @param downloadSignal - Ends the download.
 */
export async function requestContent(
  source: Source,
  cursor: Cursor,
  requestSignal: AbortSignal,
  downloadSignal: AbortSignal,
): Promise<Response> {
  const { idleTimeoutMs } = source.settings;
  const onTimeout = (): never => {
    throw idleError(source, cursor.position, idleTimeoutMs);
  };
  const send = (): Promise<Response> =>
    withDeadline(idleTimeoutMs, downloadSignal, () => fetchContent(source, cursor, requestSignal), onTimeout);

  if (!hasExpired(findAddress(source.asset, source), Date.now() + source.clockSkewMs)) {
    const response = await send().catch(ignoreHiddenRefusal);
    if (response !== undefined && !expiredUrlStatuses.includes(response.status)) return response;
    discard(response);
  }
  await refresh(source, downloadSignal);
  return send();
}

/** In a browser, a refusal by another origin looks like a failed connection. */
function ignoreHiddenRefusal(error: unknown): undefined {
  if (!isBrowser() || !(error instanceof NetworkError)) throw error;
}

/** Looks the asset up again. A failure is final: the look-up has had its own retries. */
export async function refresh(source: Source, signal: AbortSignal | undefined): Promise<void> {
  try {
    const settings = { ...source.settings, signal, sentBefore: source.requests };
    const { asset, attempts } = await lookUpSame(source.id, source.lookUp, settings);
    source.asset = asset;
    source.requests = attempts;
  } catch (error) {
    markFinal(error);
    throw error;
  }
  source.refreshes += 1;
}

/** Looks the asset up, and refuses another one in its place: its bytes would get the name of this one. */
export async function lookUpSame(id: string, lookUp: LookUp, settings: Settings): Promise<LookUpResult> {
  const result = await lookUp(settings);
  const { asset, status, attempts, redact } = result;
  if (asset.asset_id === id || asset.asset_id === `asset://${id}`) return result;
  const shown = JSON.stringify(redact(asset.asset_id).slice(0, 80));
  const message = `${id}: the API answers with another asset, ${shown}. Check baseUrl, and any proxy on the way.`;
  throw new ResponseError(message, { status, attempts });
}

/** Sends a request, also to where redirects lead, without the client's secrets. */
async function fetchContent(source: Source, cursor: Cursor, signal: AbortSignal): Promise<Response> {
  // A browser hides where a redirect leads. It does not let an https: page read from http:.
  const redirect = isBrowser() ? "follow" : "manual";
  const init: RequestInit = { headers: requestHeaders(source, cursor), redirect, signal };
  const { observer } = source.settings;
  let url = findAddress(source.asset, source);
  await prepareReport(observer, signal, source.settings.idleTimeoutMs);
  for (let redirects = 0; ; redirects++) {
    source.requests += 1;
    source.host = url.host;
    const request = { method: "GET", url: url.href, attempt: source.requests, signal: undefined };
    const fetchHere = fetchOnce.bind(undefined, source, cursor, url, init);
    const response = await observeRequest(observer, request, source.last, fetchHere);
    const location = response.headers.get("location");
    const isRedirect = redirectStatuses.includes(response.status) && location !== null;
    // A custom `fetch` may ignore signals.
    if (isRedirect || signal.aborted) discard(response);
    signal.throwIfAborted();
    if (!isRedirect) return response;
    if (redirects === maxRedirects) {
      throw downloadError(source, "unexpected", `it redirects more than ${maxRedirects} times`);
    }
    url = findRedirectTarget(location, url, source);
  }
}

async function fetchOnce(source: Source, cursor: Cursor, { href }: URL, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await source.fetch(href, init);
  } catch (error) {
    init.signal?.throwIfAborted(); // by the clock, or by the caller
    throw await connectionError(source, cursor.position, error, source.fetch.isOwn ? undefined : href);
  }
  checkResponse(response, detailsOf(source));
  const { body } = response;
  if (body && typeof body.getReader !== "function") {
    throw new ConfigError("fetch", "the body of its Response must be a ReadableStream.", detailsOf(source));
  }
  return response;
}

function requestHeaders({ userAgent }: Source, { position, range: { end }, version }: Cursor): Record<string, string> {
  const headers: Record<string, string> = {};
  if (userAgent !== null) headers["user-agent"] = userAgent;
  // No download can go on inside an encoded body. Deno decodes only what it has asked for itself.
  if (!("Deno" in globalThis)) headers["accept-encoding"] = "identity";
  if (position === 0 && end === undefined) return headers;
  headers.range = `bytes=${position}-${end === undefined ? "" : end - 1}`;
  // In a browser, it would cost a preflight request, which object stores refuse.
  if (version?.validator !== undefined && !isBrowser()) headers["if-range"] = toIfRange(version.validator);
  return headers;
}

/** Cancels a response whose bytes nobody wants. */
function discard(response: Response | undefined): void {
  response?.body?.cancel().catch(() => {});
}

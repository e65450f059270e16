import type { Asset } from "../../generated/schema.ts";
import { retryDelayMs } from "../core/retry.ts";
import { hasValidator, readPart, type Part, type Version } from "./head.ts";
import { cutOff, networkError, nothingCame, problem } from "./errors.ts";
import { ask, refusal } from "./source.ts";
import type { DownloadSettings } from "./options.ts";
import { ConfigError, isChenyuError, type DownloadError } from "../core/errors.ts";
import type { Fetch } from "../core/options.ts";
import { mayPass, type LookUp } from "../client/transport.ts";
import { createIdleClock, link, pause, tellCaller } from "../core/abort.ts";

/** How contents are asked for. */
export interface ContentHost {
  fetch: Fetch;
  /** Where the API is. */
  baseUrl: string;
  /** The one header of the client's that a content host gets. */
  userAgent: string | null;
}

/** A content that is being read. Positions are those in the file. */
export interface Job extends DownloadSettings, ContentHost {
  id: string;
  lookUp: LookUp;
  /** As it was looked up last. */
  asset: Asset;
  /** How far the API's clock is ahead of this machine's. */
  skewMs: number;
  /** How large the asset says that it is. */
  size: number | undefined;
  /** Which byte comes next. */
  position: number;
  /** How large the file is, and where to end, as far as that is known. */
  total: number | undefined;
  end: number | undefined;
  /** Of what the bytes are that have been given. */
  version: Version | undefined;
  requests: number;
  /** How many requests since the last byte were sent again. */
  retries: number;
  resumes: number;
  refreshes: number;
  /** Whether a fresh URL may help: not after one that has given nothing. */
  mayRefresh: boolean;
  /** When `onProgress` was called last. */
  toldAt: number;
}

const progressEveryMs = 100;

/**
 * Reads the content to its end. No byte is given twice, nor one of another version of the file: a request that ends too
 * early is followed by one for the rest of the same version.
 *
 * @param ending - Aborts when nobody wants the bytes any more.
 */
export async function* readContent(job: Job, ending: AbortController): AsyncGenerator<Uint8Array, void> {
  const { signal } = ending;
  let request = new AbortController();
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  const endRequest = (reason: unknown): void => {
    request.abort(reason);
    // A `fetch` of the caller's may not know signals.
    void reader?.cancel().catch(() => {});
  };
  const clock = createIdleClock(job.idleTimeoutMs, () => endRequest(nothingCame(job)));
  link(signal, () => endRequest(signal.reason));
  try {
    while (job.position !== job.range.end) {
      try {
        const response = await ask(job, request.signal, ending);
        reader = response.body?.getReader();
        const part = accept(job, response);
        if (part === undefined) break;
        let at = part.start;
        while (reader !== undefined) {
          clock.start();
          const { done, value } = await reader.read();
          clock.pause();
          if (done) break;
          const bytes = take(job, value, at);
          at += value.length;
          if (bytes.length === 0) continue;
          arrive(job, part, bytes);
          if (isTimeToTell(job)) await tell(job, ending);
          yield bytes;
          if (job.position === job.range.end) break;
        }
        request.signal.throwIfAborted();
        checkEnd(job, part, at);
        break;
      } catch (error) {
        clock.pause();
        signal.throwIfAborted();
        const reason = request.signal.aborted ? request.signal.reason : error;
        const failure = isChenyuError(reason) ? reason : networkError(job, reason);
        endRequest(failure);
        if (isWhole(job) && mayPass(failure)) break;
        await recover(job, failure, signal);
        request = new AbortController();
      }
    }
    await tell(job, ending);
  } finally {
    clock.stop();
    endRequest(undefined);
  }
}

/** Checks that a response goes on where the last one ended. @returns `undefined` if there is nothing more. */
function accept(job: Job, response: Response): Part | undefined {
  const { position, size, version } = job;
  const { status } = response;
  if (status !== 200 && status !== 206 && status !== 416) throw refusal(job, response);
  const part = readPart(response, position);
  const { start, total, isEncoded } = part;
  if (version !== undefined && !isOfVersion(version, response, total)) {
    throw problem(job, "changed", `the file has changed since its first ${position} bytes`);
  }
  if (status === 416 && position === (size ?? total)) return undefined;
  if (size !== undefined && total !== undefined && total !== size) {
    throw problem(job, "size", `the file has ${total} bytes, but size_bytes is ${size}`);
  }
  if (status === 416 || position > (total ?? position)) throw problem(job, "size", `the file has no byte ${position}`);
  if (status === 206 && (start !== position || isEncoded)) {
    throw problem(job, "unexpected", `the content host gives other bytes than those from ${position}`);
  }
  job.total = size ?? total ?? version?.total;
  job.end = minimum(job.range.end, job.total);
  if (version !== undefined) job.resumes += 1;
  return part;
}

function isOfVersion({ validator, total }: Version, response: Response, newTotal: number | undefined): boolean {
  const hasOtherSize = total !== undefined && newTotal !== undefined && newTotal !== total;
  return !hasOtherSize && hasValidator(response, validator);
}

function minimum(...numbers: (number | undefined)[]): number | undefined {
  const known = numbers.filter((number) => number !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** Gives the bytes of a piece that are wanted: not those that were given already, nor those behind the end. */
function take(job: Job, piece: Uint8Array, at: number): Uint8Array {
  const { position, total, end = Infinity } = job;
  // Not by its class, for there are other realms.
  if (piece?.BYTES_PER_ELEMENT !== 1) throw new ConfigError("fetch: the body of its Response must give Uint8Arrays.");
  if (total !== undefined && at + piece.length > total) {
    throw problem(job, "size", `there are more bytes than the announced ${total}`);
  }
  const from = Math.max(position - at, 0);
  const to = Math.min(end - at, piece.length);
  return from === 0 && to === piece.length ? piece : piece.subarray(from, Math.max(from, to));
}

/** Counts bytes that are given now. */
function arrive(job: Job, part: Part, bytes: Uint8Array): void {
  job.version ??= part;
  job.position += bytes.length;
  job.retries = 0;
  job.mayRefresh = true;
}

/** Checks that all has come that should, now that a response has ended. @param at - Where in the file it did. */
function checkEnd(job: Job, { isEncoded }: Part, at: number): void {
  // A file of which nobody told the size ends here.
  if (job.total === undefined) job.end = minimum(job.end, at);
  const { position, end = position } = job;
  if (at < position || position < end) {
    throw isEncoded ? problem(job, "size", `it has ${at} bytes, not ${end}`) : cutOff(job, at, end);
  }
}

/** Whether all bytes have come, although the connection failed before it said so. */
function isWhole({ position, size, version }: Job): boolean {
  return position === size && version?.isEncoded === false;
}

function isTimeToTell({ onProgress, toldAt, position, end }: Job): boolean {
  return onProgress !== undefined && position !== end && performance.now() - toldAt >= progressEveryMs;
}

async function tell(job: Job, ending: AbortController): Promise<void> {
  const { onProgress, position, end, range, resumes, refreshes } = job;
  if (onProgress === undefined) return;
  const totalBytes = end && end - range.start;
  const progress = { receivedBytes: position - range.start, totalBytes, resumes, refreshes };
  job.toldAt = performance.now();
  try {
    await tellCaller(() => onProgress(progress), ending.signal);
  } catch (error) {
    ending.abort(error);
    throw error;
  }
}

/** Waits for the time to send the request again; throws where that cannot help. */
async function recover(job: Job, error: unknown, signal: AbortSignal): Promise<void> {
  const { version, retries, maxRetries, maxRetryAfterMs } = job;
  const canGoOn = version === undefined || (version.validator !== undefined && !version.isEncoded);
  if (!mayPass(error) || !canGoOn || retries >= maxRetries) throw error;
  const { retryAfterMs } = error as Partial<DownloadError>;
  if ((retryAfterMs ?? 0) > maxRetryAfterMs) throw error;
  job.retries += 1;
  const delayMs = retryDelayMs(job.retries, retryAfterMs);
  await pause(delayMs, signal, () => job.onRetry?.({ attempt: job.requests, delayMs, error }));
}

import type { ChenyuError } from "./errors.ts";
import type { LogFields, Logger, LogLevel, RequestEvent } from "./logger.ts";

// This file imports no code: it is loaded when somebody observes requests, and bundlers would cut the first load of a page
// into more pieces.

/** Who wants to know of a client's requests. */
export interface Observer {
  logger: Logger | undefined;
  /** What the log on standard error shows, if there is no logger. */
  levels: readonly LogLevel[];
  channel: TracingChannel | undefined;
}

/** The part of Node's `TracingChannel` that is used. */
export interface TracingChannel {
  /** Bun 1.4 has no such field. */
  hasSubscribers?: boolean;
  tracePromise?: (work: () => Promise<void>, event: RequestEvent) => unknown;
}

/** A response to a request that is observed. */
export interface ObservedResponse {
  status: number;
  headers: Headers;
  requestId?: string | undefined;
  /** The failure that it reports, if any. */
  failure?: Error | undefined;
}

/** A request that is observed. */
export interface ObservedRequest {
  method: string;
  url: string;
  attempt: number;
  signal: AbortSignal | undefined;
}

/** The last request of a call or of a download, for the lines of the log about failures. */
export interface LastRequest {
  event?: RequestEvent;
}

/** Whether this package threw an error: then it has no secret. */
type IsOurs = (error: unknown) => error is ChenyuError;

/**
 * Runs a request. The channel gets its start and its end. The logger gets its start, and its end if that is a good one or the
 * caller's doing: for a failure, see {@link reportFailure}.
 */
export async function reportRequest<T extends ObservedResponse>(
  observer: Observer,
  { method, url, attempt, signal }: ObservedRequest,
  last: LastRequest,
  work: () => Promise<T>,
  isOurs: IsOurs,
): Promise<T> {
  const target = new URL(url);
  const facts: RequestEvent = { method, host: target.host, path: target.pathname, attempt };
  const event = { ...facts }; // subscribers may change it
  last.event = facts;
  log(observer, "debug", `${lineOf(facts)}: attempt ${attempt} begins`, { ...facts });
  const startedAt = performance.now();
  let end: { response: T } | { error: unknown } | undefined;

  // Its result and its error are shown to the channel. A response has the signed URL, and a foreign error may have any secret.
  async function run(): Promise<void> {
    try {
      const response = await work();
      end = { response };
      readResponse(facts, response, target);
    } catch (error) {
      end = { error };
      facts.error = isOurs(error) && !signal?.aborted ? error : callerError();
      if (facts.error === error) readError(facts, error as ChenyuError);
    }
    facts.durationMs = performance.now() - startedAt;
    Object.assign(event, facts);
    if (facts.error !== undefined) throw facts.error;
  }

  let running: Promise<void> | undefined;
  try {
    await observer.channel?.tracePromise?.(() => (running ??= run()), event);
  } catch {} // the error is in `end`, unless the channel itself has failed
  await (running ?? run()).catch(() => {});

  if ("error" in end!) {
    if (!isOurs(end.error) || signal?.aborted) {
      log(observer, "info", `${lineOf(facts)}: ended by its caller (${describe(facts)})`, { ...facts });
    }
    throw end.error;
  }
  const { response } = end!;
  const { status } = response;
  // The others are failures, which another attempt may follow.
  const isTold = response.failure === undefined && status < 500 && status !== 408 && status !== 429;
  if (isTold) {
    log(observer, status < 400 ? "info" : "warn", `${lineOf(facts)}: HTTP ${status} (${describe(facts)})`, {
      ...facts,
    });
  }
  return response;
}

function callerError(): Error {
  return Object.assign(new Error("The caller has ended the request."), { name: "AbortError" });
}

function lineOf({ method, host, path }: RequestEvent): string {
  return `${method} ${host}${path}`;
}

function readResponse(facts: RequestEvent, { status, headers, requestId, failure }: ObservedResponse, url: URL): void {
  facts.status = status;
  facts.requestId = requestId ?? requestIdOf(headers, url);
  if (failure !== undefined) facts.error = failure;
}

/** Reads the request id of a content host, unless it may repeat the signature of the URL. */
function requestIdOf(headers: Headers, { search }: URL): string | undefined {
  const id = headers.get("x-request-id") ?? "";
  const isSafe =
    /^[\w.-]{1,200}$/.test(id) && !search.split(/[?&=]/).some((part) => part.length > 3 && id.includes(part));
  return isSafe ? id : undefined;
}

/** Some errors have the status of a response, too. */
function readError(facts: RequestEvent, error: ChenyuError & { status?: number }): void {
  facts.status = error.status;
  facts.requestId = error.requestId;
}

/**
 * Tells the logger of a failed attempt. What the caller's own code has thrown is not told: it may say anything.
 *
 * @param retryDelayMs - Time until the next one, if one follows.
 */
export function reportFailure(
  observer: Observer,
  { event }: LastRequest,
  error: unknown,
  retryDelayMs: number | undefined,
  isOurs: IsOurs,
): void {
  if (!isOurs(error)) return;
  const { attempts: attempt, host, requestId } = error;
  const facts: LogFields = event === undefined ? { attempt, host, requestId } : { ...event };
  const next = retryDelayMs === undefined ? "" : ` Next attempt in ${Math.round(retryDelayMs)} ms.`;
  const level = retryDelayMs === undefined ? "error" : "warn";
  log(observer, level, `${error.message} (${describe(facts)})${next}`, { ...facts, error, retryDelayMs });
}

function describe({ attempt, durationMs, requestId }: LogFields): string {
  const facts = [`attempt ${attempt}`];
  if (durationMs !== undefined) facts.push(`${Math.round(durationMs)} ms`);
  if (requestId !== undefined) facts.push(`request id ${requestId}`);
  return facts.join(", ");
}

/** Writes a line of the log. A logger that fails must not end the call. */
function log({ logger, levels }: Observer, level: LogLevel, message: string, fields: LogFields): void {
  const writer = logger ?? createLogger(levels, console.error);
  void (async () => writer[level](message, fields))().catch(() => {});
}

/** Makes a logger that writes lines of text. @param levels - What it shows. */
export function createLogger(levels: readonly LogLevel[], write: (line: string) => void): Logger {
  const writeAs =
    (level: LogLevel) =>
    (message: string): void => {
      if (levels.includes(level)) write(`${new Date().toISOString()} ${level} ${escapeControls(message)}`);
    };
  return { debug: writeAs("debug"), info: writeAs("info"), warn: writeAs("warn"), error: writeAs("error") };
}

/** Escapes what could control a terminal, in the form of JSON: a server may have sent it. */
function escapeControls(text: string): string {
  return text.replace(
    /[\p{Control}\p{Line_Separator}\p{Paragraph_Separator}\p{Bidi_Control}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

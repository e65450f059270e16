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
  tracePromise(work: () => Promise<void>, event: RequestEvent): Promise<void>;
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
}

/** Whether this package threw an error: then it has no secret. */
type IsOurs = (error: unknown) => error is ChenyuError;

/** The requests that failed, by their errors, until it is decided whether another attempt follows. */
const failedRequests = new WeakMap<object, RequestEvent>();

/** The errors that a line of the log has told. A download passes on those of its look-ups. */
const reportedErrors = new WeakSet<object>();

/**
 * Runs a request. The channel hears of its begin and its end. The logger hears of its begin and of a good end: of a failure,
 * see {@link reportFailure}.
 */
export async function reportRequest<T extends ObservedResponse>(
  observer: Observer,
  { method, url, attempt }: ObservedRequest,
  work: () => Promise<T>,
  isOurs: IsOurs,
): Promise<T> {
  const { channel } = observer;
  const target = new URL(url);
  const { host, pathname: path } = target;
  const event: RequestEvent = { method, host, path, attempt };
  const line = lineOf(event);
  log(observer, "debug", `${line}: attempt ${attempt} begins`, { ...event });
  const startedAt = performance.now();
  let response: T | undefined;

  // Returns nothing, because the channel shows what it returns, and a response has the signed URL.
  async function run(): Promise<void> {
    try {
      response = await work();
      readResponse(event, response, target);
      if (response.failure !== undefined) throw response.failure;
    } catch (error) {
      event.error = error;
      if (isOurs(error)) readError(event, error);
      throw error;
    } finally {
      event.durationMs = performance.now() - startedAt;
    }
  }

  try {
    await (channel ? channel.tracePromise(run, event) : run());
  } catch (error) {
    failedRequests.set(Object(error), factsOf(event));
    if (response === undefined) throw error;
    return response;
  }
  log(
    observer,
    event.status! < 400 ? "info" : "warn",
    `${line}: HTTP ${event.status} (${describe(event)})`,
    factsOf(event),
  );
  return response!; // it is there, because nothing was thrown
}

function lineOf({ method, host, path }: RequestEvent): string {
  return `${method} ${host}${path}`;
}

function readResponse(event: RequestEvent, { status, headers, requestId }: ObservedResponse, url: URL): void {
  event.status = status;
  event.requestId = requestId ?? requestIdOf(headers, url);
}

/** Reads the request id of a content host, unless it may repeat the signature of the URL. */
function requestIdOf(headers: Headers, { search }: URL): string | undefined {
  const id = headers.get("x-request-id") ?? "";
  const isSafe =
    /^[\w.-]{1,200}$/.test(id) && !search.split(/[?&=]/).some((part) => part.length > 3 && id.includes(part));
  return isSafe ? id : undefined;
}

/** Some errors have the status of a response, too. */
function readError(event: RequestEvent, error: ChenyuError & { status?: number }): void {
  event.status = error.status;
  event.requestId = error.requestId;
}

/** Copies an event without what subscribers and Node have added to it. */
function factsOf({ method, host, path, attempt, status, durationMs, requestId, error }: RequestEvent): RequestEvent {
  return { method, host, path, attempt, status, durationMs, requestId, error };
}

/** Tells the logger of a failed attempt. @param retryDelayMs - Time until the next one, if one follows. */
export function reportFailure(
  observer: Observer,
  error: unknown,
  retryDelayMs: number | undefined,
  isOurs: IsOurs,
): void {
  const request = failedRequests.get(Object(error));
  if (reportedErrors.has(Object(error))) return;
  reportedErrors.add(Object(error));
  if (!isOurs(error)) {
    // The caller's own code has ended it. Its error may say anything.
    if (request) log(observer, "info", `${lineOf(request)}: ended by its caller (${describe(request)})`, request);
    return;
  }
  const { attempts: attempt, host, requestId } = error;
  const facts: LogFields = request ?? { attempt, host, requestId, error };
  const [level, next] =
    retryDelayMs === undefined
      ? (["error", ""] as const)
      : (["warn", ` Next attempt in ${Math.round(retryDelayMs)} ms.`] as const);
  log(observer, level, `${error.message} (${describe(facts)})${next}`, { ...facts, retryDelayMs });
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
      if (levels.includes(level)) write(`${new Date().toISOString()} ${level} ${message}`);
    };
  return { debug: writeAs("debug"), info: writeAs("info"), warn: writeAs("warn"), error: writeAs("error") };
}

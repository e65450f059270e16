/** What writes a log, such as `console`. It never gets a secret. What it throws is ignored. */
export interface Logger {
  /** Called as a request begins. */
  debug(message: string, fields: LogFields): unknown;
  /** Called after each response that reports no failure. */
  info(message: string, fields: LogFields): unknown;
  /** Called after each failure that another attempt follows, and when a content host refuses a signed URL. */
  warn(message: string, fields: LogFields): unknown;
  /** Called after each failure that no other attempt follows. */
  error(message: string, fields: LogFields): unknown;
}

/** Describes one request, to the API or to a content host. Fields are added as they become known. */
export interface RequestEvent {
  method: string;
  /** Host, with its port. */
  host: string;
  /** Path, without the query: that of a signed URL is a secret. */
  path: string;
  /** Number of the request in its call, from 1. */
  attempt: number;
  /** HTTP status, if a response came. */
  status?: number | undefined;
  /** Time until the API's response has been read, or until a content host's has begun, in milliseconds. */
  durationMs?: number | undefined;
  /** The `X-Request-Id` of the response, if it has one. */
  requestId?: string | undefined;
  /** Why it failed, if it did. If your signal or your own code has ended it, an `AbortError` without your reason. */
  error?: unknown;
}

/** The fields of a line of the log: those of the last request, if there was one. */
export interface LogFields extends Partial<Omit<RequestEvent, "host">> {
  host?: string | undefined;
  /** Time until the next attempt, in milliseconds, if one follows. */
  retryDelayMs?: number | undefined;
}

/** How important a line of the log is. */
export type LogLevel = keyof Logger;

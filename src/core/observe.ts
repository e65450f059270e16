import { ConfigError, isChenyuError } from "./errors.ts";
import { builtinModule, environment } from "./runtime.ts";

/** What writes a log, such as `console`. It never gets a secret. What it throws is ignored. */
export interface Logger {
  /** Called as a request begins. */
  debug(message: string, fields: LogFields): unknown;
  /** Called after each response that reports no failure. */
  info(message: string, fields: LogFields): unknown;
  /** Called after each failure that another attempt follows, and after each refusal by a content host. */
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
  /** Why it failed, if it did. After an abort, the `reason` of your signal. */
  error?: unknown;
}

/** The fields of a line of the log. For a connection that breaks while the content comes, only some are known. */
export interface LogFields extends Partial<Omit<RequestEvent, "host">> {
  host?: string | undefined;
  /** Time until the next attempt, in milliseconds, if one follows. */
  retryDelayMs?: number | undefined;
}

/** What a log can show, the most important first. A log that shows a level shows those before it, too. @internal */
export const logLevels = ["error", "warn", "info", "debug"] as const;

/** @internal */
export type LogLevel = (typeof logLevels)[number];

/** The part of Node's `TracingChannel` that is used. */
interface TracingChannel {
  hasSubscribers: boolean;
  tracePromise(work: () => Promise<void>, event: RequestEvent): Promise<void>;
}

/** The part of Node's module `diagnostics_channel` that is used. Some runtimes have less of it. */
interface Channels {
  tracingChannel?: (name: string) => TracingChannel;
}

/** Who wants to know of a client's requests. @internal */
export interface Observer {
  logger: Logger | undefined;
  /** What the log on standard error shows, if there is no logger. */
  levels: readonly LogLevel[];
  channel: TracingChannel | undefined;
}

/** Finds who wants to know of a client's requests. @see https://nodejs.org/api/diagnostics_channel.html#tracingchannel-channels */
export function createObserver(logger: Logger | undefined): Observer {
  if (logger !== undefined && logLevels.some((level) => typeof Object(logger)[level] !== "function")) {
    throw new ConfigError("logger", `pass an object with ${logLevels.join(", ")}, such as console.`);
  }
  const channels = builtinModule("node:diagnostics_channel") as Channels | undefined;
  return { logger, levels: readLogLevels(), channel: channels?.tracingChannel?.("chenyu-assets:request") };
}

/** Reads from the environment what the log on standard error shows. @internal */
export function readLogLevels(): readonly LogLevel[] {
  const last = environment("CHENYU_LOG") || "off";
  const count = ["off", ...logLevels].indexOf(last);
  if (count >= 0) return logLevels.slice(0, count);
  throw new ConfigError("CHENYU_LOG", `"${last}" is no level. Use off, ${logLevels.join(", ")}.`);
}

/** A response to a request that is observed. @internal */
export interface ObservedResponse {
  status: number;
  headers: Headers;
  requestId?: string | undefined;
  /** The failure that it reports, if any. */
  failure?: Error | undefined;
}

/** A request that is observed. @internal */
export interface ObservedRequest {
  method: string;
  url: string;
  attempt: number;
}

/** Runs a request, and tells of it. */
export async function observeRequest<T extends ObservedResponse>(
  observer: Observer,
  request: ObservedRequest,
  work: () => Promise<T>,
): Promise<T> {
  if (!isLogging(observer) && !observer.channel?.hasSubscribers) return work();
  const code = await loadReport();
  return code === undefined ? work() : code.reportRequest(observer, request, work, isChenyuError);
}

/** Tells of a failed attempt. @param retryDelayMs - Time until the next one, if one follows. */
export async function observeFailure(observer: Observer, error: unknown, retryDelayMs?: number): Promise<void> {
  if (isLogging(observer)) (await loadReport())?.reportFailure(observer, error, retryDelayMs, isChenyuError);
}

function isLogging({ logger, levels }: Observer): boolean {
  return logger !== undefined || levels.length > 0;
}

/** Loads the code only where somebody wants to know. What cannot be loaded must not end the call. */
function loadReport(): Promise<typeof import("./report.ts") | undefined> {
  return import("./report.ts").catch(() => undefined);
}

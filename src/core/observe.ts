import { withDeadline } from "./abort.ts";
import { ConfigError, isChenyuError } from "./errors.ts";
import type { Logger, LogLevel } from "./logger.ts";
import type * as Report from "./report.ts";
import type { LastRequest, ObservedRequest, ObservedResponse, Observer, TracingChannel } from "./report.ts";
import { builtinModule, environment } from "./runtime.ts";

/** The levels of a log, the most important first. A log that shows one shows those before it, too. */
const logLevels = ["error", "warn", "info", "debug"] as const;

/** The part of Node's module `diagnostics_channel` that is used. Some runtimes have less of it. */
interface Channels {
  tracingChannel?: (name: string) => TracingChannel;
}

/** Finds who wants to know of a client's requests. */
export function createObserver(logger: Logger | undefined): Observer {
  if (logger !== undefined && logLevels.some((level) => typeof Object(logger)[level] !== "function")) {
    throw new ConfigError("logger", `pass an object with ${logLevels.join(", ")}, such as console.`);
  }
  return { logger, levels: logger === undefined ? readLogLevels() : [], channel: findChannel() };
}

/** @see https://nodejs.org/api/diagnostics_channel.html#tracingchannel-channels */
function findChannel(): TracingChannel | undefined {
  try {
    const channels = builtinModule("node:diagnostics_channel") as Channels | undefined;
    return channels?.tracingChannel?.("chenyu-assets:request");
  } catch {
    return undefined; // some runtimes throw for what they lack
  }
}

/** Reads from the environment what the log on standard error shows. @internal */
export function readLogLevels(): readonly LogLevel[] {
  const last = environment("CHENYU_LOG")?.trim().toLowerCase() || "off";
  const count = ["off", ...logLevels].indexOf(last);
  if (count >= 0) return logLevels.slice(0, count);
  throw new ConfigError("CHENYU_LOG", `"${last}" is no level. Use off, ${logLevels.join(", ")}.`);
}

/** The code that tells of requests, once it has been loaded. */
let report: typeof Report | undefined;

const maxLoadMs = 1000;

/**
 * Loads the code if somebody wants to know of requests. A request does not wait for it for long, and goes on without it.
 *
 * @param leftMs - Time left for the request, in milliseconds.
 */
export async function prepareReport(
  observer: Observer,
  signal: AbortSignal | undefined,
  leftMs: number,
): Promise<void> {
  const isTracing = observer.channel && observer.channel.hasSubscribers !== false; // Bun does not tell
  if (report !== undefined || !(isTracing || isLogging(observer))) return;
  const load = (): Promise<void> =>
    import("./report.ts").then(
      (code) => void (report = code),
      () => {},
    );
  await withDeadline(Math.min(leftMs, maxLoadMs), signal, load, () => {});
}

/** Runs a request, and tells of it. */
export function observeRequest<T extends ObservedResponse>(
  observer: Observer,
  request: ObservedRequest,
  last: LastRequest,
  work: () => Promise<T>,
): Promise<T> {
  if (report === undefined || (observer.channel?.hasSubscribers === false && !isLogging(observer))) return work();
  return report.reportRequest(observer, request, last, work, isChenyuError);
}

/** Tells of a failed attempt. @param retryDelayMs - Time until the next one, if one follows. */
export function observeFailure(observer: Observer, last: LastRequest, error: unknown, retryDelayMs?: number): void {
  if (isLogging(observer)) report?.reportFailure(observer, last, error, retryDelayMs, isChenyuError);
}

function isLogging({ logger, levels }: Observer): boolean {
  return logger !== undefined || levels.length > 0;
}

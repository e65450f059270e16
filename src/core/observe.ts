import { ConfigError, isChenyuError } from "./errors.ts";
import type { Logger, LogLevel } from "./logger.ts";
import type * as Report from "./report.ts";
import type { ObservedRequest, ObservedResponse, Observer, TracingChannel } from "./report.ts";
import { builtinModule, environment } from "./runtime.ts";

/** The levels of a log, the most important first. A log that shows one shows those before it, too. */
const logLevels = ["error", "warn", "info", "debug"] as const;

/** The part of Node's module `diagnostics_channel` that is used. Some runtimes have less of it. */
interface Channels {
  tracingChannel?: (name: string) => TracingChannel;
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
  const last = environment("CHENYU_LOG")?.trim().toLowerCase() || "off";
  const count = ["off", ...logLevels].indexOf(last);
  if (count >= 0) return logLevels.slice(0, count);
  throw new ConfigError("CHENYU_LOG", `"${last}" is no level. Use off, ${logLevels.join(", ")}.`);
}

/** Runs a request, and tells of it. */
export async function observeRequest<T extends ObservedResponse>(
  observer: Observer,
  request: ObservedRequest,
  work: () => Promise<T>,
): Promise<T> {
  const isTracing = observer.channel && observer.channel.hasSubscribers !== false; // Bun does not tell
  if (!isTracing && !isLogging(observer)) return work();
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
function loadReport(): Promise<typeof Report | undefined> {
  return import("./report.ts").catch(() => undefined);
}

/** A logger that keeps what it is told. */
import type { LogFields, Logger } from "../../src/index.ts";

export interface LogLine {
  level: keyof Logger;
  message: string;
  fields: LogFields;
}

/** Makes a logger. @param levels - The levels that it keeps. */
export function recordLog(levels: readonly (keyof Logger)[] = ["info", "warn", "error"]): {
  logger: Logger;
  lines: LogLine[];
} {
  const lines: LogLine[] = [];
  const keep = (level: keyof Logger) => (message: string, fields: LogFields) => {
    if (levels.includes(level)) lines.push({ level, message, fields });
  };
  return { lines, logger: { debug: keep("debug"), info: keep("info"), warn: keep("warn"), error: keep("error") } };
}

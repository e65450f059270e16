import type { LogLevel, Logger } from "../core/logger.ts";
import { readLogLevels } from "../core/observe.ts";
import { createLogger } from "../core/report.ts";
import type { OptionValues } from "./options.ts";
import { escapeControls, printMessage } from "./output.ts";

/** Makes the logger of a command; `undefined` if nobody asks for a log. */
export function createCommandLogger(values: OptionValues): Logger | undefined {
  const levels = levelsOf(values);
  return levels.length === 0 ? undefined : createLogger(levels, (line) => printMessage(escapeControls(line)));
}

/** Whether lines of a log may come between the others. */
export function hasLog(values: OptionValues): boolean {
  return levelsOf(values).length > 0;
}

/** `CHENYU_LOG` may ask for more than `--verbose` does. */
function levelsOf({ verbose = false }: OptionValues): readonly LogLevel[] {
  const levels = readLogLevels();
  return verbose && !levels.includes("info") ? ["error", "warn", "info"] : levels;
}

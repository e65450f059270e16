import { parseArgs } from "node:util";

/** Thrown for a command line that cannot be meant, before anything is sent. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const options = {
  json: { type: "boolean" },
  output: { type: "string", short: "o" },
  overwrite: { type: "string" },
  concurrency: { type: "string" },
  timeout: { type: "string" },
  "base-url": { type: "string" },
  "api-key-file": { type: "string" },
  port: { type: "string" },
  host: { type: "string" },
  quiet: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean" },
} as const;

/** The options that were given, by their names. */
export type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>["values"];

/** @throws {@link UsageError} */
export function readArguments(args: string[]): { values: Values; positionals: string[] } {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    const { code = "", message } = error as Error & { code?: string };
    if (!code.startsWith("ERR_PARSE_ARGS")) throw error;
    const [problem] = message.split(/\.?\n|\. /) as [string];
    const isKey = /'--?(api-?)?(key|token)'/i.test(problem);
    throw new UsageError(isKey ? `${problem}: ${whereKeysGo}` : problem);
  }
}

const whereKeysGo = "ps shows it to everybody; the key goes into CHENYU_API_KEY or a file for --api-key-file";

/** Refuses an option that belongs to another command. */
export function checkCommandOptions(command: string, takes: readonly (keyof Values)[], values: Values): void {
  const stray = (Object.keys(values) as (keyof Values)[]).find((name) => !takes.includes(name));
  if (stray !== undefined) throw new UsageError(`${command} takes no --${stray}`);
}

/** Reads an option in seconds, and gives milliseconds. */
export function readSeconds(name: keyof Values, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(value) ? Math.round(Number(value) * 1000) : 0;
  if (ms >= 1 && ms < 2 ** 31) return ms;
  throw new UsageError(`--${name} takes seconds, such as 90 or 0.5, not ${JSON.stringify(value)}`);
}

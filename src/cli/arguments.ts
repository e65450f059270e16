import { parseArgs } from "node:util";

/** Thrown for a command line that cannot be right, before anything is sent. */
export class UsageError extends Error {}

const options = {
  json: { type: "boolean" },
  output: { type: "string", short: "o" },
  name: { type: "string" },
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

/** The options on the command line, by name. */
export type OptionValues = ReturnType<typeof parseArgs<{ options: typeof options }>>["values"];
/** The name of an option, without its dashes. */
export type OptionName = keyof OptionValues;

/** Splits a command line into options and other arguments. @throws {@link UsageError} */
export function parseArguments(args: string[]): { values: OptionValues; positionals: string[] } {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    const [firstSentence = ""] = String(Object(error).message).split(/\.?\n|\. /);
    const isKey = /'--?(api-?)?(key|token)'/i.test(firstSentence);
    throw new UsageError(isKey ? `${firstSentence}: ${keyAdvice}` : firstSentence);
  }
}

const keyAdvice = "ps shows it to everybody. Put the key into CHENYU_API_KEY, or into a file for --api-key-file";

/** Throws when an option belongs to another command. */
export function checkOptionNames(command: string, known: readonly string[], values: OptionValues): void {
  const unknown = Object.keys(values).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new UsageError(`${command} has no option --${unknown}`);
}

/** Makes the error for a value that an option does not take. */
export function wrongValue(option: OptionName, rule: string, value: string): UsageError {
  return new UsageError(`--${option} must be ${rule}, not ${JSON.stringify(value)}`);
}

/** Reads the value of an option that takes some words only. @throws {@link UsageError} */
export function readWord<const Word extends string>(option: OptionName, value: string, words: readonly Word[]): Word {
  const word = words.find((known) => known === value);
  if (word !== undefined) return word;
  throw wrongValue(option, `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`, value);
}

/** Reads the value of an option that is a whole number. @throws {@link UsageError} */
export function readInteger(option: OptionName, value: string, min: number, max: number): number {
  if (/^\d+$/.test(value) && Number(value) >= min && Number(value) <= max) return Number(value);
  throw wrongValue(option, `a whole number from ${min} to ${max}`, value);
}

/** Reads the seconds of `--timeout`. @returns Milliseconds. */
export function readTimeoutMs({ timeout }: OptionValues): number | undefined {
  if (timeout === undefined) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(timeout) ? Math.round(Number(timeout) * 1000) : 0;
  if (ms >= 1 && ms < 2 ** 31) return ms;
  throw wrongValue("timeout", "from 0.001 to 2147483 seconds", timeout);
}

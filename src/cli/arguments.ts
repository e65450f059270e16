import { parseArgs } from "node:util";
import type { Asset } from "../index.ts";
import { commandNames, isCommandName, optionsOf, type CommandName } from "./commands.ts";
import { optionNames, options, type OptionName, type OptionValues } from "./options.ts";
import { suggest } from "../core/suggest.ts";

/** Thrown for a command line that cannot be right, before anything is sent. */
export class UsageError extends Error {
  constructor(text: string, meant?: string) {
    super(meant === undefined ? `${text}.` : `${text}. Did you mean ${meant}?`);
  }
}

/** A command line, taken apart. */
export interface Arguments {
  name: CommandName | undefined;
  operands: string[];
  values: OptionValues;
}

/** Finds the command on a command line, right or wrong. */
export function findCommandName(args: string[]): CommandName | undefined {
  const [word = ""] = parseArgs({ args, options, allowPositionals: true, strict: false }).positionals;
  return isCommandName(word) ? word : undefined;
}

/** Takes a command line apart. @throws {@link UsageError} */
export function parseArguments(args: string[]): Arguments {
  const name = findCommandName(args);
  checkOptionNames(args, name);
  const { values, positionals } = parseStrictly(args);
  const [word, ...operands] = positionals;
  if (word !== undefined) readCommandName(word);
  return { name, operands, values };
}

/** Reads the name of a command. @throws {@link UsageError} */
export function readCommandName(word: string): CommandName {
  if (isCommandName(word)) return word;
  throw new UsageError(`unknown command ${JSON.stringify(word)}`, suggest(word, commandNames));
}

const keyAdvice = "ps shows it to everybody. Put the key into CHENYU_API_KEY, or into a file for --api-key-file";

/** Throws for an option that the command does not have. */
function checkOptionNames(args: string[], command: CommandName | undefined): void {
  const known: string[] = command === undefined ? optionNames : optionsOf(command).map(([name]) => name);
  const { tokens } = parseArgs({ args, options, allowPositionals: true, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind !== "option" || known.includes(token.name)) continue;
    const text = `${command ?? "chenyu-assets"} has no option ${token.rawName}`;
    if (/^(api-?)?(key|token)$/i.test(token.name)) throw new UsageError(`${text}: ${keyAdvice}`);
    const meant = suggest(token.name, known);
    throw new UsageError(text, meant === undefined ? undefined : `--${meant}`);
  }
}

function parseStrictly(args: string[]): { values: OptionValues; positionals: string[] } {
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    return { values: values as OptionValues, positionals }; // each value is of the type that the table says
  } catch (error) {
    const [firstSentence = ""] = String(Object(error).message).split(/\.?\n|\. /);
    throw new UsageError(firstSentence);
  }
}

/** Makes the error for a value that an option does not take. */
export function wrongValue(option: OptionName, rule: string, value: string): UsageError {
  return new UsageError(`--${option} must be ${rule}, not ${JSON.stringify(value)}`);
}

/** Reads the value of an option that takes some words only. @throws {@link UsageError} */
export function readWord<Word extends string>(option: OptionName, value: string, words: readonly Word[]): Word {
  const word = words.find((known) => known === value);
  if (word !== undefined) return word;
  throw wrongValue(option, `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`, value);
}

/** Reads the value of an option that is a whole number. @throws {@link UsageError} */
export function readInteger(option: OptionName, value: string, min: number, max: number): number {
  if (/^\d+$/.test(value) && Number(value) >= min && Number(value) <= max) return Number(value);
  throw wrongValue(option, `a whole number from ${min} to ${max}`, value);
}

/** Reads the value of an option that is a time in seconds. @returns Milliseconds. */
export function readTimeoutMs(values: OptionValues, name: "timeout" | "wait-timeout" = "timeout"): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(text) ? Math.round(Number(text) * 1000) : 0;
  if (ms >= 1 && ms < 2 ** 31) return ms;
  throw wrongValue(name, "from 0.001 to 2147483 seconds", text);
}

/** Reads statuses that are separated by commas. @returns A check of an asset's status, if the option is given. */
export function readStatusCheck(
  values: OptionValues,
  name: "until-status" | "fail-status",
): ((asset: Pick<Asset, "status">) => boolean) | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const statuses = text.split(",").map((status) => status.trim());
  if (statuses.includes("")) throw wrongValue(name, "statuses separated by commas", text);
  return ({ status }) => statuses.includes(status);
}

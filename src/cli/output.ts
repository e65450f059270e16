import { styleText } from "node:util";
import { isChenyuError, ResponseError } from "../core/errors.ts";
import { withoutQueries } from "../core/redact.ts";
import type { Asset } from "../index.ts";
import type { OptionValues } from "./options.ts";
import { describeError, type OwnFlags } from "./error-message.ts";
import { exitCodeOf, exitCodes, Interruption } from "./exit-codes.ts";

/** Prints a result on standard output. */
export function printResult(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints what is not a result, on standard error. */
export function printMessage(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Prints an error in one line. An interruption needs none: the user wanted it. @returns The exit code. */
export function printError(error: unknown, print: (line: string) => void = printMessage, ownFlags?: OwnFlags): number {
  if (error instanceof Interruption) return error.exitCode;
  if (!isChenyuError(error)) throw error; // a bug of ours: Node prints its stack
  print(`chenyu-assets: ${escapeControls(describeError(error, ownFlags))}`);
  return exitCodeOf(error);
}

/** Where a command prints. */
export interface Printer {
  printResult: (text: string) => void;
  printMessage: (text: string) => void;
}

/** Prints the failure of one asset: a message, and before it a line of JSON where results are JSON. @returns The exit code. */
export function printFailure(
  asset: string,
  error: unknown,
  asJson: boolean,
  printer: Printer,
  ownFlags?: OwnFlags,
): number {
  if (asJson && isChenyuError(error)) printer.printResult(formatJson({ asset, error: error.toJSON() }));
  return printError(error, printer.printMessage, ownFlags);
}

/** Makes a function that prints an asset or its failure. People get a table, programs get JSON. */
export function createAssetPrinter(
  ids: string[],
  { json = !process.stdout.isTTY }: OptionValues,
  printer: Printer = { printResult, printMessage },
): (id: string, asset: Promise<Asset>) => Promise<number> {
  const gap = ids.length > 1 && !json ? "\n" : "";
  return async (id, asset) => {
    try {
      printer.printResult(formatUnlessDeep(id, await asset, json ? formatJson : formatTable) + gap);
      return exitCodes.success;
    } catch (error) {
      return printFailure(id, error, json, printer);
    }
  };
}

/** `JSON.stringify` calls itself for each level, and may run out of stack. */
function formatUnlessDeep(id: string, asset: Asset, format: (asset: Asset) => string): string {
  try {
    return format(asset);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const text = `${id}: a field is nested too deeply to be printed. The API is not known to answer like this.`;
    throw new ResponseError(text, { status: 200 });
  }
}

function formatJson(value: object): string {
  return escapeControls(JSON.stringify(value));
}

/** A longer name moves only its own value, because it would make every line as long. */
const maxColumnWidth = 40;

/** Formats an asset for people: a line for each field, without secrets. */
export function formatTable(asset: Asset): string {
  const longest = Object.keys(asset).reduce((length, name) => Math.max(length, name.length), 0);
  const width = Math.min(longest + 2, maxColumnWidth);
  const rows = Object.entries(asset).map(([name, value]) => {
    const text = escapeControls(withoutQueries(typeof value === "string" ? value : JSON.stringify(value)));
    const color = text === "confirmed" ? "green" : "yellow";
    return (
      styleText("dim", `${escapeControls(name)}  `.padEnd(width)) + (name === "status" ? styleText(color, text) : text)
    );
  });
  return rows.join("\n");
}

/**
 * Escapes the characters that could control a terminal or hide text: controls, line ends and marks of direction. The
 * form is that of JSON, so that JSON keeps its meaning.
 */
export function escapeControls(text: string): string {
  return text.replace(
    /[\p{Control}\p{Line_Separator}\p{Paragraph_Separator}\p{Bidi_Control}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Keeps the command going when its output cannot be written any more. */
export function handleWriteErrors(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", ({ code }: NodeJS.ErrnoException) => {
      // The reader may leave early, as `head` does.
      if (code === "EPIPE") return;
      if (stream === process.stdout) printMessage(`chenyu-assets: the results cannot be written (${code}).`);
      process.exitCode ||= exitCodes.failed;
    });
  }
}

import { styleText } from "node:util";
import { isChenyuError } from "../core/errors.ts";
import { withoutQueries } from "../core/redact.ts";
import type { Asset } from "../index.ts";
import type { OptionValues } from "./options.ts";
import { describeError } from "./error-message.ts";
import { exitCodeByErrorName, exitCodes, Interruption } from "./exit-codes.ts";

/** Prints a result on standard output. */
export function printResult(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints what is not a result, on standard error. */
export function printMessage(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Prints an error in one line. An interruption needs none: the user wanted it. @returns The exit code. */
export function printError(error: unknown, print: (line: string) => void = printMessage): number {
  if (error instanceof Interruption) return error.exitCode;
  if (!isChenyuError(error)) throw error; // a bug of ours: Node prints its stack
  print(`chenyu-assets: ${escapeControls(describeError(error))}`);
  return exitCodeByErrorName[error.name] ?? exitCodes.failed;
}

/** Makes a function that prints an asset or its failure. People get a table, programs get JSON. */
export function createAssetPrinter(ids: string[], { json }: OptionValues): (asset: Promise<Asset>) => Promise<number> {
  const asJson = json || !process.stdout.isTTY;
  const gap = ids.length > 1 && !asJson ? "\n" : "";
  function print(asset: Asset): number {
    const text = formatUnlessDeep(asset, asJson ? formatJson : formatTable);
    if (text === undefined) {
      const id = escapeControls(asset.asset_id.slice(0, 80));
      printMessage(`chenyu-assets: ${id}: a field is nested too deeply to be printed. Check --base-url.`);
      return exitCodes.failed;
    }
    printResult(text + gap);
    return exitCodes.success;
  }
  return (asset) => asset.then(print, (error: unknown) => printError(error));
}

/** @returns `undefined` if `JSON.stringify`, which calls itself for each level, runs out of stack. */
function formatUnlessDeep(asset: Asset, format: (asset: Asset) => string): string | undefined {
  try {
    return format(asset);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function formatJson(asset: Asset): string {
  return escapeControls(JSON.stringify(asset));
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

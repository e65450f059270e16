import { styleText } from "node:util";
import { isChenyuError } from "../core/errors.ts";

/** What a signal aborts with. */
export class Interruption extends Error {
  override readonly name = "Interruption";
  readonly exitCode: number;

  constructor(exitCode: number) {
    super("Interrupted.");
    this.exitCode = exitCode;
  }
}

export function print(text: string): void {
  process.stdout.write(text);
}

/** Tells of something beside the results, in a line. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Tells of a failure in a line, but not of one that the user has asked for. @returns The exit code that it means. */
export function fail(error: unknown, tell: (line: string) => void = note): number {
  if (error instanceof Interruption) return error.exitCode;
  if (!isChenyuError(error)) throw error;
  const { message, cause } = error;
  const said = isChenyuError(cause) ? `${message} Last failure: ${cause.message}` : message;
  tell(`chenyu-assets: ${printable(nameOptions(said))}`);
  return exitCodes[error.name] ?? 1;
}

const exitCodes: Partial<Record<string, number>> = { ConfigError: 2, NotReadyError: 3 };

/** Of several exit codes gives the one that matters most: a failure goes before one that may pass. */
export function worst(exitCodes: readonly number[]): number {
  return [130, 143, 2, 1, 3].find((exitCode) => exitCodes.includes(exitCode)) ?? 0;
}

/** Messages call the SDK's options by name; here they have other names. */
function nameOptions(message: string): string {
  return message
    .replace(/(?<!\S)(total|wait|idle)TimeoutMs(?=\s)/g, "--timeout")
    .replace(/(?<!\S)baseUrl(?=[:,.])/g, "--base-url")
    .replace("or pass { apiKey }", "or pass --api-key-file")
    .replace("another target, or overwrite: ", "another --output, or --overwrite ")
    .replace("apiKey, or CHENYU_API_KEY", "--api-key-file, or CHENYU_API_KEY")
    .replace("Pass fileName, to give each its own", "Download one of them by itself, to another --output");
}

/**
 * Writes out what would steer a terminal or turn its text around: controls, line ends, and marks of direction. The form
 * is JSON's, so that JSON means the same after it.
 */
export function printable(text: string): string {
  return text.replace(
    /[\p{Control}\p{Line_Separator}\p{Paragraph_Separator}\p{Bidi_Control}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Colours a text, where that is wanted: not without a terminal, not with `NO_COLOR`, not with `TERM=dumb`. */
export function paint(style: "dim" | "green" | "yellow", text: string): string {
  const { stdout } = process;
  return stdout.isTTY && stdout.hasColors() ? styleText(style, text, { validateStream: false }) : text;
}

import { UsageError } from "./arguments.ts";
import { shells } from "./commands.ts";
import { formatBash } from "./completion-bash.ts";
import { formatFish } from "./completion-fish.ts";
import { formatZsh } from "./completion-zsh.ts";
import { exitCodes } from "./exit-codes.ts";
import { findLanguage } from "./language.ts";
import { printResult } from "./output.ts";

const formats = { bash: formatBash, zsh: formatZsh, fish: formatFish };

/** Prints the script for a shell. The script has all words in it: it runs no program while somebody types. */
export function completion(operands: string[]): number {
  const shell = shells.find((word) => word === operands[0]);
  if (shell === undefined || operands.length > 1) {
    const found = operands.map((word) => JSON.stringify(word)).join(" ") || "nothing";
    throw new UsageError(`completion needs one of ${shells.join(", ")}, but there is ${found}`);
  }
  printResult(formats[shell](findLanguage()));
  return exitCodes.success;
}

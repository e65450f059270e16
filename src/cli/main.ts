import { version } from "../../generated/document.ts";
import { findCommandName, parseArguments, readCommandName, UsageError } from "./arguments.ts";
import type { CommandName } from "./commands.ts";
import { exitCodes } from "./exit-codes.ts";
import { formatHelp } from "./help.ts";
import type { OptionValues } from "./options.ts";
import { handleWriteErrors, printError, printMessage, printResult } from "./output.ts";

/** Runs a command. @returns The exit code. */
type Run = (operands: string[], values: OptionValues) => number | Promise<number>;

/** Each command loads only the code that it needs. */
const loaders: Record<CommandName, () => Run | Promise<Run>> = {
  get: async () => (await import("./get.ts")).get,
  wait: async () => (await import("./wait.ts")).wait,
  download: async () => (await import("./download.ts")).download,
  mock: async () => (await import("./mock.ts")).mock,
  completion: async () => (await import("./completion.ts")).completion,
  help: () => help,
};

/** Runs a command line, and sets the exit code of the process. */
export async function main(args: string[]): Promise<void> {
  handleWriteErrors();
  const exitCode = await runCommand(args);
  process.exitCode = exitCode || process.exitCode; // it may be set already: see handleWriteErrors
}

/** @returns The exit code. */
async function runCommand(args: string[]): Promise<number> {
  try {
    const { name, operands, values } = parseArguments(args);
    if (values.help) return help(name === undefined ? [] : [name]);
    if (values.version) {
      printResult(version);
      return exitCodes.success;
    }
    if (name === undefined) throw new UsageError("no command");
    const run = await loaders[name]();
    return await run(operands, values);
  } catch (error) {
    if (!(error instanceof UsageError)) return printError(error);
    const command = ["chenyu-assets", findCommandName(args) ?? [], "--help"].flat().join(" ");
    printMessage(`chenyu-assets: ${error.message} See ${command}.`);
    return exitCodes.wrongUsage;
  }
}

/** Prints the help of a command, or of all. @returns The exit code. */
function help([word, ...others]: string[]): number {
  if (others.length > 0) throw new UsageError(`help takes one command, but there is also ${JSON.stringify(others[0])}`);
  printResult(formatHelp(word === undefined ? undefined : readCommandName(word)));
  return exitCodes.success;
}

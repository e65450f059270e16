#!/usr/bin/env node
import { version } from "../generated/document.ts";
import { checkCommandOptions, readArguments, UsageError, type Values } from "./cli/arguments.ts";
import { fail, note, print } from "./cli/output.ts";

const help = `chenyu-assets ${version}: tools for the asset API of Chenyu Cloud (unofficial)

Usage: chenyu-assets get <id>… [options]
       chenyu-assets wait <id>… [options]
       chenyu-assets download <id>… [options]
       chenyu-assets mock [options]

An id is an asset_id or an asset:// URI. Of several, one that fails does not stop the others. An id that starts
with - goes after --.

get       Looks assets up.
wait      Looks assets up, again and again, until they are ready, and then prints them.
  --json                 Prints JSON, an asset a line; so does an output that is no terminal. Signed URLs, which open
                         the file for whoever has them, are whole there, and cut in the table.
  --timeout <seconds>    get: how long a look-up may take, retries included. (default: 120)
                         wait: how long an asset may take to be ready. (default: 600)

download  Saves the files of assets, and prints their paths, one a line. What breaks off is kept as <file>.part where the
          host tells versions apart, and the same command goes on from there; add --overwrite skip for those that are whole.
  --output, -o <path>    The folder, or for one asset the file; one that ends in / is made. (default: this folder)
  --overwrite <what>     A file that is there already: error, replace or skip. (default: error)
  --concurrency <count>  How many files at a time. (default: 4)
  --timeout <seconds>    How long nothing may come. (default: 30)
  --json                 Prints JSON, a file a line: asset, path, size and resumedFrom, in bytes.

get, wait, download
  --api-key-file <file>  Has the API key; - is standard input. (default: the environment variable CHENYU_API_KEY)
  --base-url <url>       Where the API is. (default: CHENYU_BASE_URL, else the API itself)

mock      Serves a mock of the API, to develop against without a key.
  --port <number>        The port; 0 is any free one. (default: 4010)
  --host <address>       The address to listen on; 0.0.0.0 is all of this machine's. (default: 127.0.0.1)
                         The SDK itself takes http: for this machine alone.
  --quiet                Prints the URL alone, no table and no requests.

--help, -h  Prints this.
--version   Prints the version.

Results go to standard output, all else to standard error. NO_COLOR is respected.

Exit codes: 0 well, 1 failed, 2 wrong usage, 3 not ready, 130 interrupted, 143 terminated.
Of several ids, 1 goes before 3. After 2, nothing was sent.
`;

interface Command {
  takes: readonly (keyof Values)[];
  /** Loads no more than the command needs. @returns The exit code. */
  run: (operands: string[], values: Values) => Promise<number>;
}

const connection = ["api-key-file", "base-url", "timeout"] as const;

const commands: Record<string, Command> = {
  get: {
    takes: ["json", ...connection],
    run: async (...call) => (await import("./cli/get.ts")).get(...call),
  },
  wait: {
    takes: ["json", ...connection],
    run: async (...call) => (await import("./cli/get.ts")).wait(...call),
  },
  download: {
    takes: ["json", "output", "overwrite", "concurrency", ...connection],
    run: async (...call) => (await import("./cli/download.ts")).download(...call),
  },
  mock: {
    takes: ["port", "host", "quiet"],
    run: async (...call) => (await import("./cli/mock.ts")).mock(...call),
  },
};

/** @returns The exit code. */
async function main(args: string[]): Promise<number> {
  try {
    const { values, positionals } = readArguments(args);
    const [name, ...operands] = positionals;
    if (values.help || values.version) {
      print(values.help ? help : `${version}\n`);
      return 0;
    }
    if (name === undefined) throw new UsageError("no command");
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command === undefined) throw new UsageError(`unknown command ${JSON.stringify(name)}`);
    checkCommandOptions(name, command.takes, values);
    return await command.run(operands, values);
  } catch (error) {
    if (!(error instanceof UsageError)) return fail(error);
    note(`chenyu-assets: ${error.message}. See chenyu-assets --help.`);
    return 2;
  }
}

for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", ({ code }: NodeJS.ErrnoException) => {
    // Whoever reads the output may leave before it ends, as `head` does.
    if (code === "EPIPE") return;
    if (stream === process.stdout) note(`chenyu-assets: the results cannot be written (${code}).`);
    process.exitCode ||= 1;
  });
}
void main(process.argv.slice(2)).then((exitCode) => (process.exitCode = exitCode || process.exitCode));

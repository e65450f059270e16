import { serverUrl, version } from "../../generated/document.ts";
import { checkOptionNames, parseArguments, UsageError, type OptionName } from "./arguments.ts";
import { exitCodes } from "./exit-codes.ts";
import { handleWriteErrors, printError, printMessage, printResult } from "./output.ts";

const help = `chenyu-assets ${version}: tools for the asset API of Chenyu Cloud (unofficial)

Usage: chenyu-assets get <id>... [options]
       chenyu-assets wait <id>... [options]
       chenyu-assets download <id>... [options]
       chenyu-assets mock [options]

An id is an asset_id or an asset:// URI. Put an id that starts with - after --.
If one of several ids fails, the others go on.

get       Looks assets up and prints them.
wait      Looks assets up again and again until they are ready, then prints them.
  --json                 Print JSON, one asset a line. This is the default without a terminal.
                         Signed URLs are whole in JSON, and cut in tables. Whoever has a whole one
                         can open the file.
  --timeout <seconds>    get: how long one look-up may take, retries included. (default: 120)
                         wait: how long an asset may take to be ready. (default: 600)

download  Saves the files of assets and prints their paths, one a line. If it breaks off, it leaves
          <file>.part, and the same command goes on from there if the content host tells versions
          apart. Add --overwrite skip to keep the files that are saved already.
  --output, -o <path>    The folder, or the file of a single asset. (default: this folder)
                         A path that ends with / is a folder; it is made if it does not exist.
  --name <how>           How a file in a folder is named: original, id, original-id.
                         (default: original) Several assets may have the same original name.
                         With the id in it, each file has a name of its own.
  --overwrite <what>     What to do with a file that exists: error, replace, skip. (default: error)
                         skip keeps a file whose size is the asset's; another one is an error.
                         It does not compare the content.
  --concurrency <count>  How many downloads run at once. (default: 4)
  --timeout <seconds>    How long the content host may send nothing. (default: 30)
  --json                 Print JSON, one file a line: asset, path, size and resumedFrom
                         (in bytes), skipped (the file was there already).

get, wait, download
  --api-key-file <file>  The file that has the API key; - is standard input.
                         (default: the environment variable CHENYU_API_KEY)
  --base-url <url>       The URL of the API. (default: CHENYU_BASE_URL, else ${serverUrl})
                         http: is for this machine, and for the hosts that
                         CHENYU_ALLOW_INSECURE_HOSTS names, such as mock,10.0.0.5

mock      Serves a mock of the API, for development without a key.
  --port <number>        The port; 0 is any free one. (default: 4010)
  --host <address>       The address to listen on. (default: 127.0.0.1)
                         0.0.0.0 is every address of this machine.
                         Clients elsewhere need CHENYU_ALLOW_INSECURE_HOSTS.
  --quiet                Print only the URL: no table, no requests.

--help, -h  Print this text.
--version   Print the version.

Results go to standard output, everything else to standard error. NO_COLOR is respected.

Exit codes
  0    success
  1    failed
  2    wrong usage; nothing was sent
  3    not ready; if another id failed, the exit code is 1
  130  interrupted (SIGINT)
  143  terminated (SIGTERM)`;

const apiOptions: OptionName[] = ["api-key-file", "base-url", "timeout", "json"];
const downloadOptions: OptionName[] = [...apiOptions, "output", "name", "overwrite", "concurrency"];
const mockOptions: OptionName[] = ["port", "host", "quiet"];

/** Each command loads only the code that it needs. */
const commands = new Map([
  ["get", { options: apiOptions, load: async () => (await import("./get.ts")).get }],
  ["wait", { options: apiOptions, load: async () => (await import("./wait.ts")).wait }],
  ["download", { options: downloadOptions, load: async () => (await import("./download.ts")).download }],
  ["mock", { options: mockOptions, load: async () => (await import("./mock.ts")).mock }],
]);

/** Runs a command line, and sets the exit code of the process. */
export async function main(args: string[]): Promise<void> {
  handleWriteErrors();
  const exitCode = await runCommand(args);
  process.exitCode = exitCode || process.exitCode; // it may be set already: see handleWriteErrors
}

/** @returns The exit code. */
async function runCommand(args: string[]): Promise<number> {
  try {
    const { values, positionals } = parseArguments(args);
    const [name, ...operands] = positionals;
    if (values.help || values.version) {
      printResult(values.help ? help : version);
      return exitCodes.success;
    }
    if (name === undefined) throw new UsageError("no command");
    const command = commands.get(name);
    if (command === undefined) throw new UsageError(`unknown command ${JSON.stringify(name)}`);
    checkOptionNames(name, command.options, values);
    const run = await command.load();
    return await run(operands, values);
  } catch (error) {
    if (!(error instanceof UsageError)) return printError(error);
    printMessage(`chenyu-assets: ${error.message}. See chenyu-assets --help.`);
    return exitCodes.wrongUsage;
  }
}

#!/usr/bin/env node
import { parseArgs } from "node:util";
import { getAssetPath, version } from "../generated/document.ts";
import { fillPath } from "./asset-ref.ts";
import { isChenyuError } from "./errors.ts";
import { resetPath, startMockServer, type MockRequest, type MockServer } from "./mock.ts";

const options = {
  port: { type: "string", default: "4010" },
  host: { type: "string", default: "127.0.0.1" },
  quiet: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
  version: { type: "boolean", default: false },
} as const;

const help = `chenyu-assets ${version}: tools for the asset API of Chenyu Cloud (unofficial)

Usage: chenyu-assets mock [options]

mock   Serves a mock of the API, to develop against without a key.
  --port <number>   The port; 0 is any free one. (default: ${options.port.default})
  --host <address>  The address to listen on; 0.0.0.0 is all of this machine's. (default: ${options.host.default})
                    The SDK itself takes http: for this machine alone.
  --quiet           Prints the URL alone, no table and no requests.

--help, -h  Prints this.
--version   Prints the version.

Exit codes: 0 well, 1 failed, 2 wrong usage.
`;

/** @returns The exit code. */
async function main(args: string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const [command, ...rest] = positionals;
    if (values.help) return print(help);
    if (values.version) return print(`${version}\n`);
    if (command === undefined) return refuse("no command");
    if (command !== "mock") return refuse(`unknown command ${JSON.stringify(command)}`);
    if (rest.length > 0) return refuse(`mock takes no ${JSON.stringify(rest[0])}`);
    if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535) {
      return refuse(`--port takes a whole number from 0 to 65535, not ${JSON.stringify(values.port)}`);
    }
    if (values.host === "") return refuse("--host takes a name or an address");
    return await mock(Number(values.port), values.host, values.quiet ? "quiet" : "verbose");
  } catch (error) {
    const { code = "", message } = error as Error & { code?: string };
    if (code.startsWith("ERR_PARSE_ARGS")) return refuse(message.split(/\.?\n|\. /)[0]!);
    if (!isChenyuError(error)) throw error;
    process.stderr.write(`chenyu-assets: ${message}\n`);
    return 1;
  }
}

async function mock(port: number, host: string, output: "quiet" | "verbose"): Promise<number> {
  const onRequest = (request: MockRequest): void => {
    // Lines that nobody takes are left out: kept, they would fill the memory.
    if (output === "verbose" && !process.stdout.writableNeedDrain) print(lineOf(request));
  };
  const server = await startMockServer({ port, host, onRequest });
  const stopped = new Promise((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  print(output === "quiet" ? `${server.url}\n` : introduce(server));
  await stopped;
  await server.close();
  return process.exit(0); // lines that nobody takes would keep the process alive
}

function introduce({ url, testAssets }: MockServer): string {
  const known = testAssets.map(({ asset_id, summary }) => `  ${asset_id}  ${summary}\n`).join("");
  const [{ asset_id }] = testAssets as [MockServer["testAssets"][0]];
  return `Mock of the asset API on ${url}

${known}  ${"any other id".padEnd(asset_id.length)}  Ready image

Try it:          curl -H "Authorization: Bearer any" ${url}${fillPath(getAssetPath, asset_id)}
Your app:        CHENYU_BASE_URL=${url} CHENYU_API_KEY=any
A wrong key:     any that starts with cy_invalid
Begin again:     curl -X POST ${url}${resetPath}

`;
}

function lineOf({ method, path, status, testAsset, durationMs }: MockRequest): string {
  const summary = testAsset === undefined ? "" : `  ${testAsset.summary}`;
  return `${method} ${path} ${status} ${durationMs.toFixed(1)} ms${summary}\n`;
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function refuse(problem: string): number {
  process.stderr.write(`chenyu-assets: ${problem}. See chenyu-assets --help.\n`);
  return 2;
}

// Whoever reads the output may leave before it ends, as `head` does.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
void main(process.argv.slice(2)).then((exitCode) => (process.exitCode = exitCode));

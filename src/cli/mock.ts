import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { getAssetPath } from "../../generated/document.ts";
import { fillPath } from "../core/asset-ref.ts";
import { resetPath, startMockServer, type MockRequest, type MockServer } from "../mock.ts";
import { readInteger, UsageError } from "./arguments.ts";
import { exitCodes } from "./exit-codes.ts";
import type { OptionValues } from "./options.ts";
import { printError, printResult } from "./output.ts";

/** Serves a mock of the API until a signal ends it. @returns The exit code. */
export async function mock(operands: string[], values: OptionValues): Promise<number> {
  const { host = "127.0.0.1", "public-url": publicUrl, "trust-proxy": trustProxy, quiet = false } = values;
  if (operands.length > 0) throw new UsageError(`mock takes no argument, but there is ${JSON.stringify(operands[0])}`);
  const port = readInteger("port", values.port ?? "4010", 0, 65_535);
  if (host === "") throw new UsageError("--host must be a name or an address");
  const stopped = untilStopped(); // at once: as the first process of a container, it would else ignore signals
  let server: MockServer | undefined;
  try {
    const options = { port, host, publicUrl, trustProxy, onRequest: quiet ? undefined : logRequest };
    server = await Promise.race([startMockServer(options), stopped]);
  } catch (error) {
    const exitCode = printError(error);
    // Else the usage is right, but the port is taken or Prism is not installed.
    return Object(error).option === "publicUrl" ? exitCode : exitCodes.failed;
  }
  if (server !== undefined) {
    printResult(quiet ? server.url : formatIntroduction(server));
    await stopped;
    await server.close();
  }
  return process.exit(exitCodes.success); // output that nobody reads would keep the process alive
}

async function untilStopped(): Promise<undefined> {
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM"), untilNpmIsGone()]);
}

/** A script of npm's that is this command and nothing else: npm waits for it, so the mock is not in the background. */
const ownScript = /^(exec |node )?['"]?(\S*\/)?(chenyu-assets|cli\.[jt]s)\b[^&|;\n]*$/;

/**
 * Waits until npm has stopped, if npm runs the mock. npm (and npx) passes a signal to its shell alone, and a shell such as
 * dash ends without passing it on: the mock would keep its port.
 *
 * @see https://github.com/npm/cli/issues/5776
 */
async function untilNpmIsGone(): Promise<void> {
  const { ppid, env } = process;
  if (!ownScript.test(env.npm_lifecycle_script ?? "")) return new Promise(() => {});
  while (process.ppid === ppid) await sleep(100, undefined, { ref: false });
}

function logRequest({ method, path, status, testAsset, durationMs }: MockRequest): void {
  // Lines that nobody reads are left out, because they would fill the memory.
  if (process.stdout.writableNeedDrain) return;
  const summary = testAsset === undefined ? "" : `  ${testAsset.summary}`;
  printResult(`${method} ${path} ${status} ${durationMs.toFixed(1)} ms${summary}`);
}

function formatIntroduction({ url, testAssets }: MockServer): string {
  const width = Math.max(...Object.keys(testAssets).map((name) => name.length));
  const rows = Object.entries(testAssets).map(
    ([name, { asset_id, summary }]) => `  ${name.padEnd(width)}  ${asset_id}  ${summary}\n`,
  );
  const { asset_id } = testAssets.image;
  return `Mock of the asset API on ${url}

${rows.join("")}  ${"".padEnd(width)}  ${"any other id".padEnd(asset_id.length)}  Ready image

Try it:     curl -H "Authorization: Bearer any" ${url}${fillPath(getAssetPath, asset_id)}
Your app:   CHENYU_BASE_URL=${url} CHENYU_API_KEY=any
Wrong key:  any key that starts with cy_invalid
Reset:      curl -X POST ${url}${resetPath}
`;
}

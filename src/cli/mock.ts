import { once } from "node:events";
import { getAssetPath } from "../../generated/document.ts";
import { fillPath } from "../core/asset-ref.ts";
import { resetPath, startMockServer, type MockRequest, type MockServer } from "../mock.ts";
import { readInteger, UsageError } from "./arguments.ts";
import { exitCodes } from "./exit-codes.ts";
import type { OptionValues } from "./options.ts";
import { printError, printResult } from "./output.ts";

/** Serves a mock of the API until a signal ends it. @returns The exit code. */
export async function mock(operands: string[], values: OptionValues): Promise<number> {
  const { host = "127.0.0.1", quiet = false } = values;
  if (operands.length > 0) throw new UsageError(`mock takes no argument, but there is ${JSON.stringify(operands[0])}`);
  const port = readInteger("port", values.port ?? "4010", 0, 65_535);
  if (host === "") throw new UsageError("--host must be a name or an address");
  let server: MockServer;
  try {
    server = await startMockServer({ port, host, onRequest: quiet ? undefined : logRequest });
  } catch (error) {
    printError(error);
    return exitCodes.failed; // the usage is right, but the port is taken or Prism is not installed
  }
  const stopped = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  printResult(quiet ? server.url : formatIntroduction(server));
  await stopped;
  await server.close();
  return process.exit(exitCodes.success); // output that nobody reads would keep the process alive
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

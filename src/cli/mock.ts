import { getAssetPath } from "../../generated/document.ts";
import { fillPath } from "../core/asset-ref.ts";
import { UsageError, type Values } from "./arguments.ts";
import { fail, print } from "./output.ts";
import { startMockServer, type MockRequest, type MockServer } from "../mock.ts";
import { resetPath } from "../mock/server.ts";

/** Serves a mock of the API until a signal ends it. */
export async function mock(operands: string[], values: Values): Promise<number> {
  const { port = "4010", host = "127.0.0.1", quiet = false } = values;
  if (operands.length > 0) throw new UsageError(`mock takes no ${JSON.stringify(operands[0])}`);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new UsageError(`--port takes a whole number from 0 to 65535, not ${JSON.stringify(port)}`);
  }
  if (host === "") throw new UsageError("--host takes a name or an address");
  const onRequest = (request: MockRequest): void => {
    // Lines that nobody takes are left out: kept, they would fill the memory.
    if (!quiet && !process.stdout.writableNeedDrain) print(lineOf(request));
  };
  let server: MockServer;
  try {
    server = await startMockServer({ port: Number(port), host, onRequest });
  } catch (error) {
    fail(error);
    return 1; // what is wrong is the machine's state: a port that is taken, Prism not installed
  }
  const stopped = new Promise((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  print(quiet ? `${server.url}\n` : introduce(server));
  await stopped;
  await server.close();
  return process.exit(0); // lines that nobody takes would keep the process alive
}

function introduce({ url, testAssets }: MockServer): string {
  const known = Object.values(testAssets)
    .map(({ asset_id, summary }) => `  ${asset_id}  ${summary}\n`)
    .join("");
  const { asset_id } = testAssets.image;
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

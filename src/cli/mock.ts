import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { getAssetPath } from "../../generated/document.ts";
import { fillPath } from "../core/asset-ref.ts";
import {
  resetPath,
  startMockServer,
  type Latency,
  type MockRequest,
  type MockServer,
  type MockServerOptions,
} from "../mock.ts";
import { readInteger, UsageError, wrongValue } from "./arguments.ts";
import { readAssetsFile } from "./assets-file.ts";
import { exitCodes } from "./exit-codes.ts";
import type { OptionValues } from "./options.ts";
import { escapeControls, printError, printMessage, printResult } from "./output.ts";

/** Serves a mock of the API until a signal ends it. @returns The exit code. */
export async function mock(operands: string[], values: OptionValues): Promise<number> {
  const { host = "127.0.0.1", "public-url": publicUrl, "trust-proxy": trustProxy, quiet = false } = values;
  if (operands.length > 0) throw new UsageError(`mock takes no argument, but there is ${JSON.stringify(operands[0])}`);
  const port = readInteger("port", values.port ?? "4010", 0, 65_535);
  if (host === "") throw new UsageError("--host must be a name or an address");
  const play = await readPlay(values);
  const stopped = untilStopped(); // at once: as the first process of a container, it would else ignore signals
  let server: MockServer | undefined;
  try {
    const options = { port, host, publicUrl, trustProxy, ...play, onRequest: quiet ? undefined : logRequest };
    server = await Promise.race([startMockServer(options), stopped]);
  } catch (error) {
    const exitCode = printError(error);
    // Of these three, the usage is right, but the port or the host is not free, or Prism is not installed.
    return ["port", "host", "mock"].includes(Object(error).option) ? exitCodes.failed : exitCode;
  }
  if (server !== undefined) {
    printResult(quiet ? server.url : formatIntroduction(server, play));
    if (quiet && isDrawn(play)) printMessage(`Seed: ${server.seed}`);
    await stopped;
    await server.close();
  }
  return process.exit(exitCodes.success); // output that nobody reads would keep the process alive
}

type Play = Pick<MockServerOptions, "assets" | "latencyMs" | "errorRate" | "seed">;

/** Reads the options that say what the mock plays. @throws {@link UsageError} */
async function readPlay(values: OptionValues): Promise<Play> {
  const { assets, latency, "error-rate": errorRate, seed } = values;
  return {
    assets: assets === undefined ? undefined : await readAssetsFile(assets),
    latencyMs: latency === undefined ? undefined : readLatency(latency),
    errorRate: errorRate === undefined ? undefined : readShare(errorRate),
    seed: seed === undefined ? undefined : readInteger("seed", seed, 0, 2 ** 32 - 1),
  };
}

function readLatency(text: string): Latency {
  const [, min, max] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  const isRange = max === undefined || Number(min) <= Number(max);
  if (min === undefined || !isRange) throw wrongValue("latency", "milliseconds, like 200 or 100-500", text);
  return max === undefined ? Number(min) : [Number(min), Number(max)];
}

function readShare(text: string): number {
  if (/^[01]?\.?\d*$/.test(text) && text !== "" && text !== "." && Number(text) <= 1) return Number(text);
  throw wrongValue("error-rate", "a number from 0 to 1", text);
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
  const summary = testAsset === undefined ? "" : `  ${escapeControls(testAsset.summary)}`;
  printResult(`${method} ${path} ${status} ${durationMs.toFixed(1)} ms${summary}`);
}

/** Whether the seed may decide anything. */
function isDrawn(play: Play): boolean {
  return Object.values(play).some((value) => value !== undefined);
}

function formatIntroduction({ url, testAssets, seed }: MockServer, play: Play): string {
  const rows = Object.entries(testAssets).map(([name, { asset_id, summary }]) => {
    const ownName = name === asset_id ? "" : name; // your own have none
    return [ownName, asset_id, escapeControls(summary)];
  });
  const { asset_id } = testAssets.image;
  const width = Math.max(...rows.map(([name]) => name!.length));
  const lines = [...rows, ["", "any other id", "Ready image"]].map(
    ([name, id, summary]) => `  ${name!.padEnd(width)}  ${id!.padEnd(asset_id.length)}  ${summary}\n`,
  );
  return `Mock of the asset API on ${url}

${lines.join("")}
Try it:     curl -H "Authorization: Bearer any" ${url}${fillPath(getAssetPath, asset_id)}
Your app:   CHENYU_BASE_URL=${url} CHENYU_API_KEY=any
Wrong key:  any key that starts with cy_invalid
Reset:      curl -X POST ${url}${resetPath}
${isDrawn(play) ? `Seed:       ${seed}\n` : ""}`;
}

import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { parseAssetId } from "../core/asset-ref.ts";
import { ConfigError } from "../core/errors.ts";
import { checkApiKey } from "../core/options.ts";
import { createClient, type ChenyuClient } from "../index.ts";
import { UsageError } from "./arguments.ts";
import { exitCodes, Interruption } from "./exit-codes.ts";
import { createCommandLogger } from "./log.ts";
import type { OptionValues } from "./options.ts";
import { useProxy } from "./proxy.ts";

/** What `get`, `wait` and `download` have in common. */
export interface Session {
  ids: string[];
  client: ChenyuClient;
  /** Aborts with an {@link Interruption} when a signal ends the command. */
  signal: AbortSignal;
}

/** Checks the ids, the API key and the proxy, and makes the client. Nothing is sent yet. */
export async function openSession(command: string, operands: string[], values: OptionValues): Promise<Session> {
  if (operands.length === 0) throw new UsageError(`${command} needs the id of an asset`);
  const ids = operands.map(parseAssetId);
  const apiKey = await readApiKey(values["api-key-file"]);
  const logger = createCommandLogger(values);
  const baseUrl = values["base-url"];
  const proxy = await useProxy(baseUrl ?? process.env.CHENYU_BASE_URL);
  const client = createClient({ apiKey, baseUrl, logger, ...proxy });
  return { ids, client, signal: abortOnSignals() };
}

/** Reads the key from a file (`-` is standard input), else from the environment. No error shows the key. */
async function readApiKey(file: string | undefined): Promise<string> {
  const { CHENYU_API_KEY } = process.env;
  if (file === undefined && !CHENYU_API_KEY) {
    throw new UsageError("there is no API key. Set CHENYU_API_KEY, or pass --api-key-file");
  }
  try {
    if (file === undefined) return checkApiKey(CHENYU_API_KEY);
    const content = await (file === "-" ? text(process.stdin) : readFile(file, "utf8"));
    return checkApiKey(content.trim());
  } catch (error) {
    const { code, message } = Object(error);
    const source = file === undefined ? "CHENYU_API_KEY" : `--api-key-file ${file}`;
    if (code === undefined) throw new ConfigError(source, message.replace("apiKey: ", ""));
    throw new ConfigError(source, `it cannot be read (${code}). Pass a file that has the key.`);
  }
}

/** The first signal aborts, so that the command can say what is left on disk. The second one ends the process. */
function abortOnSignals(): AbortSignal {
  const controller = new AbortController();
  const { interrupted: SIGINT, terminated: SIGTERM } = exitCodes;
  for (const [name, exitCode] of Object.entries({ SIGINT, SIGTERM })) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(exitCode);
      controller.abort(new Interruption(exitCode));
    });
  }
  return controller.signal;
}

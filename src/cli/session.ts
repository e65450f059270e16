import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { parseAssetId } from "../core/asset-ref.ts";
import { UsageError, type Values } from "./arguments.ts";
import { Interruption } from "./output.ts";
import { createClient, type ChenyuClient } from "../client/client.ts";
import { ConfigError } from "../core/errors.ts";
import { checkApiKey } from "../core/options.ts";

/** What the commands that ask the API have in common. */
export interface Session {
  client: ChenyuClient;
  /** Aborts with an {@link Interruption}. */
  signal: AbortSignal;
}

/** Checks all that can be checked before a request is sent, and makes the client. */
export async function openSession(command: string, ids: readonly string[], values: Values): Promise<Session> {
  if (ids.length === 0) throw new UsageError(`${command} takes the id of an asset, or several`);
  ids.forEach(parseAssetId);
  const { "base-url": baseUrl, "api-key-file": keyFile } = values;
  const apiKey = keyFile === undefined ? undefined : await readApiKey(keyFile);
  return { client: createClient({ apiKey, baseUrl }), signal: abortOnSignals() };
}

/** Reads the key from a file, or with `-` from standard input; what is wrong with it is told without showing it. */
async function readApiKey(file: string): Promise<string> {
  const option = `--api-key-file ${file}`;
  try {
    const content = await (file === "-" ? text(process.stdin) : readFile(file, "utf8"));
    return checkApiKey(content.trim());
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    if (code !== undefined) throw new ConfigError(option, `it cannot be read (${code}). Name a file that has the key.`);
    throw new ConfigError(option, message.replace("apiKey: ", ""));
  }
}

/** The first signal aborts, so that what is left can be told; the second ends the process. */
function abortOnSignals(): AbortSignal {
  const controller = new AbortController();
  for (const [name, exitCode] of Object.entries({ SIGINT: 130, SIGTERM: 143 })) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(exitCode);
      controller.abort(new Interruption(exitCode));
    });
  }
  return controller.signal;
}

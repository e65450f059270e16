/** A process that downloads one asset to a file, or several into a folder, and prints the result as a line of JSON. */
import { writeSync } from "node:fs";
import { createClient, type DownloadError } from "../../src/index.ts";
import { downloadAll, downloadToFile } from "../../src/node.ts";
import { secretKey } from "../servers/content-server.ts";

export interface DownloadTask {
  baseUrl: string;
  assets: string[];
  target: string;
  /** @default 0 */
  maxRetries?: number;
  overwrite?: "error" | "replace" | "skip";
  /** When the download is aborted, in milliseconds after its start. @default never */
  abortAfterMs?: number;
  /** After how many results of several assets the loop is left. @default never */
  maxResults?: number;
}

const task = JSON.parse(process.argv[2]!) as DownloadTask;
const client = createClient({ apiKey: secretKey, baseUrl: task.baseUrl, maxRetries: task.maxRetries ?? 0 });
const controller = new AbortController();
if (task.abortAfterMs !== undefined) setTimeout(() => controller.abort(new Error("aborted")), task.abortAfterMs);
print("started");
try {
  print(await download());
} catch (error) {
  const { name, kind, message } = error as DownloadError;
  print({ name, kind, message });
}

async function download(): Promise<unknown> {
  const { assets, target, overwrite, maxResults = Infinity } = task;
  const options = { overwrite, signal: controller.signal };
  if (assets.length === 1) return downloadToFile(client, assets[0]!, target, options);
  let count = 0;
  for await (const _result of downloadAll(client, assets, target, options)) {
    count += 1;
    if (count === maxResults) break;
  }
  return { count };
}

/** Synchronous, because a process that is killed loses what a stream has buffered. */
function print(value: unknown): void {
  writeSync(1, `${JSON.stringify(value)}\n`);
}

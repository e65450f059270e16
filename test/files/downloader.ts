/** A process that downloads an asset to a file, or assets into a folder if there are several, and tells how it went. */
import { writeSync } from "node:fs";
import { createClient, type DownloadError } from "../../src/index.ts";
import { downloadAll, downloadToFile } from "../../src/node.ts";
import { secretKey } from "../servers/content-server.ts";

export interface Task {
  baseUrl: string;
  assets: string[];
  target: string;
  /** When to abort it, after its start. */
  abortAfterMs?: number;
  /** How many results are taken of several assets. @default all */
  results?: number;
}

const task = JSON.parse(process.argv[2]!) as Task;
const client = createClient({ apiKey: secretKey, baseUrl: task.baseUrl, maxRetries: 0 });
const ending = new AbortController();
if (task.abortAfterMs !== undefined) setTimeout(() => ending.abort(new Error("aborted")), task.abortAfterMs);
tell("started");
try {
  tell(await run());
} catch (error) {
  const { name, kind, message } = error as DownloadError;
  tell({ name, kind, message });
}

async function run(): Promise<unknown> {
  const { assets, target, results = Infinity } = task;
  const options = { signal: ending.signal };
  if (assets.length === 1) return downloadToFile(client, assets[0]!, target, options);
  let count = 0;
  for await (const _result of downloadAll(client, assets, target, options)) {
    count += 1;
    if (count === results) break;
  }
  return { count };
}

/** At once: a process that is killed loses what a stream holds back. */
function tell(news: unknown): void {
  writeSync(1, `${JSON.stringify(news)}\n`);
}

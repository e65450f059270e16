import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Progress } from "../../src/index.ts";
import { downloadToFile, type SavedFile } from "../../src/node.ts";
import type { AssetApi } from "./asset-api.ts";
import type { RunningServer } from "./real-server.ts";

/** What the checks of one server share. */
export interface Stage {
  running: RunningServer;
  api: AssetApi;
  /** For the downloaded files. */
  downloads: string;
}

/** A file that came while something happened, and the last that was said about it. */
export interface InterruptedFile {
  file: SavedFile;
  bytes: Buffer;
  progress: Progress;
}

/** Downloads to a file, and lets something happen when its first bytes have come. */
export async function saveInterrupted(
  { api, downloads }: Stage,
  id: string,
  interrupt: () => Promise<void>,
): Promise<InterruptedFile> {
  let interruption: Promise<void> | undefined;
  let progress: Progress | undefined;
  const onProgress = (event: Progress): void => {
    progress = event;
    if (event.receivedBytes > 0) interruption ??= interrupt();
  };
  const path = join(downloads, `${id}`);
  api.reset();
  const saving = downloadToFile(api.client, `asset_${id}`, path, { maxRetries: 8, onProgress, overwrite: "replace" });
  const file = await saving.finally(() => interruption);
  return { file, bytes: await readFile(path), progress: progress! };
}

/** The bytes that a stream gave, and how it failed, if it did. */
export interface InterruptedStream {
  bytes: Buffer;
  error: unknown;
}

/** Reads a stream, and lets something happen when its first bytes have come. */
export async function readInterrupted(
  { api }: Stage,
  id: string,
  interrupt: () => Promise<void>,
): Promise<InterruptedStream> {
  api.reset();
  const { stream } = await api.client.assets.download(`asset_${id}`, { maxRetries: 8 });
  const pieces: Uint8Array[] = [];
  let error: unknown;
  try {
    for await (const piece of stream) {
      if (pieces.push(piece) === 1) await interrupt();
    }
  } catch (thrown) {
    error = thrown;
  }
  return { bytes: Buffer.concat(pieces), error };
}

import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Asset } from "../../generated/schema.ts";
import { parseAssetId, type AssetRef } from "../core/asset-ref.ts";
import { readSeconds, UsageError, type Values } from "./arguments.ts";
import { openSession } from "./session.ts";
import { fail, Interruption, printable, worst } from "./output.ts";
import { count, describe, openDisplay, type Display } from "./progress.ts";
import type { ChenyuClient } from "../client/client.ts";
import type { Progress } from "../download/options.ts";
import { fileNameOf } from "../files/name.ts";
import { downloadAll, downloadToFile, type DownloadAllOptions, type DownloadResult, type SavedFile } from "../node.ts";

/** Saves the files of assets, and prints where. */
export async function download(operands: string[], values: Values): Promise<number> {
  const options = readOptions(values);
  const target = await readTarget(operands, values);
  const { client, signal } = await openSession("download", operands, values);
  const ids = [...new Set(operands.map(parseAssetId))]; // named twice, one would be written into by two
  const display = await openDisplay();
  signal.addEventListener("abort", display.close);

  /** Where the files of those that have not ended go, as far as that is known. */
  const paths = new Map(ids.length === 1 ? [[ids[0]!, target]] : []);
  const fileName = (asset: Asset): string => {
    const name = fileNameOf(asset);
    paths.set(asset.asset_id, join(target, name));
    return name;
  };
  const newest = new Map<string, Progress>();
  const onProgress = (progress: Progress, asset: AssetRef): void => {
    const id = parseAssetId(asset);
    newest.set(id, progress);
    display.show(id, printable(basename(paths.get(id) ?? id)), progress);
  };

  const start = ids.length === 1 ? downloadOne : downloadAll;
  const exitCodes: number[] = [];
  try {
    for await (const result of start(client, ids, target, { ...options, signal, fileName, onProgress })) {
      const { asset, file, error } = result;
      const id = parseAssetId(asset);
      paths.delete(id);
      display.end(id);
      if (file !== undefined) display.print(`${lineOf(id, file, values)}\n`);
      exitCodes.push(file === undefined ? fail(error, display.note) : 0);
    }
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
    const command = exitCodes.includes(0) ? "the same command with --overwrite skip" : "the same command";
    for (const [id, path] of paths) await tellRest(path, newest.get(id)?.totalBytes, command, display);
    return error.exitCode;
  } finally {
    display.close();
  }
  return worst(exitCodes);
}

type Options = Pick<DownloadAllOptions, "idleTimeoutMs" | "overwrite" | "concurrency">;

function readOptions({ timeout, overwrite, concurrency = "4" }: Values): Options {
  const known = (["error", "replace", "skip"] as const).find((way) => way === overwrite);
  if (known !== overwrite) {
    throw new UsageError(`--overwrite takes error, replace or skip, not ${JSON.stringify(overwrite)}`);
  }
  if (!/^[1-9]\d{0,2}$/.test(concurrency)) {
    throw new UsageError(`--concurrency takes a whole number from 1 to 999, not ${JSON.stringify(concurrency)}`);
  }
  return { idleTimeoutMs: readSeconds("timeout", timeout), overwrite: known, concurrency: Number(concurrency) };
}

async function readTarget(operands: string[], { output = "." }: Values): Promise<string> {
  if (output === "") throw new UsageError("--output takes a file or a folder");
  if (output === "-") throw new UsageError("--output takes a file, not standard output: what breaks off there is lost");
  const found = await stat(output).catch(() => undefined);
  if (operands.length > 1 && found?.isDirectory() === false) {
    throw new UsageError(`--output takes a folder for several assets, and ${JSON.stringify(output)} is a file`);
  }
  return output;
}

/** Does for one asset, whose file may be named by the target, what `downloadAll` does for several. */
async function* downloadOne(
  client: ChenyuClient,
  [asset]: string[],
  target: string,
  { onProgress, concurrency: _one, ...options }: DownloadAllOptions,
): AsyncGenerator<DownloadResult> {
  try {
    const file = await downloadToFile(client, asset!, target, {
      ...options,
      onProgress: (progress) => onProgress?.(progress, asset!),
    });
    yield { asset: asset!, file };
  } catch (error) {
    options.signal?.throwIfAborted();
    yield { asset: asset!, error };
  }
}

/** Says what an interrupted download has left, if anything. */
async function tellRest(
  path: string,
  totalBytes: number | undefined,
  command: string,
  display: Display,
): Promise<void> {
  const part = await stat(`${path}.part`).catch(() => undefined);
  if (part === undefined) return;
  const rest = describe({ receivedBytes: part.size, totalBytes });
  display.note(printable(`interrupted: ${path}.part has ${rest}; ${command} goes on from there`));
}

/** People get a sentence, programs the path or JSON. */
function lineOf(asset: string, file: SavedFile, { json }: Values): string {
  if (json) return printable(JSON.stringify({ asset, ...file }));
  if (!process.stdout.isTTY) return file.path;
  const resumed = file.resumedFrom > 0 ? `, ${count(file.resumedFrom)} of them from before` : "";
  return printable(`saved ${file.path} (${count(file.size)} bytes${resumed})`);
}

import { stat } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { parseAssetId, type AssetRef } from "../core/asset-ref.ts";
import type { Asset, ChenyuClient, PollEvent, Progress } from "../index.ts";
import { downloadAll, downloadToFile, fileNameOf } from "../node.ts";
import type { DownloadAllOptions, DownloadResult, FileOptions, SavedFile } from "../node.ts";
import { readInteger, readStatusCheck, readTimeoutMs, readWord, UsageError, wrongValue } from "./arguments.ts";
import { combineExitCodes, exitCodes, Interruption } from "./exit-codes.ts";
import { namings, overwrites, type OptionValues } from "./options.ts";
import { escapeControls, printFailure } from "./output.ts";
import { formatCount, formatProgress, openProgressDisplay, type ProgressDisplay } from "./progress.ts";
import { openSession } from "./session.ts";

/** A file that is not whole yet. */
interface UnfinishedFile {
  path: string;
  totalBytes?: number | undefined;
  /** Whether bytes have come. */
  hasBegun?: boolean;
}

/** Here, `--timeout` is not that of the wait. */
const ownFlags = { waitTimeoutMs: "--wait-timeout" };

/** Saves the files of assets and prints their paths. @returns The exit code. */
export async function download(operands: string[], values: OptionValues): Promise<number> {
  const options = readOptions(operands, values);
  const naming = readWord("name", values.name ?? "original", namings);
  const target = await readTarget(operands, values);
  const waitOptions = readWait(values);
  const { client, signal, ...session } = await openSession("download", operands, values);
  const ids = [...new Set(session.ids)]; // an asset that is named twice has one file
  const { json = false } = values;
  const display = openProgressDisplay(values);

  const unfinished = new Map<string, UnfinishedFile>(ids.map((id) => [id, { path: target }]));
  // Called only when the target is a folder.
  const fileName = (asset: Asset): string => {
    const name = fileNameOf(asset, naming);
    unfinished.set(parseAssetId(asset), { path: join(target, name) });
    return name;
  };
  const onProgress = (progress: Progress, asset: AssetRef): void => {
    const id = parseAssetId(asset);
    const file = unfinished.get(id)!;
    file.totalBytes = progress.totalBytes;
    file.hasBegun = true;
    display.update(id, basename(file.path), progress);
  };

  const onPoll = (event: PollEvent, asset: AssetRef): void => display.showPoll(parseAssetId(asset), event);
  const wait = waitOptions && { ...waitOptions, onPoll };

  const start = ids.length === 1 ? downloadOne : downloadAll;
  const codes: number[] = [];
  try {
    for await (const result of start(client, ids, target, { ...options, wait, signal, fileName, onProgress })) {
      const { asset, file, error } = result;
      const id = parseAssetId(asset);
      unfinished.delete(id);
      display.remove(id);
      if (file !== undefined) display.printResult(formatSavedFile(id, file, values));
      codes.push(file === undefined ? printFailure(id, error, json, display, ownFlags) : exitCodes.success);
    }
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
    display.close();
    // With `error`, the files that this command has saved would be in its own way. `skip` keeps them.
    const isInItsWay = options.overwrite === "error" && codes.includes(exitCodes.success);
    const command = isInItsWay ? "the same command with --overwrite skip" : "the same command";
    for (const file of unfinished.values()) await printUnfinished(file, command, display);
    return error.exitCode;
  } finally {
    display.close();
  }
  return combineExitCodes(codes);
}

type Wait = Exclude<DownloadAllOptions["wait"], boolean>;
type Options = Omit<DownloadAllOptions, "wait"> & Pick<FileOptions, "sha256"> & { wait?: Wait };

function readOptions(operands: string[], values: OptionValues): Options {
  const { overwrite = "error", concurrency = "4", sha256 } = values;
  if (sha256 !== undefined && operands.length > 1) throw new UsageError("--sha256 is that of one file. Pass one id");
  return {
    sha256,
    idleTimeoutMs: readTimeoutMs(values),
    overwrite: readWord("overwrite", overwrite, overwrites),
    concurrency: readInteger("concurrency", concurrency, 1, 999),
  };
}

/** Reads the options of `--wait`. @throws {@link UsageError} when it is missing. */
function readWait(values: OptionValues): Wait {
  for (const name of ["wait-timeout", "until-status", "fail-status"] as const) {
    if (!values.wait && values[name] !== undefined) throw new UsageError(`--${name} needs --wait`);
  }
  if (!values.wait) return undefined;
  return {
    waitTimeoutMs: readTimeoutMs(values, "wait-timeout"),
    isReady: readStatusCheck(values, "until-status"),
    isFailed: readStatusCheck(values, "fail-status"),
  };
}

async function readTarget(operands: string[], { output = "." }: OptionValues): Promise<string> {
  // A download to standard output could not be resumed.
  if (output === "" || output === "-") throw wrongValue("output", "the path of a file or a folder", output);
  const stats = await stat(output).catch(() => undefined);
  if (operands.length > 1 && stats?.isDirectory() === false) {
    throw new UsageError(`--output must be a folder for several assets, but ${JSON.stringify(output)} is a file`);
  }
  if (operands.length > 1 && stats === undefined && extname(output) !== "" && !/[/\\]$/.test(output)) {
    const text = `--output must be a folder for several assets, but ${JSON.stringify(output)} looks like a file`;
    throw new UsageError(text, JSON.stringify(`${output}/`));
  }
  return output;
}

/** Does the same as `downloadAll` for one asset, for which the target may be a file. */
async function* downloadOne(
  client: ChenyuClient,
  [asset]: string[],
  target: string,
  { onProgress, wait, ...options }: Options,
): AsyncGenerator<DownloadResult> {
  const callbacks = {
    onProgress: (progress: Progress) => onProgress?.(progress, asset!),
    wait: wait && { ...wait, onPoll: (event: PollEvent) => wait.onPoll?.(event, asset!) },
  };
  try {
    yield { asset: asset!, file: await downloadToFile(client, asset!, target, { ...options, ...callbacks }) };
  } catch (error) {
    if (error instanceof Interruption) throw error;
    yield { asset: asset!, error };
  }
}

/** Prints how much of an interrupted download is on disk, if it has begun. */
async function printUnfinished(
  { path, totalBytes, hasBegun }: UnfinishedFile,
  command: string,
  display: ProgressDisplay,
) {
  const part = await stat(`${path}.part`).catch(() => undefined);
  if (part !== undefined) {
    const amount = formatProgress(part.size, totalBytes);
    display.printMessage(escapeControls(`interrupted: ${path}.part has ${amount}; ${command} goes on from there`));
  } else if (hasBegun) {
    display.printMessage(escapeControls(`interrupted: nothing of ${path} can be kept; ${command} begins it again`));
  }
}

/** Writes a sentence for people, the path or JSON for programs. */
function formatSavedFile(asset: string, file: SavedFile, { json }: OptionValues): string {
  if (json) return escapeControls(JSON.stringify({ asset, ...file }));
  if (!process.stdout.isTTY) return file.path;
  const size = `${formatCount(file.size)} bytes`;
  if (file.skipped) return escapeControls(`kept ${file.path} (${size}, it was there already)`);
  const resumed = file.resumedFrom > 0 ? `, ${formatCount(file.resumedFrom)} of them from before` : "";
  return escapeControls(`saved ${file.path} (${size}${resumed})`);
}

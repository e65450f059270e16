import type { PollEvent } from "../index.ts";
import { readTimeoutMs, type OptionValues } from "./arguments.ts";
import { combineExitCodes } from "./exit-codes.ts";
import { createAssetPrinter, escapeControls, printMessage } from "./output.ts";
import { openSession } from "./session.ts";

/** Waits for all assets at once and prints each when it is ready. @returns The exit code. */
export async function wait(operands: string[], values: OptionValues): Promise<number> {
  const waitTimeoutMs = readTimeoutMs(values);
  const { ids, client, signal } = await openSession("wait", operands, values);
  const printAsset = createAssetPrinter(ids, values);
  const codes = ids.map((id) => {
    const onPoll = process.stderr.isTTY ? (event: PollEvent) => printMessage(formatPoll(id, event)) : undefined;
    return printAsset(client.assets.waitUntilReady(id, { signal, waitTimeoutMs, onPoll }));
  });
  return combineExitCodes(await Promise.all(codes));
}

function formatPoll(id: string, { status, error, delayMs }: PollEvent): string {
  const result = status ?? error?.name ?? "no answer";
  return escapeControls(`${id}: ${result}, again in ${(delayMs / 1000).toFixed(1)} s`);
}

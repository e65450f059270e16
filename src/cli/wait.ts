import type { PollEvent } from "../index.ts";
import { readTimeoutMs } from "./arguments.ts";
import { combineExitCodes } from "./exit-codes.ts";
import type { OptionValues } from "./options.ts";
import { createAssetPrinter, escapeControls, printMessage } from "./output.ts";
import { openSession } from "./session.ts";

/** Waits for all assets at once and prints each when it is ready. @returns The exit code. */
export async function wait(operands: string[], values: OptionValues): Promise<number> {
  const waitTimeoutMs = readTimeoutMs(values);
  const { ids, client, signal } = await openSession("wait", operands, values);
  const printAsset = createAssetPrinter(ids, values);
  const codes = ids.map((id) => {
    const onPoll = ({ status, error, delayMs }: PollEvent): void => {
      const result = status ?? error?.name ?? "no answer";
      printMessage(escapeControls(`${id}: ${result}, again in ${(delayMs / 1000).toFixed(1)} s`));
    };
    const options = { signal, waitTimeoutMs, onPoll: process.stderr.isTTY ? onPoll : undefined };
    return printAsset(client.assets.waitUntilReady(id, options));
  });
  return combineExitCodes(await Promise.all(codes));
}

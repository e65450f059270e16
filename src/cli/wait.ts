import type { PollEvent } from "../index.ts";
import { readStatusCheck, readTimeoutMs } from "./arguments.ts";
import { combineExitCodes } from "./exit-codes.ts";
import { canRewriteLines, openLiveLines } from "./live-lines.ts";
import type { OptionValues } from "./options.ts";
import { createAssetPrinter, escapeControls, printMessage } from "./output.ts";
import { openSession } from "./session.ts";

/** Waits for all assets at once and prints each when it is ready. @returns The exit code. */
export async function wait(operands: string[], values: OptionValues): Promise<number> {
  const waitTimeoutMs = readTimeoutMs(values);
  const isReady = readStatusCheck(values, "until-status");
  const isFailed = readStatusCheck(values, "fail-status");
  const { ids, client, signal } = await openSession("wait", operands, values);
  const lines = canRewriteLines(values) ? openLiveLines() : undefined;
  const show = lines?.set ?? ((_id: string, text: string) => process.stderr.isTTY && printMessage(text));
  const printAsset = createAssetPrinter(ids, values, lines);
  const codes = ids.map((id) => {
    const onPoll = (event: PollEvent): void => show(id, escapeControls(formatPoll(id, event)));
    const asset = client.assets.waitUntilReady(id, { signal, waitTimeoutMs, onPoll, isReady, isFailed });
    return printAsset(
      id,
      asset.finally(() => lines?.remove(id)),
    );
  });
  try {
    return combineExitCodes(await Promise.all(codes));
  } finally {
    lines?.close();
  }
}

function formatPoll(id: string, { poll, status, error, delayMs }: PollEvent): string {
  const result = String(status ?? error?.name).slice(0, 80);
  return `${id}: ${result}, look-up ${poll}, again in ${(delayMs / 1000).toFixed(1)} s`;
}

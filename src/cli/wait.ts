import type { PollEvent } from "../index.ts";
import { readStatusCheck, readTimeoutMs } from "./arguments.ts";
import { combineExitCodes } from "./exit-codes.ts";
import { canRewriteLines, openLiveLines } from "./live-lines.ts";
import type { OptionValues } from "./options.ts";
import { createAssetPrinter, printMessage } from "./output.ts";
import { formatPoll } from "./progress.ts";
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
    const onPoll = (event: PollEvent): void => show(id, formatPoll(id, event));
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

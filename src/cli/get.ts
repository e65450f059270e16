import type { Asset } from "../index.ts";
import { readTimeoutMs } from "./arguments.ts";
import { combineExitCodes } from "./exit-codes.ts";
import type { OptionValues } from "./options.ts";
import { createAssetPrinter } from "./output.ts";
import { openSession } from "./session.ts";

const concurrency = 4;

/** Looks assets up and prints them in the order of the arguments. @returns The exit code. */
export async function get(operands: string[], values: OptionValues): Promise<number> {
  const totalTimeoutMs = readTimeoutMs(values);
  const { ids, client, signal } = await openSession("get", operands, values);
  const printAsset = createAssetPrinter(ids, values);
  const codes: number[] = [];
  const running: [id: string, asset: Promise<Asset>][] = [];
  for (const id of ids) {
    if (running.length === concurrency) codes.push(await printAsset(...running.shift()!));
    const asset = client.assets.get(id, { signal, totalTimeoutMs });
    asset.catch(() => {}); // it may fail before anybody awaits it
    running.push([id, asset]);
  }
  for (const [id, asset] of running) codes.push(await printAsset(id, asset));
  return combineExitCodes(codes);
}

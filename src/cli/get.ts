import type { Asset } from "../index.ts";
import { readTimeoutMs, type OptionValues } from "./arguments.ts";
import { combineExitCodes } from "./exit-codes.ts";
import { createAssetPrinter } from "./output.ts";
import { openSession } from "./session.ts";

/** How many look-ups run at once. */
const concurrency = 4;

/** Looks assets up and prints them in the order of the arguments. @returns The exit code. */
export async function get(operands: string[], values: OptionValues): Promise<number> {
  const totalTimeoutMs = readTimeoutMs(values);
  const { ids, client, signal } = await openSession("get", operands, values);
  const printAsset = createAssetPrinter(ids, values);
  const codes: number[] = [];
  for (const asset of lookUpInOrder(ids, (id) => client.assets.get(id, { signal, totalTimeoutMs }))) {
    codes.push(await printAsset(asset));
  }
  return combineExitCodes(codes);
}

/** Starts a few look-ups ahead, and yields them in the order of the ids. */
function* lookUpInOrder(ids: string[], lookUp: (id: string) => Promise<Asset>): Generator<Promise<Asset>> {
  const running: Promise<Asset>[] = [];
  for (const id of ids) {
    const asset = lookUp(id);
    asset.catch(() => {}); // it may fail before anybody awaits it
    if (running.push(asset) === concurrency) yield running.shift()!;
  }
  yield* running;
}

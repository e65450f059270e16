import type { Asset } from "../../generated/schema.ts";
import { readSeconds, type Values } from "./arguments.ts";
import { openSession } from "./session.ts";
import { fail, note, paint, print, printable, worst } from "./output.ts";
import { withoutQueries } from "../core/redact.ts";
import type { PollEvent } from "../client/wait.ts";

/** Looks assets up, a few at a time, and prints them in the order in which they were named. */
export async function get(ids: string[], values: Values): Promise<number> {
  const totalTimeoutMs = readSeconds("timeout", values.timeout);
  const { client, signal } = await openSession("get", ids, values);
  const show = chooseForm(ids, values);
  const exitCodes: number[] = [];
  for (const asset of inOrder(ids, (id) => client.assets.get(id, { signal, totalTimeoutMs }))) {
    exitCodes.push(await report(asset, show));
  }
  return worst(exitCodes);
}

/** Waits for all assets at once, and prints each when it is ready. */
export async function wait(ids: string[], values: Values): Promise<number> {
  const waitTimeoutMs = readSeconds("timeout", values.timeout);
  const { client, signal } = await openSession("wait", ids, values);
  const show = chooseForm(ids, values);
  const exitCodes = ids.map((id) => {
    const onPoll = process.stderr.isTTY ? (event: PollEvent) => note(lineOf(id, event)) : undefined;
    return report(client.assets.waitUntilReady(id, { signal, waitTimeoutMs, onPoll }), show);
  });
  return worst(await Promise.all(exitCodes));
}

const concurrency = 4;

/** Keeps a few look-ups under way, and gives them in the order of the ids. */
function* inOrder<T>(ids: readonly string[], lookUp: (id: string) => Promise<T>): Generator<Promise<T>> {
  const underWay: Promise<T>[] = [];
  for (const id of ids) {
    const asset = lookUp(id);
    asset.catch(() => {}); // it may fail before its turn comes
    if (underWay.push(asset) === concurrency) yield underWay.shift()!;
  }
  yield* underWay;
}

async function report(asset: Promise<Asset>, show: (asset: Asset) => void): Promise<number> {
  try {
    show(await asset);
    return 0;
  } catch (error) {
    return fail(error);
  }
}

/** People get a table, programs a line of JSON. */
function chooseForm(ids: readonly string[], values: Values): (asset: Asset) => void {
  if (values.json || !process.stdout.isTTY) return (asset) => print(`${printable(JSON.stringify(asset))}\n`);
  const gap = ids.length > 1 ? "\n" : "";
  return (asset) => print(tableOf(asset) + gap);
}

function tableOf(asset: Asset): string {
  const width = Math.max(...Object.keys(asset).map((name) => name.length)) + 2;
  const rows = Object.entries(asset).map(([name, value]) => {
    const text = printable(withoutQueries(typeof value === "string" ? value : JSON.stringify(value)));
    const label = paint("dim", printable(name).padEnd(width));
    return `${label}${name === "status" ? paint(text === "confirmed" ? "green" : "yellow", text) : text}\n`;
  });
  return rows.join("");
}

function lineOf(id: string, { status, error, delayMs }: PollEvent): string {
  const seen = status ?? error?.name ?? "no answer";
  return printable(`${id}: ${seen}, again in ${(delayMs / 1000).toFixed(1)} s`);
}

import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { mapUnordered } from "../../src/files/map-unordered.ts";

test.concurrent("mapUnordered reads no more items than it may work on while nobody reads its results", async () => {
  let itemsRead = 0;
  function* numbers(): Generator<number> {
    for (;;) yield itemsRead++;
  }
  const results = mapUnordered(numbers(), 3, undefined, async (number) => number);
  expect(await results.next()).toEqual({ done: false, value: 0 });
  await sleep(50);
  expect(itemsRead).toBeLessThanOrEqual(4);
  await results.return();
});

test.concurrent("mapUnordered keeps no result that it has given while another item takes long", async () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  const given: WeakRef<object>[] = [];
  async function work(number: number, signal: AbortSignal): Promise<object> {
    if (number === 0) await new Promise((resolve) => signal.addEventListener("abort", resolve));
    return { number };
  }
  const results = mapUnordered(Array(50).keys(), 2, undefined, work);
  for (let count = 0; count < 49; count++) given.push(new WeakRef((await results.next()).value!));
  await sleep(10);
  collectGarbage();
  expect(given.filter((result) => result.deref() !== undefined).length).toBeLessThan(5);
  await results.return();
});

test.concurrent("mapUnordered does not work on an item that the source gives after the end", async () => {
  let give!: (result: IteratorResult<string>) => void;
  const items = [
    Promise.resolve({ done: false, value: "asset_a" }),
    new Promise<IteratorResult<string>>((resolve) => (give = resolve)),
  ];
  const source = { [Symbol.asyncIterator]: () => ({ next: () => items.shift()! }) };
  const begun: string[] = [];
  const results = mapUnordered(source, 2, undefined, async (id) => begun.push(id));
  await results.next();
  await results.return();
  give({ done: false, value: "asset_b" });
  await sleep(10);
  expect([begun, items]).toEqual([["asset_a"], []]);
});

test.concurrent("mapUnordered does not end a source that has ended by itself", async () => {
  let returns = 0;
  const iterator = {
    next: () => ({ done: true as const, value: undefined }),
    return: () => ({ done: true as const, value: ++returns }),
  };
  const results = mapUnordered({ [Symbol.iterator]: () => iterator }, 1, undefined, async () => "worked");
  expect(await results.next()).toEqual({ done: true, value: undefined });
  expect(returns).toBe(0);
});

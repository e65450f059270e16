import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { asReady } from "../../src/files/map-unordered.ts";

test.concurrent("asReady reads no more items than it may work on while nobody reads its results", async () => {
  let itemsRead = 0;
  function* numbers(): Generator<number> {
    for (;;) yield itemsRead++;
  }
  const results = asReady(numbers(), 3, new AbortController(), async (number) => number);
  expect(await results.next()).toEqual({ done: false, value: 0 });
  await sleep(50);
  expect(itemsRead).toBeLessThanOrEqual(4);
  await results.return();
});

test.concurrent("asReady keeps no result that it has given while another item takes long", async () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  const given: WeakRef<object>[] = [];
  const ending = new AbortController();
  async function work(number: number): Promise<object> {
    if (number === 0) await new Promise((resolve) => ending.signal.addEventListener("abort", resolve));
    return { number };
  }
  const results = asReady(Array(50).keys(), 2, ending, work);
  for (let count = 0; count < 49; count++) given.push(new WeakRef((await results.next()).value!));
  await sleep(10);
  collectGarbage();
  expect(given.filter((result) => result.deref() !== undefined).length).toBeLessThan(5);
  await results.return();
});

test.concurrent("asReady does not work on an item that the source gives after the end", async () => {
  let give!: (result: IteratorResult<string>) => void;
  const items = [
    Promise.resolve({ done: false, value: "asset_a" }),
    new Promise<IteratorResult<string>>((resolve) => (give = resolve)),
  ];
  const source = { [Symbol.asyncIterator]: () => ({ next: () => items.shift()! }) };
  const begun: string[] = [];
  const results = asReady(source, 2, new AbortController(), async (id) => begun.push(id));
  await results.next();
  await results.return();
  give({ done: false, value: "asset_b" });
  await sleep(10);
  expect([begun, items]).toEqual([["asset_a"], []]);
});

/** `downloadAll` ends early: the loop is left, the signal aborts, or the source of the assets fails. */
import { getEventListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { AssetRef } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import type { TemporaryFolder } from "../helpers/temporary-folder.ts";
import { until } from "../helpers/timing.ts";
import type { ContentServer } from "../servers/content-server.ts";
import { test } from "./downloads.ts";
import { collect, everyAsset, fileNames, ids, saveAll, size, stalled, startServerOfMany } from "./many-downloads.ts";
import type { Assets } from "./many-downloads.ts";

function waitForRequests({ requests }: ContentServer, count: number): Promise<void> {
  return until(() => requests.length >= count);
}

async function waitUntilClosed(server: ContentServer): Promise<void> {
  await Promise.all([server.allClosed(), until(() => server.connections.open === 0)]);
}

async function locksIn(folder: TemporaryFolder): Promise<string[]> {
  return (await folder.names()).filter((name) => name.endsWith(".lock"));
}

/** Gives two assets, then nothing, and never ends. */
async function* hangAfterTwo(): AsyncGenerator<string> {
  yield* ids.slice(0, 2);
  await new Promise(() => {});
}

test.concurrent("leaving the loop ends all downloads, and keeps their parts", async ({ folder }) => {
  await using server = await startServerOfMany({ ...everyAsset(stalled), asset_a: { pieceBytes: 10_000 } });
  const begun = new Set<AssetRef>();
  const onProgress = (_progress: unknown, asset: AssetRef): unknown => begun.add(asset);
  for await (const { asset } of saveAll(server, ids, folder, { concurrency: 3, onProgress })) {
    expect(asset).toBe("asset_a");
    await until(() => begun.size === 3);
    break;
  }
  await waitUntilClosed(server);
  const parts = fileNames.slice(1, 3).flatMap((name) => [`${name}.part`, `${name}.part.json`]);
  expect(await folder.names()).toEqual(expect.arrayContaining(["asset_a.png", ...parts]));
  expect(await locksIn(folder)).toEqual([]);
  expect(server.lookUps()).toBeLessThanOrEqual(4);
});

test.concurrent("aborting the signal ends all downloads, and throws its reason", async ({ folder }) => {
  await using server = await startServerOfMany(everyAsset(stalled));
  const controller = new AbortController();
  const reason = new Error("the user left");
  const aborted = caught(collect(saveAll(server, ids, folder, { signal: controller.signal })));
  await waitForRequests(server, 4);
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(1);
  controller.abort(reason);
  expect(await aborted).toBe(reason);
  expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  await waitUntilClosed(server);
  expect((await folder.names()).filter((name) => !/\.part(\.json)?$/.test(name))).toEqual([]);
});

test.concurrent("aborting the signal between two results throws its reason at the next one", async ({ folder }) => {
  await using server = await startServerOfMany({ asset_b: stalled });
  const controller = new AbortController();
  const results = saveAll(server, ids, folder, { signal: controller.signal, concurrency: 2 });
  expect(await results.next()).toMatchObject({ value: { asset: "asset_a" } });
  await waitForRequests(server, 2);
  controller.abort("left");
  expect(await caught(results.next())).toBe("left");
  expect(await results.next()).toEqual({ done: true, value: undefined });
  expect(server.lookUps()).toBeLessThanOrEqual(3);
});

test.concurrent("a signal that has aborted throws its reason, and no asset is read", async ({ folder }) => {
  await using server = await startServerOfMany();
  let assetsRead = 0;
  function* source(): Generator<string> {
    assetsRead += 1;
    yield "asset_a";
  }
  const results = collect(saveAll(server, source(), folder, { signal: AbortSignal.abort("left") }));
  expect(await caught(results)).toBe("left");
  expect([assetsRead, server.lookUps()]).toEqual([0, 0]);
});

function throwAtOnce(reason: Error): Iterable<string> {
  const next = (): never => {
    throw reason;
  };
  return { [Symbol.iterator]: () => ({ next }) };
}

function* throwAfterTwo(reason: Error): Generator<string> {
  yield* ids.slice(0, 2);
  throw reason;
}

async function* throwLater(reason: Error): AsyncGenerator<string> {
  yield* ids.slice(0, 2);
  await sleep(50);
  throw reason;
}

test.concurrent.for<[when: string, makeSource: (reason: Error) => Assets]>([
  ["at once", throwAtOnce],
  ["after two assets", throwAfterTwo],
  ["while assets are downloaded", throwLater],
])("a source that throws %s ends all downloads, and its error is thrown", async ([, makeSource], { folder }) => {
  await using server = await startServerOfMany(everyAsset(stalled));
  const reason = new Error("no more");
  expect(await caught(collect(saveAll(server, makeSource(reason), folder)))).toBe(reason);
  await server.allClosed();
  expect(await locksIn(folder)).toEqual([]);
});

test.concurrent("assets that cannot be iterated throw their error, and leave no listener on the signal", async ({
  folder,
}) => {
  await using server = await startServerOfMany(everyAsset(stalled));
  const { signal } = new AbortController();
  const reason = new Error("no list");
  const assets: Assets = {
    [Symbol.iterator]: () => {
      throw reason;
    },
  };
  expect(await caught(collect(saveAll(server, assets, folder, { signal })))).toBe(reason);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test.concurrent("leaving the loop ends a source that would go on for ever", async ({ folder }) => {
  await using server = await startServerOfMany();
  let [assetsRead, isEnded] = [0, false];
  function* endless(): Generator<string> {
    try {
      for (;;) yield `asset_${assetsRead++}`;
    } finally {
      isEnded = true;
    }
  }
  let count = 0;
  for await (const { file } of saveAll(server, endless(), folder, { concurrency: 2 })) {
    expect(file).toMatchObject({ size });
    if (++count === 5) break;
  }
  expect(isEnded).toBe(true);
  expect(assetsRead).toBeLessThanOrEqual(5 + 2);
});

test.concurrent("results arrive, and the loop can be left, while the source hangs", async ({ folder }) => {
  await using server = await startServerOfMany();
  let count = 0;
  for await (const { error } of saveAll(server, hangAfterTwo(), folder)) {
    expect(error).toBeUndefined();
    if (++count === 2) break;
  }
  expect(await folder.names()).toEqual(fileNames.slice(0, 2));
});

async function abortDuringNext(results: AsyncGenerator, controller: AbortController): Promise<void> {
  const next = caught(results.next());
  await sleep(20);
  controller.abort("left");
  expect(await next).toBe("left");
}

test.concurrent.for<[how: string, end: (results: AsyncGenerator, controller: AbortController) => Promise<unknown>]>([
  ["leaving the loop", (results) => results.return(undefined)],
  ["aborting the signal", abortDuringNext],
])("%s ends all downloads while the source hangs", async ([, end], { folder }) => {
  await using server = await startServerOfMany({ asset_b: stalled });
  const controller = new AbortController();
  const results = saveAll(server, hangAfterTwo(), folder, { signal: controller.signal });
  expect(await results.next()).toMatchObject({ value: { asset: "asset_a" } });
  await waitForRequests(server, 2);
  await end(results, controller);
  await server.allClosed();
  expect(await locksIn(folder)).toEqual([]);
});

test.concurrent("leaving the loop ends all downloads although the source throws as it is ended", async ({ folder }) => {
  await using server = await startServerOfMany({ asset_b: stalled });
  function* source(): Generator<string> {
    try {
      yield* ids;
    } finally {
      // oxlint-disable-next-line no-unsafe-finally
      throw new Error("not so soon");
    }
  }
  const results = saveAll(server, source(), folder, { concurrency: 2 });
  await results.next();
  await waitForRequests(server, 2);
  await results.return();
  await server.allClosed();
});

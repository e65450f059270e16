/** Many downloads at once, into a real folder, from a real server; how one of them is saved is in download-to-file.test.ts. */
import { getEventListeners } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { asReady } from "../../src/files/map-unordered.ts";
import { downloadAll, type DownloadAllOptions, type DownloadResult } from "../../src/node.ts";
import type { AssetRef } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { makeBytes, readyAsset, say, serve, startContentServer } from "../servers/content-server.ts";
import type { AssetOf, ContentServer, ContentStep, ServeOptions } from "../servers/content-server.ts";
import { connect } from "../download/downloads.ts";
import { startDownloader } from "./start-downloader.ts";
import { makeFolder, type TemporaryFolder } from "../helpers/temporary-folder.ts";
import { until } from "../helpers/timing.ts";

const size = 200_000;
const ids = ["asset_a", "asset_b", "asset_c", "asset_d", "asset_e", "asset_f"];
const files = ids.map((id) => `${id}.png`);
const once = { maxRetries: 0 };

function bytesOf(id: string): Buffer {
  return makeBytes(size, id);
}

function idOf(path: string): string {
  return path.slice(1).split("?")[0]!;
}

const named: AssetOf = (url, lookUp, id) => ({
  ...readyAsset(size)(url, lookUp),
  signed_url: `${url}/${id}?signature=s1`,
  original_filename: `${id}.png`,
});

/** Serves each asset's own file; some in a way of their own. */
function start(ways: Record<string, ContentStep | ServeOptions> = {}, assetOf = named): Promise<ContentServer> {
  return startContentServer(assetOf, (request) => {
    const id = idOf(request.path);
    const way = ways[id];
    return (typeof way === "function" ? way : serve(bytesOf(id), way))(request);
  });
}

type Assets = Iterable<AssetRef> | AsyncIterable<AssetRef>;

function saveAll(
  server: ContentServer,
  assets: Assets,
  folder: TemporaryFolder,
  options?: DownloadAllOptions,
): AsyncGenerator<DownloadResult, void> {
  return downloadAll(connect(server), assets, folder.path, options);
}

async function collect(results: AsyncIterable<DownloadResult>): Promise<DownloadResult[]> {
  const collected = [];
  for await (const result of results) collected.push(result);
  return collected;
}

/** Which assets were saved, sorted. */
function saved(results: DownloadResult[]): string[] {
  return results
    .flatMap(({ asset, file }) => (file === undefined ? [] : [typeof asset === "string" ? asset : asset.asset_id]))
    .toSorted();
}

const stalled: ServeOptions = { sent: size / 2, fault: "stall" };

describe.concurrent("all assets are saved", () => {
  test("in a folder that is made, under their names", async () => {
    await using folder = await makeFolder();
    await using server = await start();
    const results = await collect(downloadAll(connect(server), ids, folder.at("new/pictures")));
    expect(saved(results)).toEqual(ids);
    for (const { asset, file } of results) {
      expect(file).toEqual({ path: folder.at(`new/pictures/${asset as string}.png`), size, resumedFrom: 0 });
      expect((await readFile(file!.path)).equals(bytesOf(asset as string))).toBe(true);
    }
  });

  test("in a folder by its URL, with a slash at its end or none", async () => {
    await using folder = await makeFolder();
    await using server = await start();
    await collect(downloadAll(connect(server), ids.slice(0, 1), pathToFileURL(folder.at("new"))));
    await collect(downloadAll(connect(server), ids.slice(1, 2), pathToFileURL(folder.at("new/"))));
    expect(await folder.names()).toEqual(["new"]);
    expect((await readFile(folder.at("new/asset_b.png"))).equals(bytesOf("asset_b"))).toBe(true);
  });

  test.each<[kind: string, make: () => Assets]>([
    ["an array", () => ids],
    ["a set", () => new Set(ids)],
    ["objects with an id", () => ids.map((asset_id) => ({ asset_id }))],
    [
      "a generator",
      function* () {
        yield* ids;
      },
    ],
    [
      "an asynchronous generator",
      async function* () {
        for (const id of ids) {
          await sleep(5);
          yield id;
        }
      },
    ],
    [
      "an asynchronous iterator that cannot be ended",
      () => {
        let at = 0;
        const next = async (): Promise<IteratorResult<string>> => ({ done: at === ids.length, value: ids[at++]! });
        return { [Symbol.asyncIterator]: () => ({ next }) };
      },
    ],
  ])("that come from %s", async (_kind, make) => {
    await using folder = await makeFolder();
    await using server = await start();
    const results = await collect(saveAll(server, make(), folder));
    expect(results.map(({ error }) => error)).toEqual(ids.map(() => undefined));
    expect(await folder.names()).toEqual(files);
  });

  test("where there are none", async () => {
    await using folder = await makeFolder();
    await using server = await start();
    expect(await collect(saveAll(server, [], folder))).toEqual([]);
  });

  test.each([
    ["four at a time", {}, 4],
    ["as many at a time as may be", { concurrency: 2 }, 2],
    ["one after the other", { concurrency: 1 }, 1],
  ])("%s", async (_how, options, expected) => {
    await using folder = await makeFolder();
    let [active, most] = [0, 0];
    const counted: ContentStep = (request) => async (socket, head) => {
      most = Math.max(most, ++active);
      await until(() => most >= expected);
      await sleep(50); // for one too many to show
      active -= 1;
      await serve(bytesOf(idOf(request.path)))(request)(socket, head);
    };
    await using server = await start(Object.fromEntries(ids.map((id) => [id, counted])));
    expect(saved(await collect(saveAll(server, ids, folder, options)))).toEqual(ids);
    expect(most).toBe(expected);
  });

  test("and the progress of each is told", async () => {
    await using folder = await makeFolder();
    await using server = await start();
    const assets = ["asset_a", { asset_id: "asset_b" }];
    const told: unknown[] = [];
    const onProgress: DownloadAllOptions["onProgress"] = ({ receivedBytes, totalBytes }, asset) => {
      if (receivedBytes === totalBytes) told.push(asset);
    };
    await collect(saveAll(server, assets, folder, { onProgress, concurrency: 1 }));
    expect(told).toEqual(assets);
    expect(told[1]).toBe(assets[1]);
  });

  test("and those that were left are gone on with", async () => {
    await using folder = await makeFolder();
    const ways = Object.fromEntries(ids.map((id) => [id, { sent: size / 2, fault: "end" } as const]));
    await using failing = await start(ways);
    expect(saved(await collect(saveAll(failing, ids, folder, once)))).toEqual([]);
    await using server = await start();
    const results = await collect(saveAll(server, ids, folder));
    expect(results.map(({ file }) => file?.resumedFrom)).toEqual(ids.map(() => size / 2));
    expect(await folder.names()).toEqual(files);
  });
});

describe.concurrent("each result comes", () => {
  test("when it is there: a slow one does not hold the others", async () => {
    await using folder = await makeFolder();
    let open!: () => void;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const slow: ContentStep = (request) => async (socket, head) => {
      await gate;
      await serve(bytesOf("asset_a"))(request)(socket, head);
    };
    await using server = await start({ asset_a: slow });
    const order: AssetRef[] = [];
    for await (const { asset } of saveAll(server, ids, folder, { concurrency: 2 })) {
      order.push(asset);
      if (order.length === ids.length - 1) open();
    }
    expect(order).toEqual(["asset_b", "asset_c", "asset_d", "asset_e", "asset_f", "asset_a"]);
  });

  test("whatever becomes of the others", async () => {
    await using folder = await makeFolder();
    await using server = await start({ asset_b: say(404), asset_d: { sent: 10, fault: "end" } });
    const assets = ["", ...ids, { asset_id: 7 } as unknown as AssetRef];
    const results = await collect(saveAll(server, assets, folder, once));
    expect(results).toHaveLength(assets.length);
    const failures = new Map(results.map(({ asset, error }) => [asset, error]));
    expect(failures.get(assets[0]!)).toMatchObject({ name: "ConfigError" });
    expect(failures.get("asset_b")).toMatchObject({ name: "DownloadError", kind: "refused", status: 404 });
    expect(failures.get("asset_d")).toMatchObject({ name: "NetworkError" });
    expect(failures.get(assets.at(-1)!)).toMatchObject({ name: "ConfigError" });
    expect(saved(results)).toEqual(["asset_a", "asset_c", "asset_e", "asset_f"]);
  });

  test("as a failure, where the caller's function throws", async () => {
    await using folder = await makeFolder();
    await using server = await start();
    const reason = new Error("mine");
    const fileName = ({ asset_id }: { asset_id: string }): string => {
      if (asset_id === "asset_a") throw reason;
      return asset_id;
    };
    const results = await collect(saveAll(server, ids, folder, { fileName }));
    expect(results.find(({ asset }) => asset === "asset_a")).toEqual({ asset: "asset_a", error: reason });
    expect(saved(results)).toEqual(ids.slice(1));
  });

  test("as a failure, where another asset has the same name; fileName helps", async () => {
    await using folder = await makeFolder();
    const alike: AssetOf = (...given) => ({ ...named(...given), original_filename: "a.png" });
    await using server = await start({}, alike);
    const pair = ids.slice(0, 2);
    for (const overwrite of ["error", "replace"] as const) {
      const results = await collect(saveAll(server, pair, folder, { overwrite }));
      const [first, ...rest] = saved(results);
      expect(rest).toEqual([]);
      expect((await readFile(folder.at("a.png"))).equals(bytesOf(first!))).toBe(true);
      const failure = results.find(({ error }) => error !== undefined);
      expect(failure!.error).toMatchObject({ name: "DownloadError", kind: "exists" });
      expect((failure!.error as Error).message).toContain("fileName");
    }
    const fileName = ({ asset_id }: { asset_id: string }): string => `${asset_id}.png`;
    expect(saved(await collect(saveAll(server, pair, folder, { fileName })))).toEqual(pair);
  });

  test("as a failure, where a file system that ignores case would have one file for two assets", async () => {
    await using folder = await makeFolder();
    const [first] = ids;
    const alike: AssetOf = (url, lookUp, id) => {
      return { ...named(url, lookUp, id), original_filename: id === first ? "a.png" : "A.PNG" };
    };
    await using server = await start({}, alike);
    const results = await collect(saveAll(server, ids.slice(0, 2), folder, { overwrite: "replace" }));
    expect(saved(results)).toHaveLength(1);
    expect(await folder.names()).toHaveLength(1);
  });

  test("twice for an asset that is there twice, of which one is saved", async () => {
    await using folder = await makeFolder();
    await using server = await start();
    const results = await collect(saveAll(server, ["asset_a", "asset_a"], folder));
    expect(saved(results)).toEqual(["asset_a"]);
    const failure = results.find(({ error }) => error !== undefined);
    expect(["busy", "exists"]).toContain((failure!.error as { kind: string }).kind);
    expect((await readFile(folder.at("asset_a.png"))).equals(bytesOf("asset_a"))).toBe(true);
    const again = await collect(saveAll(server, ["asset_a", "asset_a"], folder, { overwrite: "skip" }));
    expect(again.map(({ file }) => file?.resumedFrom)).toEqual([size, size]);
  });
});

describe.concurrent("assets are taken one by one", () => {
  test("from a source without an end, which is told when no more are wanted", async () => {
    await using folder = await makeFolder();
    await using server = await start();
    let [taken, isEnded] = [0, false];
    function* endless(): Generator<string> {
      try {
        for (;;) yield `asset_${taken++}`;
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
    expect(taken).toBeLessThanOrEqual(5 + 2);
  });

  test("no more than are wanted, while the results are not taken", async () => {
    let taken = 0;
    function* numbers(): Generator<number> {
      for (;;) yield taken++;
    }
    const results = asReady(numbers(), 3, new AbortController(), async (number) => number);
    expect(await results.next()).toEqual({ done: false, value: 0 });
    await sleep(50);
    expect(taken).toBeLessThanOrEqual(4);
    await results.return();
  });

  test("and what was given is not kept, however long one of them takes", async () => {
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

  test("from a source that gives nothing for long: the results so far come", async () => {
    await using folder = await makeFolder();
    await using server = await start();
    async function* hanging(): AsyncGenerator<string> {
      yield* ids.slice(0, 2);
      await new Promise(() => {});
    }
    let count = 0;
    for await (const { error } of saveAll(server, hanging(), folder)) {
      expect(error).toBeUndefined();
      if (++count === 2) break;
    }
    expect(await folder.names()).toEqual(files.slice(0, 2));
  });
});

describe.concurrent("all downloads end", () => {
  const isWaiting = (server: ContentServer, count: number): Promise<void> =>
    until(() => server.requests.length >= count);
  const allStalled = Object.fromEntries(ids.map((id) => [id, stalled]));

  test("when the loop is left, and what has come is kept", async () => {
    await using folder = await makeFolder();
    await using server = await start({ ...allStalled, asset_a: { pieceBytes: 10_000 } });
    const begun = new Set<AssetRef>();
    const onProgress = (_progress: unknown, asset: AssetRef): unknown => begun.add(asset);
    for await (const { asset } of saveAll(server, ids, folder, { concurrency: 3, onProgress })) {
      expect(asset).toBe("asset_a");
      await until(() => begun.size === 3);
      break;
    }
    await Promise.all([server.allClosed(), until(() => server.connections.open === 0)]);
    const names = await folder.names();
    const parts = files.slice(1, 3).flatMap((name) => [`${name}.part`, `${name}.part.json`]);
    expect(names).toEqual(expect.arrayContaining(["asset_a.png", ...parts]));
    expect(names.filter((name) => name.endsWith(".lock"))).toEqual([]);
    expect(server.lookUps()).toBeLessThanOrEqual(4);
  });

  test("when the signal aborts, with its reason", async () => {
    await using folder = await makeFolder();
    await using server = await start(allStalled);
    const controller = new AbortController();
    const reason = new Error("the user left");
    const call = caught(collect(saveAll(server, ids, folder, { signal: controller.signal })));
    await isWaiting(server, 4);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(1);
    controller.abort(reason);
    expect(await call).toBe(reason);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    await Promise.all([server.allClosed(), until(() => server.connections.open === 0)]);
    expect((await folder.names()).filter((name) => !/\.part(\.json)?$/.test(name))).toEqual([]);
  });

  test("when the signal aborts between two results, with its reason", async () => {
    await using folder = await makeFolder();
    await using server = await start({ asset_b: stalled });
    const controller = new AbortController();
    const results = saveAll(server, ids, folder, { signal: controller.signal, concurrency: 2 });
    expect(await results.next()).toMatchObject({ value: { asset: "asset_a" } });
    await isWaiting(server, 2);
    controller.abort("left");
    expect(await caught(results.next())).toBe("left");
    expect(await results.next()).toEqual({ done: true, value: undefined });
    expect(server.lookUps()).toBeLessThanOrEqual(3);
  });

  test.each<[when: string, source: (reason: Error) => Assets]>([
    [
      "at once",
      (reason) => ({
        [Symbol.iterator]: () => ({
          next() {
            throw reason;
          },
        }),
      }),
    ],
    [
      "after some",
      function* (reason) {
        yield* ids.slice(0, 2);
        throw reason;
      },
    ],
    [
      "later",
      async function* (reason) {
        yield* ids.slice(0, 2);
        await sleep(50);
        throw reason;
      },
    ],
  ])("when the source throws %s, which is thrown on", async (_when, source) => {
    await using folder = await makeFolder();
    await using server = await start(allStalled);
    const reason = new Error("no more");
    expect(await caught(collect(saveAll(server, source(reason), folder)))).toBe(reason);
    await server.allClosed();
    expect((await folder.names()).filter((name) => name.endsWith(".lock"))).toEqual([]);
  });

  test.each<[how: string, end: (results: AsyncGenerator, controller: AbortController) => Promise<unknown>]>([
    ["the loop is left", (results) => results.return(undefined)],
    [
      "the signal aborts",
      async (results, controller) => {
        const call = caught(results.next());
        await sleep(20);
        controller.abort("left");
        expect(await call).toBe("left");
      },
    ],
  ])("when %s, though the source gives nothing and cannot be ended", async (_how, end) => {
    await using folder = await makeFolder();
    await using server = await start({ asset_b: stalled });
    async function* hanging(): AsyncGenerator<string> {
      yield* ids.slice(0, 2);
      await new Promise(() => {});
    }
    const controller = new AbortController();
    const results = saveAll(server, hanging(), folder, { signal: controller.signal });
    expect(await results.next()).toMatchObject({ value: { asset: "asset_a" } });
    await isWaiting(server, 2);
    await end(results, controller);
    await server.allClosed();
    expect((await folder.names()).filter((name) => name.endsWith(".lock"))).toEqual([]);
  });

  test("when the loop is left, though the source throws as it is ended", async () => {
    await using folder = await makeFolder();
    await using server = await start({ asset_b: stalled });
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
    await isWaiting(server, 2);
    await results.return();
    await server.allClosed();
  });

  test("and nothing is begun of what the source gives then", async () => {
    let give!: (result: IteratorResult<string>) => void;
    const gives = [
      Promise.resolve({ done: false, value: "asset_a" }),
      new Promise<IteratorResult<string>>((resolve) => (give = resolve)),
    ];
    const source = { [Symbol.asyncIterator]: () => ({ next: () => gives.shift()! }) };
    const begun: string[] = [];
    const results = asReady(source, 2, new AbortController(), async (id) => begun.push(id));
    await results.next();
    await results.return();
    give({ done: false, value: "asset_b" });
    await sleep(10);
    expect([begun, gives]).toEqual([["asset_a"], []]);
  });
});

describe.concurrent("a process that rejects what nobody handles", () => {
  test.each<[how: string, task: object, told: object]>([
    ["saves all", {}, { count: 6 }],
    ["leaves the loop", { results: 1 }, { count: 1 }],
    ["aborts", { abortAfterMs: 300 }, { name: "Error", message: "aborted" }],
  ])("%s, and ends by itself", async (_how, task, told) => {
    await using folder = await makeFolder();
    await using server = await start("abortAfterMs" in task ? { asset_f: stalled } : { asset_f: { pieceBytes: 5000 } });
    using downloader = await startDownloader({ baseUrl: server.url, assets: ids, target: folder.path, ...task });
    expect(await downloader.told).toEqual(told);
    expect(await downloader.ended).toEqual({ code: 0, stderr: "" });
  });
});

describe.concurrent("what cannot be done is refused before anything is", () => {
  test.each<[what: string, options: object]>([
    ["no download at a time", { concurrency: 0 }],
    ["half a download at a time", { concurrency: 1.5 }],
    ["an onProgress that is no function", { onProgress: "yes" }],
    ["a signal that is none", { signal: {} }],
    ["an unknown overwrite", { overwrite: "always" }],
    ["a fileName that is no function", { fileName: "a.png" }],
    ["a range", { range: { start: 1 } }],
    ["an idleTimeoutMs that no timer can hold", { idleTimeoutMs: 0 }],
    ["headers that cannot be sent", { headers: { "a b": "c" } }],
  ])("%s", async (_what, options) => {
    await using folder = await makeFolder();
    await using server = await start();
    expect(await caught(collect(saveAll(server, ids, folder, options)))).toMatchObject({ name: "ConfigError" });
    expect([await folder.names(), server.lookUps()]).toEqual([[], 0]);
  });

  test.each<[what: string, assets: unknown]>([
    ["one asset by its id", "asset_a"],
    ["one asset", { asset_id: "asset_a" }],
    ["none", undefined],
  ])("%s instead of a list", async (_what, assets) => {
    await using folder = await makeFolder();
    await using server = await start();
    const error = await caught(collect(saveAll(server, assets as Assets, folder)));
    expect(error).toMatchObject({ name: "ConfigError" });
    expect(server.lookUps()).toBe(0);
  });

  test("a folder that is no path, or a file", async () => {
    await using folder = await makeFolder();
    await using server = await start();
    expect(await caught(collect(downloadAll(connect(server), ids, "")))).toMatchObject({ name: "ConfigError" });
    await writeFile(folder.at("file"), "mine");
    const [result] = await collect(downloadAll(connect(server), ["asset_a"], folder.at("file")));
    expect(result!.error).toMatchObject({ name: "DownloadError", kind: "target" });
    expect(server.lookUps()).toBe(0);
  });

  test("a signal that has aborted: with its reason, and no asset is taken", async () => {
    await using folder = await makeFolder();
    await using server = await start();
    let taken = 0;
    function* source(): Generator<string> {
      taken += 1;
      yield "asset_a";
    }
    const call = collect(saveAll(server, source(), folder, { signal: AbortSignal.abort("left") }));
    expect(await caught(call)).toBe("left");
    expect([taken, server.lookUps()]).toEqual([0, 0]);
  });
});

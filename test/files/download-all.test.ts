/** `downloadAll`: what it saves, which results it gives, and which arguments it refuses. */
import { readFile, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { expect } from "vitest";
import type { AssetRef } from "../../src/index.ts";
import { downloadAll, type DownloadAllOptions } from "../../src/node.ts";
import { caught } from "../helpers/caught.ts";
import { until } from "../helpers/timing.ts";
import { say, serve, type AssetOf, type ContentStep } from "../servers/content-server.ts";
import { clientFor, test, withoutRetries } from "./downloads.ts";
import { assetOfId, bytesOf, collect, everyAsset, fileNames, idIn, ids, saveAll, savedIds } from "./many-downloads.ts";
import { size, startServerOfMany, type Assets } from "./many-downloads.ts";

test.concurrent("downloadAll saves assets in a folder that it makes", async ({ folder }) => {
  await using server = await startServerOfMany();
  const results = await collect(downloadAll(clientFor(server), ids, folder.at("new/pictures")));
  expect(savedIds(results)).toEqual(ids);
  for (const { asset, file } of results) {
    expect(file).toEqual({
      path: folder.at(`new/pictures/${asset as string}.png`),
      size,
      resumedFrom: 0,
      skipped: false,
    });
    expect((await readFile(file!.path)).equals(bytesOf(asset as string))).toBe(true);
  }
});

test.concurrent("the folder may be a file: URL, with or without a slash at its end", async ({ folder }) => {
  await using server = await startServerOfMany();
  await collect(downloadAll(clientFor(server), ids.slice(0, 1), pathToFileURL(folder.at("new"))));
  await collect(downloadAll(clientFor(server), ids.slice(1, 2), pathToFileURL(folder.at("new/"))));
  expect(await folder.names()).toEqual(["new"]);
  expect((await readFile(folder.at("new/asset_b.png"))).equals(bytesOf("asset_b"))).toBe(true);
});

function* generate(): Generator<string> {
  yield* ids;
}

async function* generateSlowly(): AsyncGenerator<string> {
  for (const id of ids) {
    await sleep(5);
    yield id;
  }
}

function iterateWithoutReturn(): AsyncIterable<string> {
  let at = 0;
  const next = async (): Promise<IteratorResult<string>> => ({ done: at === ids.length, value: ids[at++]! });
  return { [Symbol.asyncIterator]: () => ({ next }) };
}

test.concurrent.for<[kind: string, makeSource: () => Assets]>([
  ["an array", () => ids],
  ["a set", () => new Set(ids)],
  ["objects with an id", () => ids.map((asset_id) => ({ asset_id }))],
  ["a generator", generate],
  ["an async generator", generateSlowly],
  ["an async iterator without `return`", iterateWithoutReturn],
])("downloadAll reads assets from %s", async ([, makeSource], { folder }) => {
  await using server = await startServerOfMany();
  const results = await collect(saveAll(server, makeSource(), folder));
  expect(results.map(({ error }) => error)).toEqual(ids.map(() => undefined));
  expect(await folder.names()).toEqual(fileNames);
});

test.concurrent("downloadAll of no assets gives no results", async ({ folder }) => {
  await using server = await startServerOfMany();
  expect(await collect(saveAll(server, [], folder))).toEqual([]);
});

test.concurrent.for<[options: DownloadAllOptions, expected: number]>([
  [{}, 4],
  [{ concurrency: 2 }, 2],
  [{ concurrency: 1 }, 1],
])("downloadAll with options %o downloads %i at a time", async ([options, expected], { folder }) => {
  let [active, most] = [0, 0];
  const counted: ContentStep = (request) => async (socket, head) => {
    most = Math.max(most, ++active);
    await until(() => most >= expected);
    await sleep(50); // One too many would begin now.
    active -= 1;
    await serve(bytesOf(idIn(request.path)))(request)(socket, head);
  };
  await using server = await startServerOfMany(everyAsset(counted));
  expect(savedIds(await collect(saveAll(server, ids, folder, options)))).toEqual(ids);
  expect(most).toBe(expected);
});

test.concurrent("onProgress is called with the asset as it was given", async ({ folder }) => {
  await using server = await startServerOfMany();
  const assets = ["asset_a", { asset_id: "asset_b" }];
  const finished: unknown[] = [];
  const onProgress: DownloadAllOptions["onProgress"] = ({ receivedBytes, totalBytes }, asset) => {
    if (receivedBytes === totalBytes) finished.push(asset);
  };
  await collect(saveAll(server, assets, folder, { onProgress, concurrency: 1 }));
  expect(finished).toEqual(assets);
  expect(finished[1]).toBe(assets[1]);
});

test.concurrent("downloadAll resumes the downloads that failed before", async ({ folder }) => {
  await using failing = await startServerOfMany(everyAsset({ sent: size / 2, fault: "end" } as const));
  expect(savedIds(await collect(saveAll(failing, ids, folder, withoutRetries)))).toEqual([]);
  await using server = await startServerOfMany();
  const results = await collect(saveAll(server, ids, folder));
  expect(results.map(({ file }) => file?.resumedFrom)).toEqual(ids.map(() => size / 2));
  expect(await folder.names()).toEqual(fileNames);
});

test.concurrent("downloadAll gives each result when it is ready, not in the assets' order", async ({ folder }) => {
  let open!: () => void;
  const gate = new Promise<void>((resolve) => (open = resolve));
  const slow: ContentStep = (request) => async (socket, head) => {
    await gate;
    await serve(bytesOf("asset_a"))(request)(socket, head);
  };
  await using server = await startServerOfMany({ asset_a: slow });
  const order: AssetRef[] = [];
  for await (const { asset } of saveAll(server, ids, folder, { concurrency: 2 })) {
    order.push(asset);
    if (order.length === ids.length - 1) open();
  }
  expect(order).toEqual(["asset_b", "asset_c", "asset_d", "asset_e", "asset_f", "asset_a"]);
});

test.concurrent("downloadAll gives the error of an asset as its result, and saves the others", async ({ folder }) => {
  await using server = await startServerOfMany({ asset_b: say(404), asset_d: { sent: 10, fault: "end" } });
  const assets = ["", ...ids, { asset_id: 7 } as unknown as AssetRef];
  const results = await collect(saveAll(server, assets, folder, withoutRetries));
  expect(results).toHaveLength(assets.length);
  const errors = new Map(results.map(({ asset, error }) => [asset, error]));
  expect(errors.get(assets[0]!)).toMatchObject({ name: "ConfigError" });
  expect(errors.get("asset_b")).toMatchObject({ name: "DownloadError", kind: "refused", status: 404 });
  expect(errors.get("asset_d")).toMatchObject({ name: "NetworkError" });
  expect(errors.get(assets.at(-1)!)).toMatchObject({ name: "ConfigError" });
  expect(savedIds(results)).toEqual(["asset_a", "asset_c", "asset_e", "asset_f"]);
});

test.concurrent("downloadAll gives what fileName throws as the asset's result", async ({ folder }) => {
  await using server = await startServerOfMany();
  const reason = new Error("mine");
  const fileName = ({ asset_id }: { asset_id: string }): string => {
    if (asset_id === "asset_a") throw reason;
    return asset_id;
  };
  const results = await collect(saveAll(server, ids, folder, { fileName }));
  expect(results.find(({ asset }) => asset === "asset_a")).toEqual({ asset: "asset_a", error: reason });
  expect(savedIds(results)).toEqual(ids.slice(1));
});

test.concurrent("the second of two assets with one file name is DownloadError `exists`", async ({ folder }) => {
  const sameName: AssetOf = (...args) => ({ ...assetOfId(...args), original_filename: "a.png" });
  await using server = await startServerOfMany({}, sameName);
  const pair = ids.slice(0, 2);
  for (const overwrite of ["error", "replace"] as const) {
    const results = await collect(saveAll(server, pair, folder, { overwrite }));
    const [first, ...rest] = savedIds(results);
    expect(rest).toEqual([]);
    expect((await readFile(folder.at("a.png"))).equals(bytesOf(first!))).toBe(true);
    const failure = results.find(({ error }) => error !== undefined);
    expect(failure!.error).toMatchObject({ name: "DownloadError", kind: "exists" });
    const message = `${folder.at("a.png")}: it is the file of asset_`;
    expect((failure!.error as Error).message).toContain(message);
    expect((failure!.error as Error).message).toContain('Pass fileName: "original-id", to give each its own.');
  }
  expect(savedIds(await collect(saveAll(server, pair, folder, { fileName: "original-id" })))).toEqual(pair);
  expect(await folder.names()).toEqual(["a-asset_a.png", "a-asset_b.png", "a.png"]);
});

test.concurrent("file names that differ in case only are one name, as on Windows and macOS", async ({ folder }) => {
  const assetOf: AssetOf = (url, lookUp, id) => {
    return { ...assetOfId(url, lookUp, id), original_filename: id === "asset_a" ? "a.png" : "A.PNG" };
  };
  await using server = await startServerOfMany({}, assetOf);
  const results = await collect(saveAll(server, ids.slice(0, 2), folder, { overwrite: "replace" }));
  expect(savedIds(results)).toHaveLength(1);
  expect(await folder.names()).toHaveLength(1);
});

test.concurrent("an asset that is given twice has two results, and is saved once", async ({ folder }) => {
  await using server = await startServerOfMany();
  const results = await collect(saveAll(server, ["asset_a", "asset_a"], folder));
  expect(savedIds(results)).toEqual(["asset_a"]);
  const failure = results.find(({ error }) => error !== undefined);
  expect(["busy", "exists"]).toContain((failure!.error as { kind: string }).kind);
  expect((await readFile(folder.at("asset_a.png"))).equals(bytesOf("asset_a"))).toBe(true);
  const again = await collect(saveAll(server, ["asset_a", "asset_a"], folder, { overwrite: "skip" }));
  expect(again.map(({ file }) => file?.resumedFrom)).toEqual([size, size]);
});

test.concurrent.for<[what: string, options: object]>([
  ["no download at a time", { concurrency: 0 }],
  ["half a download at a time", { concurrency: 1.5 }],
  ["an onProgress that is not a function", { onProgress: "yes" }],
  ["a signal that is not an AbortSignal", { signal: {} }],
  ["an unknown overwrite", { overwrite: "always" }],
  ["an unknown fileName", { fileName: "a.png" }],
  ["a range", { range: { start: 1 } }],
  ["an idleTimeoutMs that no timer can hold", { idleTimeoutMs: 0 }],
  ["headers that cannot be sent", { headers: { "a b": "c" } }],
])("downloadAll throws ConfigError before it does anything: %s", async ([, options], { folder }) => {
  await using server = await startServerOfMany();
  expect(await caught(collect(saveAll(server, ids, folder, options)))).toMatchObject({ name: "ConfigError" });
  expect([await folder.names(), server.lookUps()]).toEqual([[], 0]);
});

test.concurrent.for<[what: string, assets: unknown]>([
  ["an id", "asset_a"],
  ["an asset", { asset_id: "asset_a" }],
  ["undefined", undefined],
])("downloadAll throws ConfigError when it gets %s instead of a list", async ([, assets], { folder }) => {
  await using server = await startServerOfMany();
  const error = await caught(collect(saveAll(server, assets as Assets, folder)));
  expect(error).toMatchObject({ name: "ConfigError" });
  expect(server.lookUps()).toBe(0);
});

test.concurrent("downloadAll requests nothing when the folder is not a path, or is a file", async ({ folder }) => {
  await using server = await startServerOfMany();
  expect(await caught(collect(downloadAll(clientFor(server), ids, "")))).toMatchObject({ name: "ConfigError" });
  await writeFile(folder.at("file"), "mine");
  const [result] = await collect(downloadAll(clientFor(server), ["asset_a"], folder.at("file")));
  expect(result!.error).toMatchObject({ name: "DownloadError", kind: "target" });
  expect(server.lookUps()).toBe(0);
});

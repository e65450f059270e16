/** The option `wait` of downloads to files. */
import { writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { AssetRef, PollEvent } from "../../src/index.ts";
import { downloadAll, downloadToFile, type DownloadAllOptions, type FileOptions } from "../../src/node.ts";
import { caught } from "../helpers/caught.ts";
import { say, serve, startContentServer, type ContentServer } from "../servers/content-server.ts";
import {
  asset,
  bytes,
  clientFor,
  expectFile,
  half,
  id,
  otherBytes,
  save,
  startFileServer,
  test,
  whole,
} from "./downloads.ts";
import { assetOfId, collect, ids, saveAll, savedIds, startServerOfMany } from "./many-downloads.ts";

const soon = { intervalMs: 1 };

/** Starts a server of an asset that is ready at its third look-up. */
function startReviewServer(): Promise<ContentServer> {
  return startContentServer((url, lookUp) => {
    return { ...asset(url, lookUp), status: lookUp < 3 ? "reviewing" : "confirmed" };
  }, whole);
}

/** Starts a server of the assets a, b, c, …, of which those with these ids stay under review. */
function startServerOfUnready(...unready: string[]): Promise<ContentServer> {
  return startServerOfMany({}, (url, lookUp, id) => {
    return { ...assetOfId(url, lookUp, id), status: unready.includes(id) ? "reviewing" : "confirmed" };
  });
}

test.concurrent("downloadToFile waits, and the last look-up serves the download", async ({ path }) => {
  await using server = await startReviewServer();
  await save(server, path, { wait: soon });
  await expectFile(path, bytes);
  expect([server.lookUps(), server.requests.length]).toEqual([3, 1]);
});

test.concurrent.for<[what: string, wait: unknown, option: string]>([
  ["a number", 60, "wait"],
  ["null", null, "wait"],
  ["a wrong interval", { intervalMs: 0 }, "intervalMs"],
  ["a signal", { signal: new AbortController().signal }, "signal"],
])("wait that is or has %s is ConfigError, before anything is touched", async ([, wait, option], { folder }) => {
  await using server = await startFileServer(whole);
  const error = { name: "ConfigError", option, attempts: 0 };
  const target = folder.at("new/");
  const toFile = downloadToFile(clientFor(server), id, target, { wait } as FileOptions);
  expect(await caught(toFile)).toMatchObject(error);
  const all = downloadAll(clientFor(server), [id], target, { wait } as DownloadAllOptions);
  expect(await caught(collect(all))).toMatchObject(error);
  expect([await folder.names(), server.lookUps()]).toEqual([[], 0]);
});

test.concurrent("a file that exists is found before the wait", async ({ path }) => {
  await using server = await startReviewServer();
  await writeFile(path, "mine");
  expect(await caught(save(server, path, { wait: true }))).toMatchObject({ kind: "exists", attempts: 0 });
  expect(server.lookUps()).toBe(0);
});

test.concurrent("an asset that is not ready leaves no file", async ({ folder }) => {
  await using server = await startReviewServer();
  server.lookUpHeaders["Retry-After"] = "601";
  const saving = save(server, folder.at("a.png"), { wait: true });
  expect(await caught(saving)).toMatchObject({ name: "NotReadyError", reason: "timeout", attempts: 1 });
  expect(await folder.names()).toEqual([]);
});

/** Cuts the first version, then has another one. */
const changed = [
  serve(bytes, { etag: '"v1"', sent: half, fault: "end" }),
  serve(otherBytes, { etag: '"v2"' }),
] as const;

test.concurrent.for<[wait: string, FileOptions["wait"]]>([
  ["true", true],
  ["an object", soon],
])("with wait: %s, a file that changes begins anew when its asset is ready again", async ([, wait], { path }) => {
  await using server = await startContentServer(
    (url, lookUp) => {
      return { ...asset(url, lookUp), status: lookUp === 2 ? "reviewing" : "confirmed" };
    },
    ...changed,
  );
  await save(server, path, { wait });
  await expectFile(path, otherBytes);
  expect(server.lookUps()).toBe(3);
});

test.concurrent("a new beginning waits no longer than what is left of waitTimeoutMs", async ({ path }) => {
  // First a pause of one second. The next pause is shorter than the limit, and longer than what is left.
  await using server = await startContentServer(
    (url, lookUp) => {
      server.lookUpHeaders["Retry-After"] = lookUp === 1 ? "1" : "60";
      return { ...asset(url, lookUp), status: lookUp === 2 ? "confirmed" : "reviewing" };
    },
    ...changed,
  );
  const error = await caught(save(server, path, { wait: { waitTimeoutMs: 60_500 } }));
  expect(error).toMatchObject({ name: "NotReadyError", reason: "timeout", attempts: 5 });
  expect([server.lookUps(), server.requests.length]).toEqual([3, 2]);
});

test.concurrent("the time in an error's message is that of all beginnings and waits", async ({ path }) => {
  await using server = await startContentServer(
    (url, lookUp) => ({ ...asset(url, lookUp), status: lookUp === 1 ? "reviewing" : "confirmed" }),
    ...changed,
    say(500),
  );
  const error = await caught(save(server, path, { maxRetries: 1, wait: { intervalMs: 1500 } }));
  expect(error).toMatchObject({ name: "DownloadError", kind: "refused" });
  const { lookUps, requests } = server;
  const [, sent, seconds] = / Requests sent: (\d+), in (.*) s\.$/.exec((error as Error).message)!;
  expect(Number(sent)).toBe(lookUps() + requests.length);
  expect(Number(seconds)).toBeGreaterThanOrEqual(1.1); // the wait alone takes that long
});

test.concurrent("a new beginning has the time for a look-up, however long the wait before", async ({ path }) => {
  await using server = await startContentServer(
    (url, lookUp) => {
      return { ...asset(url, lookUp), status: lookUp === 1 ? "reviewing" : "confirmed" };
    },
    ...changed,
  );
  server.lookUpHeaders["Retry-After"] = "2";
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    if (url.includes("/api/") && server.lookUps() === 2) await sleep(1300); // longer than what is left
    return globalThis.fetch(url, init);
  };
  await downloadToFile(clientFor(server, { fetch }), id, path, { wait: { waitTimeoutMs: 3000 } });
  await expectFile(path, otherBytes);
});

test.concurrent("downloadAll passes each asset to onPoll, and saves those that are ready", async ({ folder }) => {
  await using server = await startServerOfUnready("asset_b");
  const polls: unknown[] = [];
  const onPoll = ({ status }: PollEvent, asset: AssetRef): unknown => polls.push([asset, status]);
  const wait = { ...soon, onPoll, isFailed: () => polls.length > 0 };
  const results = await collect(saveAll(server, ids.slice(0, 3), folder, { wait }));
  expect(savedIds(results)).toEqual(["asset_a", "asset_c"]);
  expect(polls).toEqual([["asset_b", "reviewing"]]);
  expect(results.find(({ error }) => error)).toMatchObject({ asset: "asset_b", error: { name: "NotReadyError" } });
});

test.concurrent("an asset that waits is one of the downloads that `concurrency` counts", async ({ folder }) => {
  await using server = await startServerOfUnready("asset_a");
  const events: unknown[] = [];
  const onPoll = (_event: PollEvent, asset: AssetRef): unknown => events.push(asset);
  const wait = { ...soon, onPoll, isFailed: () => events.length === 3 };
  const results = saveAll(server, ids.slice(0, 2), folder, { wait, concurrency: 1 });
  for await (const { asset, error } of results) events.push([asset, error === undefined]);
  expect(events).toEqual(["asset_a", "asset_a", "asset_a", ["asset_a", false], ["asset_b", true]]);
});

test.concurrent("leaving the loop, or aborting, ends the waits", async ({ folder }) => {
  await using server = await startServerOfUnready("asset_b", "asset_c");
  const wait = { intervalMs: 60_000 };
  for await (const { asset } of saveAll(server, ids.slice(0, 3), folder, { wait })) {
    expect(asset).toBe("asset_a");
    break;
  }
  const controller = new AbortController();
  const onPoll = (): void => controller.abort("left");
  const { signal } = controller;
  const aborted = collect(saveAll(server, ids.slice(1, 3), folder, { signal, wait: { ...wait, onPoll } }));
  expect(await caught(aborted)).toBe("left");
});

/** A download of an asset's bytes. The content server fails each test in which it received the API key. */
import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { inspect, promisify } from "node:util";
import { describe, expect, inject, test } from "vitest";
import { testAssets, version } from "../../generated/document.ts";
import type { Progress } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { until } from "../helpers/timing.ts";
import { makeBytes, readyAsset, serve, startContentServer } from "../servers/content-server.ts";
import { bytes, clientFor, expectBytes, failureOf, id } from "./downloads.ts";
import { readAtLeast, recordProgress, startDownload, startReady } from "./downloads.ts";

test.concurrent("download looks the asset up at once, and requests the content on the first read", async () => {
  await using server = await startReady(serve(bytes));
  const download = await startDownload(server);
  expect(download.asset).toMatchObject({ asset_id: id, status: "confirmed" });
  expect(download.size).toBe(bytes.length);
  await sleep(50);
  expect([server.lookUps(), server.requests.length]).toEqual([1, 0]);
  await expectBytes(download);
  expect([server.lookUps(), server.requests.length]).toEqual([1, 1]);
});

test.concurrent("download sends the content host a User-Agent, `Accept-Encoding: identity` and no secret", async () => {
  await using server = await startReady(serve(bytes));
  await (await startDownload(server)).bytes();
  const { head } = server.requests[0]!;
  expect(head).toMatch(new RegExp(`^user-agent: chenyu-assets/${version.replaceAll(".", "\\.")}\r$`, "m"));
  expect(head).toMatch(/^accept-encoding: identity\r?$/m);
  expect(head).not.toMatch(/authorization|x-own|cy_s3cret/i);
});

test.concurrent("a download that is printed does not show the signed URL", async () => {
  await using server = await startReady(serve(bytes));
  const download = await startDownload(server);
  // Bun also shows values that are not enumerable, but calls no getter.
  const shown = inspect(download, { depth: 9, showHidden: true }) + JSON.stringify(download);
  expect(shown).not.toMatch(/signature|s3cret/);
});

describe.concurrent("download from the mock", () => {
  test("rejects with the ApiError of the look-up when the API refuses the asset", async () => {
    const { assets } = clientFor({ url: inject("mock") });
    const error = await caught(assets.download("asset_7e570000000000000000000000001001"));
    expect(error).toMatchObject({ name: "ApiError", kind: "rejected", reason: "expired" });
  });

  test("fails with DownloadError `size` when the content is shorter than size_bytes", async () => {
    const short = testAssets.short.asset_id;
    const error = await failureOf(clientFor({ url: inject("mock") }).assets.download(short));
    expect(error).toMatchObject({ name: "DownloadError", kind: "size" });
  });

  test("gets a fresh signed URL when the first one has expired", async () => {
    const expired = testAssets.expiredUrl.asset_id;
    const download = await clientFor({ url: inject("mock") }).assets.download(expired);
    expect(await download.bytes()).toHaveLength(download.size!);
  });
});

test.concurrent("onProgress is called at most ten times a second, and once at the end", async () => {
  await using server = await startReady(serve(bytes, { pieceBytes: 3000 }));
  const calls: { atMs: number; receivedBytes: number }[] = [];
  const onProgress = ({ receivedBytes }: Progress): void => {
    calls.push({ atMs: performance.now(), receivedBytes });
  };
  await (await startDownload(server, { onProgress })).bytes();
  const gapsMs = calls.slice(1).map(({ atMs }, index) => atMs - calls[index]!.atMs);
  // A late call makes the next gap shorter than 100 ms.
  for (const gapMs of gapsMs.slice(0, -1)) expect(gapMs).toBeGreaterThanOrEqual(70);
  expect(calls.length).toBeGreaterThan(3);
  expect(calls.filter(({ receivedBytes }) => receivedBytes === bytes.length)).toHaveLength(1);
  expect(calls.at(-1)!.receivedBytes).toBe(bytes.length);
});

test.concurrent.each([new Error("disk full"), "a text", new TypeError("terminated")])(
  "download fails with what onProgress throws or rejects with: %o",
  async (thrown) => {
    await using server = await startReady(serve(bytes));
    const throws = (): never => {
      throw thrown;
    };
    const rejects = (): Promise<never> => Promise.reject(thrown);
    for (const onProgress of [throws, rejects]) {
      expect(await failureOf(startDownload(server, { onProgress }))).toBe(thrown);
    }
    expect(server.requests).toHaveLength(2);
  },
);

test.concurrent("onProgress is called once when the first bytes are the last ones too", async () => {
  await using server = await startReady(serve(bytes));
  const { events, onProgress } = recordProgress();
  await (await startDownload(server, { range: { start: 0, end: 10 }, onProgress })).bytes();
  expect(events).toEqual([{ receivedBytes: 10, totalBytes: 10, resumes: 0, restarts: 0, refreshes: 0 }]);
});

test.concurrent("download waits for a slow onProgress beyond idleTimeoutMs, but not after an abort", async () => {
  await using server = await startReady(serve(bytes));
  const controller = new AbortController();
  let isCalled = false;
  const onProgress = (): Promise<never> => {
    isCalled = true;
    return new Promise(() => {});
  };
  const reading = failureOf(startDownload(server, { onProgress, signal: controller.signal, idleTimeoutMs: 1000 }));
  await until(() => isCalled);
  await sleep(1300);
  controller.abort("left");
  expect(await reading).toBe("left");
});

test.each([
  [{ idleTimeoutMs: 0 }, /^idleTimeoutMs: 0/],
  [{ idleTimeoutMs: Number.NaN }, /^idleTimeoutMs: NaN/],
  [{ maxRetries: -1 }, /^maxRetries: -1/],
  [{ onProgress: 1 }, /^onProgress: /],
  [{ range: 5 }, /^range: /],
  [{ range: null }, /^range: /],
  [{ range: {} }, /^range\.start: undefined cannot be used/],
  [{ range: { start: -1 } }, /^range\.start: -1/],
  [{ range: { start: 1.5 } }, /^range\.start: 1\.5/],
  [{ range: { start: 5, end: 4 } }, /^range\.end: 4/],
  [{ range: { start: 5, end: "9" } }, /^range\.end: a string/],
  [{ signal: {} }, /^signal: /],
])("download rejects with ConfigError, before any request, when its options are %o", async (options, message) => {
  const error = await caught(startDownload({ url: "http://127.0.0.1:9" }, options as object));
  expect(error).toMatchObject({ name: "ConfigError", attempts: 0, message: expect.stringMatching(message) });
});

test("a process ends by itself after its download", async () => {
  await using server = await startReady(serve(bytes));
  const code = `
    import { createClient } from "./src/index.ts";
    const { assets } = createClient({ apiKey: "any", baseUrl: "${server.url}" });
    console.log((await (await assets.download("${id}")).bytes()).length);`;
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const start = performance.now();
  const run = promisify(execFile)(process.execPath, ["--input-type=module", "--eval", code], { cwd: root });
  expect((await run).stdout).toBe(`${bytes.length}\n`);
  expect(performance.now() - start).toBeLessThan(15_000);
});

test("download does not fetch ahead of its reader", async () => {
  const large = makeBytes(50_000_000);
  let sent = 0;
  await using server = await startContentServer(readyAsset(large.length), () => (socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${large.length}\r\n\r\n`);
    for (let at = 0; at < large.length; at += 100_000) {
      socket.write(large.subarray(at, at + 100_000), () => (sent += 100_000));
    }
  });
  const reader = await readAtLeast(await startDownload(server), 1);
  await sleep(500);
  expect(sent).toBeGreaterThan(0);
  expect(sent).toBeLessThan(20_000_000);
  await reader.cancel();
});

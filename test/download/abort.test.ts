/** A caller ends a download early: by cancelling its stream or by aborting its signal. */
import { getEventListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { NetworkError, type DownloadOptions } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { slackMs, until } from "../helpers/timing.ts";
import { say, serve, type ContentStep } from "../servers/content-server.ts";
import { silence } from "../servers/fault-server.ts";
import { bytes, dropAtHalf, failureOf, readAtLeast, stallAtHalf } from "./downloads.ts";
import { startDownload, startReady } from "./downloads.ts";

const pendingReads: [waitsFor: string, script: ContentStep[]][] = [
  ["the headers", [() => silence]],
  ["bytes", [stallAtHalf()]],
  ["the next attempt", [dropAtHalf(), () => silence]],
];

test.concurrent("cancelling the stream closes the connection at once", async () => {
  await using server = await startReady(stallAtHalf());
  const { signal } = new AbortController();
  const reader = await readAtLeast(await startDownload(server, { signal }), 1000);
  const pending = reader.read();
  const cancelledAt = performance.now();
  await reader.cancel("enough");
  await server.allClosed();
  expect(performance.now() - cancelledAt).toBeLessThan(slackMs);
  await pending;
  expect(getEventListeners(signal, "abort")).toEqual([]);
  expect(await reader.read()).toEqual({ done: true, value: undefined });
});

test.concurrent("cancelling the stream before the first read requests nothing", async () => {
  await using server = await startReady(stallAtHalf());
  const { stream } = await startDownload(server);
  await stream.cancel();
  await sleep(50);
  expect(server.requests).toHaveLength(0);
});

test.concurrent.each(pendingReads)(
  "cancelling the stream while a read waits for %s sends no more requests",
  async (_waitsFor, script) => {
    await using server = await startReady(...script);
    const reader = (await startDownload(server)).stream.getReader();
    const reading = (async () => {
      while (!(await reader.read()).done);
    })();
    await until(() => server.requests.length > 0);
    await sleep(100);
    await reader.cancel();
    await reading;
    await server.allClosed();
    await sleep(700);
    expect(server.requests).toHaveLength(1);
  },
);

test.concurrent.each(pendingReads)(
  "aborting the signal while a read waits for %s rejects the read with the signal's reason",
  async (_waitsFor, script) => {
    for (const reason of [new Error("the user left"), "left", null]) {
      await using server = await startReady(...script);
      const controller = new AbortController();
      const { signal } = controller;
      const reading = failureOf(startDownload(server, { signal }));
      await until(() => server.requests.length > 0);
      await sleep(100);
      const abortedAt = performance.now();
      controller.abort(reason);
      expect(await reading).toBe(reason);
      expect(performance.now() - abortedAt).toBeLessThan(100);
      await server.allClosed();
      expect(getEventListeners(signal, "abort")).toEqual([]);
    }
  },
);

test.concurrent("aborting the signal rejects with its reason when no retry is left, too", async () => {
  await using server = await startReady(stallAtHalf());
  const controller = new AbortController();
  const reading = failureOf(startDownload(server, { signal: controller.signal, maxRetries: 0 }));
  await until(() => server.requests.length > 0);
  await sleep(100);
  controller.abort("left");
  expect(await reading).toBe("left");
});

test.concurrent("aborting the signal between two reads closes the connection at once", async () => {
  await using server = await startReady(stallAtHalf());
  const controller = new AbortController();
  const reader = await readAtLeast(await startDownload(server, { signal: controller.signal }), 1000);
  const abortedAt = performance.now();
  controller.abort("left");
  await server.allClosed();
  expect(performance.now() - abortedAt).toBeLessThan(slackMs);
  expect(await caught(reader.read())).toBe("left");
});

test.concurrent.each<[what: string, options: DownloadOptions]>([
  ["file", {}],
  ["range", { range: { start: 0, end: 1000 } }],
])(
  "aborting the signal after the last byte of a %s rejects with its reason, even if it may pass",
  async (_what, options) => {
    await using server = await startReady(serve(bytes));
    const controller = new AbortController();
    const download = await startDownload(server, { ...options, signal: controller.signal });
    const reader = await readAtLeast(download, download.size!);
    const reason = new NetworkError("of another call", {});
    controller.abort(reason);
    expect(await caught(reader.read())).toBe(reason);
  },
);

test.concurrent("a signal that aborted before the first read requests nothing", async () => {
  await using server = await startReady(stallAtHalf());
  const controller = new AbortController();
  const { signal } = controller;
  const { stream } = await startDownload(server, { signal });
  controller.abort("left");
  expect(await caught(stream.getReader().read())).toBe("left");
  expect(await caught(startDownload(server, { signal }))).toBe("left");
  expect([server.lookUps(), server.requests.length]).toEqual([1, 0]);
});

test.concurrent("aborting the signal ends the look-up for a fresh URL", async () => {
  const controller = new AbortController();
  await using server = await startReady(say(403));
  const fetch = (url: string, init: RequestInit): Promise<Response> => {
    const hangs = server.requests.length > 0 && url.includes("/api/");
    return hangs ? new Promise(() => {}) : globalThis.fetch(url, init);
  };
  const reading = failureOf(startDownload(server, { signal: controller.signal }, { fetch }));
  await until(() => server.requests.length === 1);
  await sleep(50);
  controller.abort("left");
  expect(await reading).toBe("left");
});

test.concurrent("a download that has ended leaves no listener and no connection", async () => {
  const { signal } = new AbortController();
  await using server = await startReady(dropAtHalf(), serve(bytes));
  await (await startDownload(server, { signal })).bytes();
  expect(getEventListeners(signal, "abort")).toEqual([]);
  await using dropping = await startReady(dropAtHalf({ etag: null }));
  await failureOf(startDownload(dropping, { signal }));
  expect(getEventListeners(signal, "abort")).toEqual([]);
  await dropping.allClosed();
});

/** Which failures of the content host are retried, how often, when, and what counts as an idle host. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { RetryEvent } from "../../src/index.ts";
import { expectBackoff } from "../helpers/timing.ts";
import { makeBytes, readyAsset, say, serve, startContentServer } from "../servers/content-server.ts";
import { reset, silence } from "../servers/fault-server.ts";
import { bytes, dropAtHalf, expectBytes, failureOf, half } from "./downloads.ts";
import { readAtLeast, stallAtHalf, startDownload, startReady } from "./downloads.ts";

test.concurrent.each([408, 429, 500, 502, 503, 504, 507, 520, 524, 529, 530, 567])(
  "HTTP %i is retried, after a backoff",
  async (status) => {
    await using server = await startReady(say(status), serve(bytes));
    expect(await (await startDownload(server)).bytes()).toHaveLength(bytes.length);
    expectBackoff(server.gapsMs()[0]);
  },
);

test.concurrent.each([204, 304, 402, 451, 501, 505])("HTTP %i is not retried", async (status) => {
  await using server = await startReady(say(status));
  const error = await failureOf(startDownload(server));
  expect(error).toMatchObject({ name: "DownloadError", kind: "refused", status, attempts: 2, retryable: false });
  expect(server.requests).toHaveLength(1);
});

test.concurrent("download fails with DownloadError `refused` when HTTP 503 remains after maxRetries", async () => {
  await using server = await startReady(say(503));
  const error = await failureOf(startDownload(server, { maxRetries: 1 }));
  expect(error).toMatchObject({ name: "DownloadError", kind: "refused", status: 503, attempts: 3, retryable: true });
  expect((error as Error).message).toMatch(/HTTP 503\. Try again later\. Requests sent: 3, in \d\.\d s\.$/);
});

test.concurrent("download waits for Retry-After, unless that is longer than maxRetryAfterMs", async () => {
  await using server = await startReady(say(503, { "Retry-After": "1" }), serve(bytes));
  await (await startDownload(server, {}, { maxRetryAfterMs: 1000 })).bytes();
  expect(server.gapsMs()[0]).toBeGreaterThanOrEqual(995);
  await using busy = await startReady(say(503, { "Retry-After": "90" }));
  const error = await failureOf(startDownload(busy));
  expect(error).toMatchObject({ status: 503, retryAfterMs: 90_000, attempts: 2 });
});

test.concurrent("download continues after more than maxRetries drops when bytes arrive between them", async () => {
  await using server = await startReady(serve(bytes, { sent: 50_000, fault: "end" }));
  const attempts: number[] = [];
  const onRetry = ({ attempt }: RetryEvent): number => attempts.push(attempt);
  await expectBytes(startDownload(server, { maxRetries: 1 }, { onRetry }));
  expect(server.requests.map(({ range }) => range)).toEqual([
    undefined,
    ...[1, 2, 3, 4, 5].map((count) => `bytes=${count * 50_000}-`),
  ]);
  expect(attempts).toEqual([2, 3, 4, 5, 6]);
  for (const gapMs of server.gapsMs()) expectBackoff(gapMs, 1);
});

test.concurrent("download fails with NetworkError after maxRetries without a new byte, and calls onRetry", async () => {
  await using server = await startReady(dropAtHalf(), () => reset);
  const retries: [number, string][] = [];
  const onRetry = ({ attempt, error: { name } }: RetryEvent): number => retries.push([attempt, name]);
  const error = await failureOf(startDownload(server, { maxRetries: 2 }, { onRetry }));
  expect(error).toMatchObject({ name: "NetworkError", retryable: true, attempts: 4 });
  expect(server.requests).toHaveLength(3);
  expectBackoff(server.gapsMs()[0], 1);
  expectBackoff(server.gapsMs()[1], 2);
  expect(retries).toEqual([
    [2, "NetworkError"],
    [3, "NetworkError"],
  ]);
});

test.concurrent("bytes that a host repeats are not new bytes: maxRetries still ends the download", async () => {
  await using server = await startReady(dropAtHalf({ ranges: "ignored" }));
  const error = await failureOf(startDownload(server, { maxRetries: 1 }));
  expect(error).toMatchObject({ name: "NetworkError", attempts: 3 });
});

test.concurrent("download fails with TimeoutError when no headers arrive in idleTimeoutMs", async () => {
  await using server = await startReady(() => silence);
  const error = await failureOf(startDownload(server, { idleTimeoutMs: 1000, maxRetries: 1 }));
  expect(error).toMatchObject({ name: "TimeoutError", clock: "idle", attempts: 3, retryable: true });
  // The first request may have arrived late, so the gap has no backoff added.
  expect(server.gapsMs()[0]).toBeGreaterThanOrEqual(1000);
  await server.allClosed();
});

test.concurrent("download requests the rest when the host sends nothing for idleTimeoutMs", async () => {
  await using server = await startReady(stallAtHalf(), serve(bytes));
  await expectBytes(startDownload(server, { idleTimeoutMs: 400 }));
  expect(server.requests[1]!.range).toBe(`bytes=${half}-`);
  expect(server.gapsMs()[0]).toBeGreaterThanOrEqual(400 + 375 - 25);
});

test.concurrent("each retry has the whole idleTimeoutMs for its response", async () => {
  await using server = await startReady(dropAtHalf(), (request) => async (socket, head) => {
    await sleep(600);
    return serve(bytes)(request)(socket, head);
  });
  await expectBytes(startDownload(server, { idleTimeoutMs: 800, maxRetries: 1 }));
});

test.concurrent("a slow host may take longer than idleTimeoutMs in all", async () => {
  await using server = await startReady(serve(bytes, { pieceBytes: 2000 }));
  const begunAt = performance.now();
  await expectBytes(startDownload(server, { idleTimeoutMs: 1000, maxRetries: 0 }));
  expect(performance.now() - begunAt).toBeGreaterThan(1000);
  expect(server.requests).toHaveLength(1);
});

test("a slow reader does not make the host idle", async () => {
  const large = makeBytes(20_000_000);
  await using server = await startContentServer(readyAsset(large.length), serve(large));
  const reader = await readAtLeast(await startDownload(server, { idleTimeoutMs: 500, maxRetries: 0 }), 1);
  await sleep(1500);
  while (!(await reader.read()).done);
  expect(server.requests).toHaveLength(1);
});

/** A signed URL that has expired: the asset is looked up again for a fresh one. */
import { expect, test } from "vitest";
import { slackMs, until } from "../helpers/timing.ts";
import { readyAsset, say, serve, startContentServer, type ContentStep } from "../servers/content-server.ts";
import { bytes, dropAtHalf, expectBytes, failureOf, half, readAtLeast } from "./downloads.ts";
import { recordProgress, stallAtHalf, startDownload, startReady } from "./downloads.ts";

function isExpired(path: string): boolean {
  return Number(/expires=(\d+)/.exec(path)![1]) * 1000 < Date.now();
}

/** Serves the file by a URL that has not expired. */
const refuseExpired: ContentStep = (request) => (isExpired(request.path) ? say(403) : serve(bytes))(request);

test.concurrent.each([400, 401, 403, 404, 410])(
  "after HTTP %i download continues at once with a fresh URL, from the byte it has reached",
  async (status) => {
    await using server = await startReady(dropAtHalf(), say(status), serve(bytes));
    const { events, onProgress } = recordProgress();
    await expectBytes(startDownload(server, { onProgress }));
    expect(server.lookUps()).toBe(2);
    expect(server.requests.map(({ path }) => /signature=(\w+)/.exec(path)![1])).toEqual(["s1", "s1", "s2"]);
    expect(server.requests[2]!.range).toBe(`bytes=${half}-`);
    expect(server.gapsMs()[1]).toBeLessThan(slackMs);
    expect(events.at(-1)).toMatchObject({ resumes: 1, refreshes: 1 });
  },
);

test.concurrent.each([
  ["a refusal", say(403, {}, "x".repeat(5_000_000))],
  ["a redirect", say(302, { Location: "/there" }, "x".repeat(5_000_000))],
])("the connection of %s with a long body is closed while the bytes arrive on another", async (_case, firstStep) => {
  await using server = await startReady(firstStep, stallAtHalf());
  const reader = await readAtLeast(await startDownload(server), 1000);
  await until(() => server.requests[0]!.isClosed);
  expect(server.requests[1]!.isClosed).toBe(false);
  await reader.cancel();
});

test.concurrent("download fails with DownloadError `refused` when the fresh URL is refused, too", async () => {
  await using server = await startReady(say(403));
  const error = await failureOf(startDownload(server));
  expect(error).toMatchObject({ name: "DownloadError", kind: "refused", status: 403, retryable: false });
  expect([server.lookUps(), server.requests.length]).toEqual([2, 2]);
});

test.concurrent("download gets another fresh URL once bytes have arrived by the last one", async () => {
  const drop = serve(bytes, { sent: 100_000, fault: "end" });
  await using server = await startReady(drop, say(403), drop, say(410), drop);
  await expectBytes(startDownload(server));
  expect(server.lookUps()).toBe(3);
});

test.concurrent("a URL that expires in the pause before a retry is replaced", async () => {
  await using server = await startContentServer(
    readyAsset(bytes.length, 2),
    say(503, { "Retry-After": "3" }),
    refuseExpired,
  );
  await expectBytes(startDownload(server));
  expect(server.lookUps()).toBe(3);
});

test.concurrent("a URL that the host refuses after a pause is replaced, though it has brought no byte", async () => {
  await using server = await startReady(say(403), say(503), say(403), serve(bytes));
  await expectBytes(startDownload(server));
  expect(server.lookUps()).toBe(3);
});

test.concurrent("a host that refuses each fresh URL after a pause ends the download", async () => {
  const script = [1, 2, 3, 4].flatMap(() => [say(403), say(503)]);
  await using server = await startReady(...script, say(503));
  const error = await failureOf(startDownload(server, { maxRetries: 2 }));
  expect(error).toMatchObject({ name: "DownloadError", kind: "refused", status: 503 });
  expect([server.lookUps(), server.requests.length]).toEqual([4, 6]);
});

test.concurrent("a download whose URLs live shorter than its pauses is read to its end", async () => {
  const drop: ContentStep = (request) => (isExpired(request.path) ? say(403)(request) : dropAtHalf()(request));
  await using server = await startContentServer(
    readyAsset(bytes.length, 1),
    drop,
    say(503, { "Retry-After": "2" }),
    refuseExpired,
  );
  await expectBytes(startDownload(server));
});

test.concurrent("download does not use a URL whose `expires` has passed", async () => {
  await using server = await startContentServer(
    (url, lookUp) => readyAsset(bytes.length, lookUp === 1 ? 50 : 3600)(url, lookUp),
    serve(bytes),
  );
  await expectBytes(startDownload(server));
  expect(server.requests.map(({ path }) => path.slice(-2))).toEqual(["s2"]);
});

test.concurrent("download uses a fresh URL although its `expires` has passed", async () => {
  await using server = await startContentServer(readyAsset(bytes.length, -10), serve(bytes));
  await expectBytes(startDownload(server));
  expect([server.lookUps(), server.requests.length]).toEqual([2, 1]);
});

test.concurrent.each([
  ["an hour ahead of this machine's, so the URL has expired", 3600, 1800, 2],
  ["an hour behind this machine's, so the URL has not expired", -3600, -1800, 1],
])("`expires` is compared with the API's clock: that is %s", async (_case, skewS, expiresInS, lookUps) => {
  await using server = await startContentServer(readyAsset(bytes.length, expiresInS), serve(bytes));
  server.lookUpHeaders.Date = new Date(Date.now() + skewS * 1000).toUTCString();
  await (await startDownload(server)).bytes();
  expect(server.lookUps()).toBe(lookUps);
});

test.concurrent("the look-up for a fresh URL has its own retries, and its failure ends the download", async () => {
  await using server = await startReady(say(403));
  const lookUps: string[] = [];
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    if (url.includes("/api/") && lookUps.push(url) > 1) return new Response("{}", { status: 503 });
    return globalThis.fetch(url, init);
  };
  const error = await failureOf(startDownload(server, {}, { fetch, maxRetries: 1 }));
  expect(error).toMatchObject({ name: "ApiError", kind: "server_error", attempts: 4 });
  expect([lookUps.length, server.requests.length]).toEqual([3, 1]);
});

test.concurrent("download fails with ResponseError when the look-up for a fresh URL is invalid", async () => {
  await using server = await startContentServer((url, lookUp) => {
    return lookUp === 1 ? readyAsset(bytes.length)(url, 1) : { asset_id: 1 };
  }, say(403));
  const error = await failureOf(startDownload(server));
  expect(error).toMatchObject({ name: "ResponseError" });
});

test.concurrent("download fails with what the caller's apiKey function throws at that look-up", async () => {
  await using server = await startReady(dropAtHalf(), say(403));
  const error = new Error("the vault is locked");
  const apiKey = (): string => {
    if (server.requests.length > 0) throw error;
    return "cy_any";
  };
  expect(await failureOf(startDownload(server, {}, { apiKey }))).toBe(error);
});

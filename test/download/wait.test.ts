/** The option `wait` of a download: one call that waits until the asset is ready, and downloads what it found then. */
import { afterAll, beforeEach, expect, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { createClient, type Asset, type DownloadOptions, type PollEvent, type WaitOptions } from "../../src/index.ts";
import { startMockServer } from "../../src/mock.ts";
import { caught } from "../helpers/caught.ts";
import { readyAsset, say, serve, startContentServer, type ContentServer } from "../servers/content-server.ts";
import { bytes, clientFor, expectBytes, failureOf, half, id, startDownload } from "./downloads.ts";

const mock = await startMockServer();
afterAll(() => mock.close());
beforeEach(() => mock.reset());

const ready = readyAsset(bytes.length);

/** Starts a server of an asset that has these statuses, look-up by look-up; the last one stays. */
function startStatuses(statuses: string[], ...script: Parameters<typeof serve>[]): Promise<ContentServer> {
  const steps = script.length > 0 ? script.map((step) => serve(...step)) : [serve(bytes)];
  return startContentServer(
    (url, lookUp) => {
      return { ...ready(url, lookUp), status: statuses[Math.min(lookUp, statuses.length) - 1] };
    },
    ...steps,
  );
}

const soon = { intervalMs: 1 };

test("the mock's asset under review is downloaded by one call, whose last look-up serves the download", async () => {
  const { assets } = createClient({ apiKey: "any", baseUrl: mock.url });
  const download = await assets.download(testAssets.underReview.asset_id, { wait: { intervalMs: 20 } });
  expect(download.asset.status).toBe("confirmed");
  expect(await download.bytes()).toHaveLength(download.size!);
  const paths = mock.requests.map(({ path }) => path.replace(testAssets.underReview.asset_id, "ID"));
  const lookUp = "/api/open/v2/assets/ID";
  expect(paths).toEqual([lookUp, lookUp, lookUp, expect.stringMatching(/^\/assets\/ID\/content/)]);
});

test("an asset that is ready is looked up once, with wait: true as without", async () => {
  for (const wait of [true, false, undefined, {}]) {
    await using server = await startStatuses(["confirmed"]);
    await expectBytes(startDownload(server, { wait }));
    expect([server.lookUps(), server.requests.length]).toEqual([1, 1]);
  }
});

test.each([false, undefined])("with wait: %s, an asset under review is downloaded as it is", async (wait) => {
  await using server = await startStatuses(["reviewing"]);
  await expectBytes(startDownload(server, { wait }));
  expect(server.lookUps()).toBe(1);
});

test("wait: true has the limit of waitUntilReady, and its error", async () => {
  await using server = await startStatuses(["reviewing"]);
  server.lookUpHeaders["Retry-After"] = "601"; // longer than the limit, so the wait ends at once
  const error = await caught(startDownload(server, { wait: true }));
  expect(error).toMatchObject({ name: "NotReadyError", reason: "timeout", attempts: 1 });
  expect((error as Error).message).toContain("Raise waitTimeoutMs (600000 ms)");
  expect((error as { asset: Asset }).asset.status).toBe("reviewing");
});

test("isReady, isFailed and onPoll of wait are those of waitUntilReady", async () => {
  await using server = await startStatuses(["confirmed", "archived"]);
  const events: (string | undefined)[] = [];
  const onPoll = ({ status }: PollEvent): unknown => events.push(status);
  const isReady = ({ status }: Asset): boolean => status === "archived";
  await expectBytes(startDownload(server, { wait: { ...soon, isReady, onPoll } }));
  expect(events).toEqual(["confirmed"]);

  const isFailed = ({ status }: Asset): boolean => status === "archived";
  const error = await caught(startDownload(server, { wait: { ...soon, isReady: () => false, isFailed } }));
  expect(error).toMatchObject({ name: "NotReadyError", reason: "final_status", attempts: 1 });
  expect(server.requests).toHaveLength(1);
});

test.each<[what: string, wait: unknown, option: string]>([
  ["null", null, "wait"],
  ["0", 0, "wait"],
  ["a number", 600_000, "wait"],
  ["an empty text", "", "wait"],
  ["a text", "true", "wait"],
  ["a wrong interval", { intervalMs: 0 }, "intervalMs"],
  ["a wrong limit", { waitTimeoutMs: "60s" }, "waitTimeoutMs"],
  ["a wrong limit of a look-up", { totalTimeoutMs: -1 }, "totalTimeoutMs"],
  ["no function", { onPoll: "log" }, "onPoll"],
  ["a status", { isReady: "confirmed" }, "isReady"],
  ["a signal", { signal: new AbortController().signal }, "signal"],
  ["headers", { headers: { "X-Trace": "1" } }, "headers"],
])("wait that is or has %s is ConfigError, before any request", async (_what, wait, option) => {
  await using server = await startStatuses(["confirmed"]);
  const error = await caught(startDownload(server, { wait } as DownloadOptions));
  expect(error).toMatchObject({ name: "ConfigError", option, attempts: 0 });
  expect(server.lookUps()).toBe(0);
});

test("the options of a wait can be those of a download, as long as they have no signal and no headers", async () => {
  await using server = await startStatuses(["confirmed"]);
  const wait: WaitOptions = { ...soon, signal: undefined, headers: undefined };
  await expectBytes(startDownload(server, { wait }));
});

test("the download's signal ends the wait", async () => {
  await using server = await startStatuses(["reviewing"]);
  const controller = new AbortController();
  const onPoll = (): void => controller.abort("left");
  const { signal } = controller;
  expect(await caught(startDownload(server, { signal, wait: { intervalMs: 60_000, onPoll } }))).toBe("left");
  expect(server.lookUps()).toBe(1);
});

test.each<[what: string, wait: WaitOptions, polls: number]>([
  ["those of the download", { ...soon, maxRetries: undefined }, 2],
  ["those of wait", { ...soon, maxRetries: 1 }, 1],
])("each look-up of the wait has the download's headers, and the retries are %s", async (_what, wait, polls) => {
  const answer = { code: 0, msg: "", data: { asset_id: id, status: "confirmed" } };
  const traces: (string | null)[] = [];
  const fetch = async (_url: string, { headers }: RequestInit): Promise<Response> => {
    const sent = traces.push(new Headers(headers).get("x-trace"));
    return Response.json(answer, { status: sent === 1 ? 503 : 200 });
  };
  let failed = 0;
  const onPoll = (): number => ++failed;
  const { assets } = clientFor({ url: "http://127.0.0.1:1" }, { fetch });
  const options = { maxRetries: 0, headers: { "X-Trace": "1" } };
  await assets.download(id, { ...options, wait: { ...wait, onPoll } });
  expect(traces).toEqual(["1", "1"]);
  expect(failed).toBe(polls - 1);
});

test("attempts counts the requests of the wait, too", async () => {
  const reviewed = ["reviewing", "reviewing", "confirmed"];
  await using server = await startContentServer(
    (url, lookUp) => ({ ...ready(url, lookUp), status: reviewed[lookUp - 1] }),
    say(500),
  );
  const error = await failureOf(startDownload(server, { maxRetries: 0, wait: soon }));
  expect(error).toMatchObject({ name: "DownloadError", kind: "refused", attempts: 4 });
  expect(server.lookUps() + server.requests.length).toBe(4);
});

test("the time in an error's message is that of the whole call, the wait included", async () => {
  await using server = await startContentServer(
    (url, lookUp) => ({ ...ready(url, lookUp), status: lookUp === 1 ? "reviewing" : "confirmed" }),
    say(500),
  );
  const error = await failureOf(startDownload(server, { maxRetries: 0, wait: { intervalMs: 1000 } }));
  const [, seconds] = / Requests sent: 3, in (.*) s\.$/.exec((error as Error).message)!;
  expect(Number(seconds)).toBeGreaterThanOrEqual(0.7);
});

test("an asset that isReady takes without an address is NotReadyError `no_address`, which names the fix", async () => {
  await using server = await startContentServer(() => ({ status: "reviewing" }), serve(bytes));
  const error = await failureOf(startDownload(server, { wait: { isReady: () => true } }));
  expect(error).toMatchObject({ name: "NotReadyError", reason: "no_address", attempts: 1 });
  expect((error as Error).message).toBe(
    "asset_1: the asset has no address yet. Pass wait: true to wait until it is ready.",
  );
});

test("an answer about another asset ends the wait at once", async () => {
  await using server = await startContentServer(() => ({ asset_id: "asset_2", status: "reviewing" }), serve(bytes));
  const error = await caught(startDownload(server, { wait: true }));
  expect(error).toMatchObject({ name: "ResponseError", attempts: 1 });
  expect(server.lookUps()).toBe(1);
});

test("a look-up for a fresh URL does not wait", async () => {
  const drop = serve(bytes, { sent: half, fault: "end" });
  await using server = await startContentServer(
    (url, lookUp) => ({ ...ready(url, lookUp), status: lookUp === 2 ? "confirmed" : "reviewing" }),
    drop,
    say(403),
    serve(bytes),
  );
  await expectBytes(startDownload(server, { wait: soon }));
  expect([server.lookUps(), server.requests.length]).toEqual([3, 3]);
});

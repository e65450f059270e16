/** What Node's diagnostics channel gets of each request. */
import { AsyncLocalStorage } from "node:async_hooks";
import { tracingChannel } from "node:diagnostics_channel";
import { inspect } from "node:util";
import { expect, onTestFinished, test, vi } from "vitest";
import { createClient, type RequestEvent } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { startDownload } from "../download/downloads.ts";
import { readyAsset, serve, startContentServer } from "../servers/content-server.ts";
import { answer, reset, silence, startFaultServer } from "../servers/fault-server.ts";
import { recordLog } from "./recording-logger.ts";
import { answerError, apiKey, asset, assetBody, createTestClient, id, path } from "./test-client.ts";

const channel = tracingChannel<unknown, RequestEvent>("chenyu-assets:request");

/** Records what the channel gets until the test ends. Events are copied, because they grow. */
function record(): [name: string, event: RequestEvent][] {
  const records: [string, RequestEvent][] = [];
  const note = (name: string) => (event: RequestEvent) => void records.push([name, { ...event }]);
  const subscribers = {
    start: note("start"),
    end: note("end"),
    asyncStart: note("asyncStart"),
    asyncEnd: note("asyncEnd"),
    error: note("error"),
  };
  channel.subscribe(subscribers);
  onTestFinished(() => {
    channel.unsubscribe(subscribers);
  });
  return records;
}

test("the channel gets a start and an end of each attempt, and its error", async () => {
  const records = record();
  await using server = await startFaultServer(answerError(503), answer(200, assetBody, { "X-Request-Id": "req_7" }));
  await createTestClient(server).assets.get(id);
  const names = records.map(([name, { attempt }]) => `${name} ${attempt}`);
  expect(names.slice(0, 5)).toEqual(["start 1", "end 1", "error 1", "asyncStart 1", "asyncEnd 1"]);
  expect(names.slice(5)).toEqual(["start 2", "end 2", "asyncStart 2", "asyncEnd 2"]);
  const request = { method: "GET", host: new URL(server.url).host, path };
  const ends = records.filter(([name]) => name === "asyncEnd").map(([, event]) => event);
  expect(records[0]![1]).toEqual({ ...request, attempt: 1 });
  expect(ends[0]).toMatchObject({ ...request, attempt: 1, status: 503, error: { name: "ApiError", attempts: 1 } });
  expect(ends[1]).toMatchObject({ ...request, attempt: 2, status: 200, requestId: "req_7" });
  expect(ends[1]!.error).toBeUndefined();
  expect(ends.every(({ durationMs }) => durationMs! > 0)).toBe(true);
});

test("the channel gets the requests for contents, without the queries of signed URLs", async () => {
  const records = record();
  const content = Buffer.alloc(1000);
  await using server = await startContentServer(readyAsset(1000), serve(content));
  const download = await startDownload(server);
  await download.bytes();
  const ends = records.filter(([name]) => name === "asyncEnd").map(([, event]) => event);
  expect(ends).toMatchObject([
    { attempt: 1, status: 200, path: "/api/open/v2/assets/asset_1" },
    { attempt: 2, status: 200, path: new URL(download.asset.signed_url!).pathname },
  ]);
  expect(inspect(records, { depth: Infinity, showHidden: true })).not.toMatch(/signature|signed_url/);
});

test("a store that is bound to the channel is that of the request", async () => {
  const storage = new AsyncLocalStorage<RequestEvent>();
  channel.start.bindStore(storage, (event) => event as RequestEvent);
  onTestFinished(() => void channel.start.unbindStore(storage));
  const seen: unknown[] = [];
  const fetch = async (): Promise<Response> => {
    seen.push(storage.getStore()?.attempt);
    return new Response(assetBody);
  };
  await createClient({ apiKey: "k", fetch }).assets.get(id);
  expect([seen, storage.getStore()]).toEqual([[1], undefined]);
});

test("an abort ends the request without the signal's reason, which may be a secret of its owner", async () => {
  const records = record();
  const reason = new Error("enough");
  const controller = new AbortController();
  const fetch = (): Promise<Response> => (controller.abort(reason), new Promise(() => {}));
  await caught(createClient({ apiKey: "k", fetch }).assets.get(id, { signal: controller.signal }));
  expect(records.at(-1)).toMatchObject(["asyncEnd", { error: { name: "AbortError" } }]);
  expect(inspect(records)).not.toContain("enough");
});

test.each([
  ["there is no process", undefined],
  ["the process gives no modules", {}],
  ["the module has no tracing", { getBuiltinModule: () => ({}) }],
  ["modules are refused", { getBuiltinModule: () => { throw new Error("refused"); } }], // prettier-ignore
])("a client tells its logger alone where %s", async (_name, fakeProcess) => {
  vi.stubGlobal("process", fakeProcess);
  const { logger, lines } = recordLog();
  const client = createClient({ apiKey: "k", fetch: async () => new Response(assetBody), logger });
  vi.unstubAllGlobals();
  const records = record();
  await client.assets.get(id);
  expect(records).toEqual([]);
  expect(lines).toMatchObject([{ level: "info", fields: { status: 200 } }]);
});

test("a content host that stays silent ends its request with the TimeoutError", async () => {
  const records = record();
  await using server = await startContentServer(readyAsset(1000), () => silence, serve(Buffer.alloc(1000)));
  await startDownload(server, { idleTimeoutMs: 100 }).then((download) => download.bytes());
  const errors = records.filter(([name]) => name === "asyncEnd").map(([, { error }]) => error);
  expect(errors).toMatchObject([undefined, { name: "TimeoutError", clock: "idle" }, undefined]);
});

test("a subscriber that freezes or changes the event changes nothing else", async () => {
  const change = (event: RequestEvent): void => void (event.path = "changed");
  const ignore = (): void => {};
  const frozen = {
    start: (event: object) => void Object.freeze(event),
    end: ignore,
    asyncStart: ignore,
    asyncEnd: ignore,
    error: ignore,
  };
  const changing = { ...frozen, start: change };
  const { logger, lines } = recordLog();
  for (const subscribers of [changing, frozen]) {
    await using server = await startFaultServer(reset, answer(200, assetBody));
    channel.subscribe(subscribers);
    await createTestClient(server, { logger }).assets.get(id);
    channel.unsubscribe(subscribers);
  }
  expect(lines.map(({ level, fields }) => [level, fields.path])).toEqual([
    ["warn", path],
    ["info", path],
    ["warn", path],
    ["info", path],
  ]);
});

test.each<[name: string, tracing: object]>([
  [
    "throws",
    {
      tracePromise: () => {
        throw new Error("not implemented");
      },
    },
  ],
  ["returns nothing", { tracePromise: () => undefined }],
  ["runs the work and returns nothing", { tracePromise: (work: () => unknown) => void work() }],
  ["is missing", {}],
])("a call works where tracePromise %s", async (_name, tracing) => {
  vi.stubGlobal("process", { getBuiltinModule: () => ({ tracingChannel: () => tracing }) });
  const client = createClient({ apiKey: "k", fetch: async () => new Response(assetBody) });
  vi.unstubAllGlobals();
  expect(await client.assets.get(id)).toEqual(asset);
});

test("a framework's own error is thrown as it is, and not shown", async () => {
  const records = record();
  const { logger, lines } = recordLog();
  const bailOut = Object.assign(new Error(`at ${apiKey}`), { digest: "NEXT" });
  const fetch = (): Promise<Response> => Promise.reject(bailOut);
  expect(await caught(createClient({ apiKey, fetch, logger }).assets.get(id))).toBe(bailOut);
  expect(lines).toMatchObject([{ level: "info" }]);
  expect(inspect([records, lines], { depth: Infinity, showHidden: true })).not.toContain(apiKey);
});

/** Every public function of every door, called with odd arguments: it succeeds or throws an error of ours, and ends. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createClient, isAssetResponse, isChenyuError, parseAssetId, toAssetUri } from "../../src/index.ts";
import type { Asset, ChenyuClient } from "../../src/index.ts";
import { startMockServer } from "../../src/mock.ts";
import { downloadAll, downloadToFile, fileNameOf } from "../../src/node.ts";
import { makeFolder, type TemporaryFolder } from "../helpers/temporary-folder.ts";
import { makeBytes, readyAsset, serve, startContentServer, type ContentServer } from "../servers/content-server.ts";

/** A signal as that of npm's `abort-controller`: it has neither `reason` nor `throwIfAborted`. */
class PolyfilledSignal extends EventTarget {
  readonly aborted = false;
}

const oddValues: Record<string, unknown> = {
  undefined: undefined,
  null: null,
  "0": 0,
  "-1": -1,
  "1.5": 1.5,
  NaN: Number.NaN,
  Infinity,
  true: true,
  bigint: 10n,
  symbol: Symbol("odd"),
  "empty text": "",
  text: "odd",
  "text with NUL": "a\0b",
  "lone surrogate": "\ud800",
  array: [],
  "array of null": [null],
  object: {},
  "object without prototype": Object.create(null),
  "object without text": { toString: 1, valueOf: 1 },
  function: () => {},
  date: new Date(Number.NaN),
  map: new Map([["a", 1]]),
  url: new URL("https://a.example/?a=1"),
  bytes: new Uint8Array(3),
  promise: Promise.resolve(1),
  "another realm's object": runInNewContext("({ a: 1 })"),
  "another realm's array": runInNewContext("['a']"),
  EventTarget: new EventTarget(),
  "polyfilled signal": new PolyfilledSignal(),
  "copy of a signal": Object.create(AbortSignal.prototype),
  "another realm's signal": runInNewContext(
    "({ aborted: false, throwIfAborted() {}, addEventListener() {}, removeEventListener() {} })",
  ),
  "signal that cannot be listened to": { aborted: false, throwIfAborted: () => {} },
};

const id = "asset_1";
const path = "/api/open/v2/assets/{asset_id}";
const content = makeBytes(100);

type AnyFunction = (...parameters: unknown[]) => unknown;
type AnyObject = Record<string, AnyFunction>;

let server: ContentServer;
let folder: TemporaryFolder;
let client: ChenyuClient;

beforeAll(async () => {
  server = await startContentServer(readyAsset(content.length), serve(content));
  folder = await makeFolder();
  client = createClient({ apiKey: "k", baseUrl: server.url, maxRetries: 0 });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const requestOptions = ["signal", "headers", "timeoutMs", "totalTimeoutMs", "maxRetries"];
const downloadOptions = [...requestOptions, "idleTimeoutMs", "range", "onProgress"];
const fileOptions = [...downloadOptions, "overwrite", "fileName", "sha256", "concurrency"];
const rawOptions = ["params", "headers", "signal", "fetch", "parseAs", "baseUrl", "body", "querySerializer"];
const moreRawOptions = ["pathSerializer", "middleware", "timeoutMs"];
const clientOptions = [...requestOptions, "apiKey", "baseUrl", "allowInsecureHosts", "fetch", "fetchOptions"];
const moreClientOptions = ["maxRetryAfterMs", "onRetry", "dangerouslyAllowBrowser"];
const assetFields = ["asset_id", "original_filename", "mime_type", "media_type", "size_bytes", "sha256"];

/** Calls a function once with each of these options. */
function withOptions(names: string[], call: (options: object) => unknown, base: object = {}): AnyFunction[] {
  const withOne = names.map(
    (name): AnyFunction =>
      (odd) =>
        call({ ...base, [name]: odd }),
  );
  return [(odd) => call(odd as object), ...withOne];
}

function untyped(value: unknown): AnyObject {
  return value as AnyObject;
}

async function startDownload(): Promise<AnyObject> {
  return untyped(await client.assets.download(id));
}

async function readFirst(results: AsyncIterable<unknown>): Promise<unknown> {
  for await (const result of results) return result;
  return undefined;
}

let files = 0;
const newFile = (): string => join(folder.path, `${files++}`);

/** Each public function, and each place for an odd value in its call. */
const calls: Record<string, AnyFunction[]> = {
  createClient: withOptions([...clientOptions, ...moreClientOptions], (options) => createClient(options), {
    apiKey: "k",
  }),
  "assets.get": [
    (odd) => untyped(client.assets).get!(odd),
    ...withOptions(requestOptions, (options) => client.assets.get(id, options)),
  ],
  "assets.waitUntilReady": [
    (odd) => untyped(client.assets).waitUntilReady!(odd),
    ...withOptions([...requestOptions, "intervalMs", "waitTimeoutMs", "onPoll"], (options) =>
      client.assets.waitUntilReady(id, options),
    ),
  ],
  "assets.download": [
    (odd) => untyped(client.assets).download!(odd),
    ...withOptions([...downloadOptions, "sha256"], (options) => client.assets.download(id, options)),
  ],
  ...Object.fromEntries(
    ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"].map((name) => [
      `raw.${name}`,
      [
        (odd) => untyped(client.raw)[name]!(odd, { params: { path: { asset_id: id } } }),
        (odd) => untyped(client.raw)[name]!(path, { params: { path: odd } }),
        (odd) => untyped(client.raw)[name]!(path, { params: { path: { asset_id: odd } } }),
        ...withOptions([...rawOptions, ...moreRawOptions], (init) => untyped(client.raw)[name]!(path, init), {
          params: { path: { asset_id: id } },
        }),
      ] satisfies AnyFunction[],
    ]),
  ),
  "raw.request": [
    (odd) => untyped(client.raw).request!(odd, path, { params: { path: { asset_id: id } } }),
    (odd) => untyped(client.raw).request!("get", odd),
    (odd) => untyped(client.raw).request!("get", path, odd),
  ],
  "raw.eject": [(odd) => untyped(client.raw).eject!(odd)],
  "download.resume": [
    async (odd) => (await startDownload()).resume!(odd),
    async (odd) => (await startDownload()).resume!({ size: odd, validator: '"v"' }),
    async (odd) => (await startDownload()).resume!({ size: 1, validator: odd }),
  ],
  ...Object.fromEntries(
    ["bytes", "blob", "text"].map((name) => [
      `download.${name}`,
      withOptions(["maxBytes", "sha256"], async (options) => (await startDownload())[name]!(options)),
    ]),
  ),
  isAssetResponse: [(odd) => isAssetResponse(odd), (odd) => isAssetResponse({ code: odd, data: odd })],
  isChenyuError: [(odd) => isChenyuError(odd)],
  parseAssetId: [(odd) => parseAssetId(odd as string), (odd) => parseAssetId({ asset_id: odd as string })],
  toAssetUri: [(odd) => toAssetUri(odd as string), (odd) => toAssetUri({ asset_id: odd as string })],
  fileNameOf: [
    (odd) => fileNameOf(odd as Asset),
    (odd) => fileNameOf({ asset_id: id } as Asset, odd as "id"),
    ...assetFields.map(
      (name): AnyFunction =>
        (odd) =>
          fileNameOf({ asset_id: id, [name]: odd } as unknown as Asset),
    ),
  ],
  downloadToFile: [
    (odd) => downloadToFile(odd as ChenyuClient, id, newFile()),
    (odd) => downloadToFile(client, odd as string, newFile()),
    (odd) => downloadToFile(client, id, typeof odd === "string" ? join(folder.path, odd) : (odd as string)),
    ...withOptions(fileOptions, (options) => downloadToFile(client, id, newFile(), options)),
  ],
  downloadAll: [
    (odd) => readFirst(downloadAll(odd as ChenyuClient, [id], newFile())),
    (odd) => readFirst(downloadAll(client, odd as string[], newFile())),
    (odd) => readFirst(downloadAll(client, [id], typeof odd === "string" ? join(folder.path, odd) : (odd as string))),
    ...withOptions(fileOptions, (options) => readFirst(downloadAll(client, [id], newFile(), options))),
  ],
  startMockServer: withOptions(["host", "port", "cors", "onRequest"], async (options) =>
    (await startMockServer(options)).close(),
  ),
};

/** How a call ends. A failure of one of many downloads is a result. */
async function endOf(call: AnyFunction, odd: unknown): Promise<unknown> {
  const work = async (): Promise<unknown> => {
    const result = await call(odd);
    return Object(result).error;
  };
  const error: unknown = await Promise.race([work().catch((thrown: unknown) => thrown), sleep(10_000, "hangs")]);
  return error === undefined || isChenyuError(error) ? "fine" : error;
}

describe.each(Object.entries(calls))("%s", (_name, places) => {
  test.each(Object.entries(oddValues))("ends well with: %s", async (_value, odd) => {
    const ends = await Promise.all(places.map((call) => endOf(call, odd)));
    expect(ends).toEqual(places.map(() => "fine"));
  });
});

test.each(Object.entries(oddValues))("an asset of the mime type %s gives a Blob", async (_name, mimeType) => {
  const asset = JSON.parse(
    JSON.stringify({ mime_type: mimeType }, (_key, value) => (typeof value === "bigint" ? 10 : value)),
  );
  await using odd = await startContentServer(
    (url) => ({ ...readyAsset(content.length)(url, 1), ...asset }),
    serve(content),
  );
  const download = await createClient({ apiKey: "k", baseUrl: odd.url }).assets.download(id);
  expect((await download.blob()).size).toBe(content.length);
});

/** What the SDK makes of the contents that misbehave: in memory, as a stream, and in a file. */
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { testAssets, type TestAssetName } from "../../generated/document.ts";
import { createClient, type Progress } from "../../src/index.ts";
import { startMockServer } from "../../src/mock.ts";
import { downloadToFile } from "../../src/node.ts";
import { caught } from "../helpers/caught.ts";
import { makeFolder } from "../helpers/temporary-folder.ts";
import { bytesOf } from "./look-up.ts";

const mock = await startMockServer();
afterAll(() => mock.close());
beforeEach(() => mock.reset());

const client = createClient({ apiKey: "any", baseUrl: mock.url });

type Counts = Pick<Progress, "resumes" | "restarts" | "refreshes">;
const none: Counts = { resumes: 0, restarts: 0, refreshes: 0 };

/** The statuses of the requests for the content, by memory and by file. */
interface Played {
  statuses: number[];
  inMemory: Counts;
  inFile: Counts;
}

/** What plain HTTP gets at an address that is in order. */
async function expectedBytes(name: TestAssetName): Promise<Buffer> {
  return bytesOf(await fetch(`${mock.url}/assets/${testAssets[name].asset_id}/content`));
}

function contentStatuses(): number[] {
  return mock.requests.filter(({ path }) => path.startsWith("/assets/")).map(({ status }) => status);
}

describe.each<[name: TestAssetName, played: Played]>([
  ["audio", { statuses: [200], inMemory: none, inFile: none }],
  ["empty", { statuses: [200], inMemory: none, inFile: none }],
  ["noValidator", { statuses: [200], inMemory: none, inFile: none }],
  ["weakEtag", { statuses: [200], inMemory: none, inFile: none }],
  ["redirects", { statuses: [302, 200], inMemory: none, inFile: none }],
  ["closes", { statuses: [200], inMemory: none, inFile: none }],
  [
    "expiresMidway",
    {
      statuses: [200, 403, 206],
      inMemory: { resumes: 1, restarts: 0, refreshes: 1 },
      inFile: { resumes: 1, restarts: 0, refreshes: 1 },
    },
  ],
  [
    "changes",
    {
      statuses: [200, 200, 200],
      inMemory: { resumes: 0, restarts: 1, refreshes: 1 },
      inFile: { resumes: 0, restarts: 1, refreshes: 0 }, // each try looks the asset up itself
    },
  ],
])("%s", (name, { statuses, inMemory, inFile }) => {
  const { asset_id } = testAssets[name];

  test("comes whole into memory", async () => {
    const expected = await expectedBytes(name);
    mock.reset();
    let last: Partial<Progress> = none;
    const download = await client.assets.download(asset_id, { onProgress: (event) => (last = event) });
    const received = await download.bytes();
    expect(expected.equals(received)).toBe(true);
    expect(received.length).toBe(download.asset.size_bytes);
    expect(last).toMatchObject(inMemory);
    expect(contentStatuses()).toEqual(statuses);
  });

  test("comes whole into a file", async () => {
    const expected = await expectedBytes(name);
    mock.reset();
    await using folder = await makeFolder();
    let last: Partial<Progress> = none;
    const saved = await downloadToFile(client, asset_id, folder.at("a"), { onProgress: (event) => (last = event) });
    expect(saved).toMatchObject({ size: expected.length, resumedFrom: 0 });
    expect(expected.equals(await readFile(saved.path))).toBe(true);
    expect(await folder.names()).toEqual(["a"]);
    expect(last).toMatchObject(inFile);
    expect(contentStatuses()).toEqual(statuses);
  });
});

test("a stream of a file that changes ends, because it has given out bytes of the old version", async () => {
  const { stream, asset } = await client.assets.download(testAssets.changes.asset_id);
  let length = 0;
  const error = await caught(async () => {
    for await (const piece of stream) length += piece.length;
  });
  expect(error).toMatchObject({ name: "DownloadError", kind: "changed" });
  expect(length).toBe(asset.size_bytes / 2);
});

test("a client without If-Range gets two versions of a file that changes", async () => {
  const { signed_url, size_bytes } = await client.assets.get(testAssets.changes.asset_id);
  const first: Uint8Array[] = [];
  await caught(async () => {
    for await (const piece of (await fetch(signed_url)).body!) first.push(piece);
  });
  const rest = await bytesOf(await fetch(signed_url, { headers: { range: `bytes=${size_bytes / 2}-` } }));
  const spliced = Buffer.concat([...first, rest]);
  expect(spliced.length).toBe(size_bytes);
  expect(spliced.equals(await expectedBytes("changes"))).toBe(false);
});

test.each(["noValidator", "weakEtag"] as const)(
  "an aborted download of %s leaves no part, and the next one begins anew",
  async (name) => {
    const { asset_id } = testAssets[name];
    await using folder = await makeFolder();
    const controller = new AbortController();
    const { signal } = controller;
    const onProgress = (): void => controller.abort(new Error("left"));
    expect(await caught(downloadToFile(client, asset_id, folder.at("a"), { signal, onProgress }))).toBe(signal.reason);
    expect(await folder.names()).toEqual([]);
    expect(await downloadToFile(client, asset_id, folder.at("a"))).toMatchObject({ resumedFrom: 0 });
    const download = await client.assets.download(asset_id);
    await download.bytes();
    expect(download.validator).toBeUndefined();
  },
);

test("a reader that pauses on Connection: close does not end the process", async () => {
  const { stream, asset } = await client.assets.download(testAssets.closes.asset_id);
  let length = 0;
  for await (const piece of stream) {
    if (length === 0) await sleep(300);
    length += piece.length;
  }
  expect(length).toBe(asset.size_bytes);
});

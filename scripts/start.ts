/**
 * The main job, to look at: look-ups, a wait and downloads on an embedded mock, or a look-up on the real API.
 *
 *     npm start
 *     CHENYU_API_KEY=… npm start -- asset_…
 */
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createClient, isChenyuError, toAssetUri, type ChenyuClient } from "../src/index.ts";
import type { PollEvent, Progress } from "../src/index.ts";
import { startMockServer } from "../src/mock.ts";
import { downloadToFile } from "../src/node.ts";

const [assetId] = process.argv.slice(2);
if (assetId === undefined) await showOnMock();
else await showOnApi(assetId);

async function showOnMock(): Promise<void> {
  const mock = await startMockServer();
  try {
    const chenyu = createClient({ apiKey: "cy_any_key_will_do", baseUrl: mock.url });
    const { assets } = chenyu;
    const wrongKey = createClient({ apiKey: "cy_invalid_key", baseUrl: mock.url });
    const image = mock.testAssets.image.asset_id;
    const dropping = mock.testAssets.drops.asset_id;
    const expired = mock.testAssets.expired.asset_id;
    console.log(`Mock of the asset API on ${mock.url}\n`);
    await show(`assets.get("${image}")`, () => assets.get(image));
    const uri = toAssetUri(mock.testAssets.underReview.asset_id);
    await show(`assets.waitUntilReady("${uri}")`, () => assets.waitUntilReady(uri, { intervalMs: 500, onPoll }));
    await show(`assets.download("${image}")`, async () => {
      const download = await assets.download(image);
      return { bytes: (await download.bytes()).length, validator: download.validator };
    });
    await show(`downloadToFile(chenyu, "${dropping}", …)`, () => saveToTemporary(chenyu, dropping));
    await show(`assets.get("${expired}")`, () => assets.get(expired));
    await show("a key that is not accepted", () => wrongKey.assets.get(image));
    await show('assets.get("../balance")', () => assets.get("../balance"));
  } finally {
    await mock.close();
  }
}

async function saveToTemporary(chenyu: ChenyuClient, asset: string): Promise<object> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "chenyu-assets-"));
  const { path, ...saved } = await downloadToFile(chenyu, asset, folder.path, { onProgress });
  return { ...saved, name: basename(path) };
}

function onProgress({ receivedBytes, totalBytes, resumes }: Progress): void {
  console.log(`  ${receivedBytes} of ${totalBytes} bytes, resumes: ${resumes}`);
}

function onPoll({ poll, status, delayMs }: PollEvent): void {
  console.log(`  look-up ${poll}: ${status}, again in ${Math.round(delayMs)} ms`);
}

async function showOnApi(asset: string): Promise<void> {
  try {
    const found = await createClient().assets.get(asset);
    console.log(`assets.get("${asset}")`);
    print(found);
  } catch (error) {
    console.error(explain(error));
    process.exitCode = 1;
  }
}

async function show(title: string, action: () => Promise<object>): Promise<void> {
  console.log(title);
  try {
    print(await action());
  } catch (error) {
    console.log(`  ${explain(error)}\n`);
  }
}

function print(result: object): void {
  for (const [name, value] of Object.entries(result)) {
    // A signed URL opens the file for whoever sees it.
    const shown = name === "signed_url" ? String(value).replace(/\?.*/, "?…") : String(value);
    console.log(`  ${name.padEnd(18)}${shown}`);
  }
  console.log();
}

function explain(error: unknown): string {
  if (!isChenyuError(error)) throw error;
  return error.name === "ApiError"
    ? `${error.name} (${error.kind}): ${error.message}`
    : `${error.name}: ${error.message}`;
}

/**
 * The main job, to look at: look-ups and a wait on an embedded mock, or a look-up on the real API.
 *
 *     npm start
 *     CHENYU_API_KEY=… npm start -- asset_…
 */
import { createClient, isChenyuError, toAssetUri, type Asset, type PollEvent } from "../src/index.ts";
import { startMockServer } from "../src/mock.ts";

const [assetId] = process.argv.slice(2);
if (assetId === undefined) await showOnMock();
else await showOnApi(assetId);

async function showOnMock(): Promise<void> {
  const mock = await startMockServer();
  try {
    const { assets } = createClient({ apiKey: "cy_any_key_will_do", baseUrl: mock.url });
    const wrongKey = createClient({ apiKey: "cy_invalid_key", baseUrl: mock.url });
    const [image, reviewed, expired] = [/^Ready image/, /^Under review, ready/, /^Expired/].map((summary) => {
      return mock.testAssets.find((asset) => summary.test(asset.summary))!.asset_id;
    }) as [string, string, string];
    console.log(`Mock of the asset API on ${mock.url}\n`);
    await show(`assets.get("${image}")`, () => assets.get(image));
    const uri = toAssetUri(reviewed);
    await show(`assets.waitUntilReady("${uri}")`, () => assets.waitUntilReady(uri, { intervalMs: 500, onPoll }));
    await show(`assets.get("${expired}")`, () => assets.get(expired));
    await show("a key that is not accepted", () => wrongKey.assets.get(image));
    await show('assets.get("../balance")', () => assets.get("../balance"));
  } finally {
    await mock.close();
  }
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

async function show(title: string, action: () => Promise<Asset>): Promise<void> {
  console.log(title);
  try {
    print(await action());
  } catch (error) {
    console.log(`  ${explain(error)}\n`);
  }
}

function print(asset: Asset): void {
  for (const [name, value] of Object.entries(asset)) {
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

/**
 * The main job, to look at: asset look-ups on an embedded mock, or one on the real API.
 *
 *     npm start
 *     CHENYU_API_KEY=… npm start -- asset_…
 */
import { createClient, isChenyuError, toAssetUri, type Asset } from "../src/index.ts";
import { testAssets } from "../generated/document.ts";
import { readDocument } from "./document.ts";
import { startPrism } from "./prism.ts";

const [assetId] = process.argv.slice(2);
if (assetId === undefined) await showOnMock();
else await showOnApi(assetId);

async function showOnMock(): Promise<void> {
  const mock = await startPrism(await readDocument());
  try {
    const chenyu = createClient({ apiKey: "cy_any_key_will_do", baseUrl: mock.url });
    const [{ asset_id }] = testAssets;
    const prefer = (answer: string): Promise<Asset> => chenyu.assets.get(asset_id, { headers: { Prefer: answer } });
    console.log(`Mock of the asset API on ${mock.url}\n`);
    await show(`assets.get("${asset_id}")`, () => chenyu.assets.get(asset_id));
    await show(`assets.get("${toAssetUri(asset_id)}")`, () => chenyu.assets.get(toAssetUri(asset_id)));
    await show("an asset that has expired", () => prefer("code=200, example=expired"));
    await show("a key that is not accepted", () => prefer("code=401"));
    await show('assets.get("../balance")', () => chenyu.assets.get("../balance"));
  } finally {
    await mock.close();
  }
}

async function showOnApi(asset: string): Promise<void> {
  try {
    print(`assets.get("${asset}")`, await createClient().assets.get(asset));
  } catch (error) {
    console.error(explain(error));
    process.exitCode = 1;
  }
}

async function show(title: string, lookUp: () => Promise<Asset>): Promise<void> {
  try {
    print(title, await lookUp());
  } catch (error) {
    console.log(`${title}\n  ${explain(error)}\n`);
  }
}

function print(title: string, asset: Asset): void {
  console.log(title);
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

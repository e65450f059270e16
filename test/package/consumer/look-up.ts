// Compiled as ES module and as CommonJS, by old and new compilers; run on the oldest Node that is supported.
import {
  createClient,
  isChenyuError,
  toAssetUri,
  type Asset,
  type AssetRef,
  type ChenyuClient,
  type ClientOptions,
} from "chenyu-assets";

declare const process: { argv: string[] };

const options: ClientOptions = {
  apiKey: () => Promise.resolve("cy_test"),
  baseUrl: process.argv[2],
  fetchOptions: { cache: undefined, keepalive: true, next: { revalidate: 0 } },
};
const chenyu: ChenyuClient = createClient(options);

async function lookUp(reference: AssetRef): Promise<string> {
  try {
    const asset: Asset = await chenyu.assets.get(reference, { timeoutMs: 5000 });
    const isReady: boolean = asset.status === "confirmed";
    return `${toAssetUri(asset)} ${isReady} ${asset.size_bytes.toFixed()}`;
  } catch (error) {
    if (!isChenyuError(error)) throw error;
    return error.name === "ApiError" ? `${error.name} ${error.kind}` : error.name;
  }
}

async function main(): Promise<void> {
  const { data } = await chenyu.raw.GET("/api/open/v2/assets/{asset_id}", {
    params: { path: { asset_id: "asset_1" } },
  });
  console.log(JSON.stringify([await lookUp("asset_1"), await lookUp("asset_2"), await lookUp(".."), data?.code]));
}

void main();

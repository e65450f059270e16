import { expectTypeOf } from "vitest";
import {
  createClient,
  isChenyuError,
  parseAssetId,
  type ApiError,
  type Asset,
  type AssetRef,
  type ChenyuClient,
  type Client,
  type ConfigError,
  type Download,
  type DownloadError,
  type NetworkError,
  type NotReadyError,
  type RawPaths,
  type ResponseError,
  type PollEvent,
  type TimeoutError,
  type WaitOptions,
} from "../../src/index.ts";
import { startMockServer, type TestAsset, type TestAssetName } from "../../src/mock.ts";
import { downloadAll, downloadToFile } from "../../src/node.ts";

declare const chenyu: ChenyuClient;
declare const asset: Asset;

// get gives the asset, without the envelope.
expectTypeOf(chenyu.assets.get("asset_x")).toEqualTypeOf<Promise<Asset>>();
expectTypeOf(chenyu.assets.waitUntilReady(asset)).toEqualTypeOf<Promise<Asset>>();
expectTypeOf<AssetRef>().toEqualTypeOf<string | Pick<Asset, "asset_id">>();
expectTypeOf(chenyu.assets.download(asset)).toEqualTypeOf<Promise<Download>>();
expectTypeOf<Download["stream"]>().toEqualTypeOf<ReadableStream<Uint8Array>>();
expectTypeOf<Download["size"]>().toEqualTypeOf<number | undefined>();
void chenyu.assets.get(asset, { signal: AbortSignal.abort(), timeoutMs: 1000, headers: { "X-Trace": "1" } });

// A download waits with the options of a wait, and downloadAll tells which asset waits.
declare const waitOptions: WaitOptions;
void chenyu.assets.download(asset, { wait: true });
void downloadToFile(chenyu, asset, "a.png", { wait: waitOptions });
void downloadAll(chenyu, [asset], "pictures", {
  wait: {
    onPoll(event, asset) {
      expectTypeOf(event).toEqualTypeOf<PollEvent>();
      expectTypeOf(asset).toEqualTypeOf<AssetRef>();
    },
  },
});

// Enumerations are open: the known values are there for the editor, any other text is accepted.
expectTypeOf<Asset["status"]>().toEqualTypeOf<"confirmed" | (string & {})>();
expectTypeOf<Asset["purpose"]>().toEqualTypeOf<"temp_input" | (string & {})>();
expectTypeOf<Asset["media_type"]>().toEqualTypeOf<"image" | "video" | "audio" | "file" | (string & {})>();
expectTypeOf<string>().toExtend<Asset["status"]>();
expectTypeOf("archived" as const).toExtend<Asset["status"]>();

// The vendor's eleven fields are there, its two further ones may be.
expectTypeOf<Asset["size_bytes"]>().toEqualTypeOf<number>();
expectTypeOf<Asset["expires_at"]>().toEqualTypeOf<string | null>();
expectTypeOf<Asset["content_url"]>().toEqualTypeOf<string | undefined>();
expectTypeOf<Asset["original_filename"]>().toEqualTypeOf<string | undefined>();

// raw gives the envelope: a success or a business failure.
const { data } = await chenyu.raw.GET("/api/open/v2/assets/{asset_id}", { params: { path: { asset_id: "asset_x" } } });
expectTypeOf(data?.code).toEqualTypeOf<number | undefined>();

// The mock has its test assets by name.
const { testAssets } = await startMockServer();
expectTypeOf(testAssets.drops).toEqualTypeOf<TestAsset>();
expectTypeOf<keyof typeof testAssets>().toEqualTypeOf<TestAssetName>();
expectTypeOf<string>().not.toExtend<TestAssetName>();

// Your own assets are there by their ids, and a field that no asset has is an error.
const own = await startMockServer({ assets: { asset_mine: { status: "reviewing", answers: [{ status: 429 }, {}] } } });
expectTypeOf(own.testAssets.asset_mine).toEqualTypeOf<TestAsset>();
expectTypeOf(own.testAssets.drops).toEqualTypeOf<TestAsset>();
// @ts-expect-error no asset of this id is given
void own.testAssets.asset_other;
// @ts-expect-error an asset has no such field
void startMockServer({ assets: { asset_mine: { sizeBytes: 5 } } });
// @ts-expect-error the mock has no such option
void startMockServer({ asset: {} });

// The name of an error tells its class, also for errors of a second copy of the package.
declare const error: unknown;
if (isChenyuError(error)) {
  expectTypeOf<(typeof error)["name"]>().toEqualTypeOf<
    "ApiError" | "NetworkError" | "TimeoutError" | "ResponseError" | "NotReadyError" | "DownloadError" | "ConfigError"
  >();
  if (error.name === "ApiError") expectTypeOf(error).toEqualTypeOf<ApiError>();
  if (error.name === "NetworkError") expectTypeOf(error).toEqualTypeOf<NetworkError>();
  if (error.name === "TimeoutError") expectTypeOf(error).toEqualTypeOf<TimeoutError>();
  if (error.name === "ResponseError") expectTypeOf(error).toEqualTypeOf<ResponseError>();
  if (error.name === "NotReadyError") expectTypeOf(error).toEqualTypeOf<NotReadyError>();
  if (error.name === "DownloadError") expectTypeOf(error).toEqualTypeOf<DownloadError>();
  if (error.name === "ConfigError") expectTypeOf(error).toEqualTypeOf<ConfigError>();
}
declare const kind: ApiError["kind"];
expectTypeOf(kind).toEqualTypeOf<
  | "bad_request"
  | "unauthenticated"
  | "permission_denied"
  | "not_found"
  | "rate_limited"
  | "server_error"
  | "rejected"
  | "unexpected"
>();

// @ts-expect-error an asset is named by its id, its URI or itself, not by a number
void chenyu.assets.get(7);
// @ts-expect-error a URL is no Asset
parseAssetId(new URL("https://chenyu.example"));
// @ts-expect-error durations are numbers of milliseconds
createClient({ timeoutMs: "30s" });
// @ts-expect-error a range is one of bytes, by numbers
void chenyu.assets.download(asset, { range: "0-99" });
// @ts-expect-error a wait has limits by name
void chenyu.assets.download(asset, { wait: 60_000 });
// @ts-expect-error the signal is that of the download
void chenyu.assets.download(asset, { wait: { signal: AbortSignal.abort() } });
// @ts-expect-error the limit of the wait is one of its options
void chenyu.assets.download(asset, { wait: true, waitTimeoutMs: 60_000 });
// @ts-expect-error a file is downloaded whole
void downloadToFile(chenyu, asset, "a.png", { range: { start: 1 } });
// @ts-expect-error there are three ways to deal with a file that is there
void downloadToFile(chenyu, asset, "a.png", { overwrite: true });
// @ts-expect-error an unknown option is a mistake
createClient({ timeout: 30 });
expectTypeOf(chenyu.raw as Client<RawPaths>).toEqualTypeOf<Client<RawPaths>>();
// @ts-expect-error raw knows the document's paths alone
void chenyu.raw.GET("/api/open/v2/assets");
// @ts-expect-error raw wants the path parameter
void chenyu.raw.GET("/api/open/v2/assets/{asset_id}");
// @ts-expect-error the document has no such operation
void chenyu.raw.DELETE("/api/open/v2/assets/{asset_id}", { params: { path: { asset_id: "asset_x" } } });
// @ts-expect-error the mock has no test asset of that name
void testAssets.dropped;
// @ts-expect-error an asset has no such field
void asset.signedUrl;

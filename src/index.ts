export { parseAssetId, toAssetUri, type AssetRef } from "./core/asset-ref.ts";
export type { Assets } from "./client/assets.ts";
export { createClient, type ChenyuClient } from "./client/client.ts";
export type { ByteRange, DownloadOptions, Progress, ReadOptions } from "./download/options.ts";
export type { Download, FirstBytes } from "./download/download.ts";
export {
  ApiError,
  ChenyuError,
  ConfigError,
  DownloadError,
  type DownloadProblem,
  isChenyuError,
  NetworkError,
  NotReadyError,
  ResponseError,
  TimeoutError,
} from "./core/errors.ts";
export type { ApiKey, ClientOptions, Fetch, RequestOptions, RetryEvent } from "./core/options.ts";
export type { PollEvent, WaitOptions } from "./client/wait.ts";
export type { Asset, components, operations, paths } from "../generated/schema.ts";

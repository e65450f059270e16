export { parseAssetId, toAssetUri, type AssetRef } from "./asset-ref.ts";
export type { Assets } from "./assets.ts";
export { createClient, type ChenyuClient } from "./client.ts";
export type { ByteRange, DownloadOptions, Progress, ReadOptions } from "./download-options.ts";
export type { Download, FirstBytes } from "./download.ts";
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
} from "./errors.ts";
export type { ApiKey, ClientOptions, Fetch, RequestOptions, RetryEvent } from "./options.ts";
export type { PollEvent, WaitOptions } from "./wait.ts";
export type { Asset, components, operations, paths } from "../generated/schema.ts";

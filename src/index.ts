// The client. src/client makes it, src/download reads contents, and src/core has what all folders share.
export type { Client, ClientMethod, ClientRequestMethod, FetchResponse, Middleware } from "openapi-fetch";
export type { components, operations, paths } from "../generated/schema.ts";
export type { Assets } from "./client/assets.ts";
export { createClient, type ChenyuClient } from "./client/client.ts";
export { isAssetResponse, type AssetResponse } from "./client/envelope.ts";
export type { RawClient, RawGet, RawPaths, RawRequest } from "./client/raw.ts";
export { parseAssetId, toAssetUri, type AssetRef } from "./core/asset-ref.ts";
export type { Asset } from "./core/asset.ts";
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
export type { LogFields, Logger, RequestEvent } from "./core/logger.ts";
export type { ApiKey, ClientOptions, Fetch, FetchOptions, RequestOptions, RetryEvent } from "./core/options.ts";
export type { DownloadWait, PollEvent, WaitOptions } from "./core/wait-options.ts";
export type { Download, FirstBytes } from "./download/download.ts";
export type { ByteRange, DownloadOptions, Progress, ReadOptions } from "./download/options.ts";

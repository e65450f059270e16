export { parseAssetId, toAssetUri, type AssetRef } from "./asset-ref.ts";
export type { Assets } from "./assets.ts";
export { createClient, type ChenyuClient } from "./client.ts";
export {
  ApiError,
  ChenyuError,
  ConfigError,
  isChenyuError,
  NetworkError,
  NotReadyError,
  ResponseError,
  TimeoutError,
} from "./errors.ts";
export type { ApiKey, ClientOptions, Fetch, RequestOptions, RetryEvent } from "./options.ts";
export type { PollEvent, WaitOptions } from "./wait.ts";
export type { Asset, components, operations, paths } from "../generated/schema.ts";

// A server that plays the API and its content host. See src/mock.
export type { MockFetch } from "./mock/fetch.ts";
export type { MockRequest } from "./mock/journal.ts";
export type { OwnAnswer, OwnAsset, OwnFields, OwnResponse } from "./mock/own-asset.ts";
export type { OwnContent } from "./mock/own-content.ts";
export { assetsPath, healthPath, requestsPath, resetPath } from "./mock/routes.ts";
export { startMockServer } from "./mock/server.ts";
export type { MockServer } from "./mock/server.ts";
export type { MockServerOptions } from "./mock/options.ts";
export type { ContentFault, SignedUrlFault, TestAnswer, TestAsset, TestAssetName } from "./mock/test-assets.ts";
export type { Latency, Weather } from "./mock/weather.ts";
export { keyFingerprint } from "./mock/worlds.ts";

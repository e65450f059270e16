// A server that plays the API and its content host. See src/mock.
export type { MockFetch } from "./mock/fetch.ts";
export type { MockRequest } from "./mock/journal.ts";
export { healthPath, requestsPath, resetPath } from "./mock/routes.ts";
export { startMockServer } from "./mock/server.ts";
export type { MockServer, MockServerOptions } from "./mock/server.ts";
export type { ContentFault, SignedUrlFault, TestAnswer, TestAsset, TestAssetName } from "./mock/test-assets.ts";
export { keyFingerprint } from "./mock/worlds.ts";

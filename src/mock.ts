// A server that plays the API and its content host. See src/mock.
export { resetPath } from "./mock/routes.ts";
export { startMockServer } from "./mock/server.ts";
export type { MockRequest, MockServer, MockServerOptions } from "./mock/server.ts";
export type { ContentFault, SignedUrlFault, TestAnswer, TestAsset, TestAssetName } from "./mock/test-assets.ts";

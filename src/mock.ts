// A server that plays the API and its content host. See src/mock.
export { startMockServer, type MockRequest, type MockServer, type MockServerOptions } from "./mock/server.ts";
export type { ContentFault, TestAnswer, TestAsset, TestAssetName } from "./mock/test-assets.ts";

export { startMockServer, type MockRequest, type MockServer, type MockServerOptions } from "./mock/server.ts";
export type { ContentFault, TestAnswer, TestAsset, TestAssetName } from "./mock/test-assets.ts";

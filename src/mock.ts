// A server that plays the API and its content host. See src/mock.
export { resetPath } from "./mock/routes.ts";
export type { MockRequest } from "./mock/handler.ts";
export { startMockServer } from "./mock/server.ts";
export type { MockServer, MockServerOptions } from "./mock/server.ts";
export type { ContentFault, TestAnswer, TestAsset, TestAssetName } from "./mock/test-assets.ts";

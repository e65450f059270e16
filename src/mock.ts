export {
  startMockServer,
  type ContentFault,
  type MockRequest,
  type MockServer,
  type MockServerOptions,
  type TestAnswer,
  type TestAsset,
} from "./mock/server.ts";

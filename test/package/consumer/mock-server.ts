// Compiled as ES module and as CommonJS, without Prism's types, without Node's types and with them; run on the oldest Node that is supported.
import { createClient, type NotReadyError } from "chenyu-assets";
import { startMockServer, type MockRequest, type MockServer, type TestAsset } from "chenyu-assets/mock";

async function main(): Promise<void> {
  const requests: MockRequest[] = [];
  const mock: MockServer = await startMockServer({ port: 0, onRequest: (request) => requests.push(request) });
  const { assets } = createClient({ apiKey: "any", baseUrl: mock.url });
  const reviewed: TestAsset = mock.testAssets.underReview;
  const asset = await assets.waitUntilReady(reviewed.asset_id, { intervalMs: 10, onPoll: ({ status }) => status });
  const bytes = await (await fetch(asset.signed_url)).arrayBuffer();
  const endless = mock.testAssets.alwaysUnderReview;
  const status = await assets.waitUntilReady(endless.asset_id, { intervalMs: 10, waitTimeoutMs: 2000 }).then(
    () => undefined,
    (error: NotReadyError) => error.asset?.status,
  );
  await mock.close();
  console.log(JSON.stringify([asset.status, bytes.byteLength === asset.size_bytes, status, requests[0]?.status]));
}

void main();

import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { createClient } from "chenyu-assets";
import { startMockServer } from "chenyu-assets/mock";

const mock = await startMockServer();
after(() => mock.close());
beforeEach(() => mock.reset());

const { assets } = createClient({ apiKey: "any", baseUrl: mock.url });

test("an asset that has expired is rejected", async () => {
  await assert.rejects(assets.get("asset_7e570000000000000000000000001001"), { kind: "rejected", reason: "expired" });
  assert.equal(mock.requests.length, 1);
});

test("an asset under review is ready on the third look-up", async () => {
  const asset = await assets.waitUntilReady("asset_7e570000000000000000000000000004", { intervalMs: 10 });
  assert.equal(asset.status, "confirmed");
  assert.deepEqual(
    mock.requests.map(({ status }) => status),
    [200, 200, 200],
  );
});

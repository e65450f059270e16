/** What tells a logger is loaded when it is needed. A network that stalls may never give it. */
import { expect, test, vi } from "vitest";
import { createClient } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { expectGap } from "../helpers/timing.ts";
import { recordLog } from "./recording-logger.ts";
import { asset, assetBody } from "./test-client.ts";

vi.mock("../../src/core/report.ts", () => new Promise(() => {}));

const { logger, lines } = recordLog();
const id = asset.asset_id;

test.concurrent("get does not wait long for what tells a logger", async () => {
  const fetch = async (): Promise<Response> => new Response(assetBody);
  expect(await createClient({ apiKey: "k", fetch, logger }).assets.get(id)).toEqual(asset);
  expect(lines).toEqual([]);
});

test.concurrent("an abort and the deadlines hold meanwhile", async () => {
  const fetch = (): Promise<Response> => new Promise(() => {});
  const { assets } = createClient({ apiKey: "k", fetch, logger });
  const startedAt = performance.now();
  const reason = new Error("enough");
  const controller = new AbortController();
  const aborted = caught(assets.get(id, { signal: controller.signal }));
  controller.abort(reason);
  expect(await aborted).toBe(reason);
  expect(await caught(assets.get(id, { totalTimeoutMs: 300 }))).toMatchObject({ name: "TimeoutError", clock: "total" });
  expectGap(performance.now() - startedAt, 300);
});

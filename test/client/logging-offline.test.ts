/** What tells a logger is loaded when it is needed. A network that fails may not give it. */
import { expect, test, vi } from "vitest";
import { createClient } from "../../src/index.ts";
import { recordLog } from "./recording-logger.ts";
import { asset, assetBody } from "./test-client.ts";

vi.mock("../../src/core/report.ts", () => {
  throw new Error("offline");
});

test("get works as without a logger when nothing can be loaded to tell it", async () => {
  const { logger, lines } = recordLog();
  const answers = [new Response("", { status: 503 }), new Response(assetBody)];
  const fetch = async (): Promise<Response> => answers.shift()!;
  expect(await createClient({ apiKey: "k", fetch, logger }).assets.get(asset.asset_id)).toEqual(asset);
  expect(lines).toEqual([]);
});

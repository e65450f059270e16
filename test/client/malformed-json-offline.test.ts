/** What tells malformed JSON from a part is loaded when it is needed. A network that fails may not give it. */
import { expect, test, vi } from "vitest";
import { createClient } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";

vi.mock("../../src/client/not-json.ts", () => {
  throw new Error("offline");
});

test("get makes another attempt when nothing can be loaded to tell why a body is not JSON", async () => {
  const fetch = async (): Promise<Response> => new Response("{'code': 0}");
  const error = await caught(createClient({ apiKey: "k", fetch, maxRetries: 1 }).assets.get("asset_1"));
  expect(error).toMatchObject({
    name: "NetworkError",
    attempts: 2,
    message: expect.stringContaining("HTTP 200 is not whole JSON. Check the network"),
  });
});

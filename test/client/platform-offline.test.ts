/** A failure stays what it is when what explains it cannot be loaded, or is of no use. */
import { afterEach, expect, test, vi } from "vitest";
import { createClient } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";

const loaded = vi.hoisted(() => ({ count: 0 }));

vi.mock("../../src/core/platform.ts", () => {
  loaded.count += 1;
  throw new Error("EMFILE");
});

afterEach(() => void vi.unstubAllGlobals());

const fetch = (): Promise<Response> => Promise.reject(Object.assign(new Error("x"), { code: "CERT_HAS_EXPIRED" }));

test("in a browser, nothing is loaded to explain a failure", async () => {
  vi.stubGlobal("document", {});
  vi.stubGlobal("process", undefined);
  const error = await caught(createClient({ fetch, maxRetries: 0 }).assets.get("asset_1"));
  expect(error).toMatchObject({ name: "NetworkError", retryable: true });
  expect(loaded.count).toBe(0);
});

test("a process without a file handle left cannot load it, and makes another attempt", async () => {
  const error = await caught(createClient({ apiKey: "k", fetch, maxRetries: 1 }).assets.get("asset_1"));
  expect(error).toMatchObject({
    name: "NetworkError",
    attempts: 2,
    message: expect.stringContaining("Check the network"),
  });
  expect(loaded.count).toBeGreaterThan(0);
});

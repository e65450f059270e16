/** An environment that hides what Node has, as Jest's jsdom does. */
import { afterEach, expect, test, vi } from "vitest";
import { createClient } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";

afterEach(() => vi.unstubAllGlobals());

test.each([
  ["fetch, Request", undefined],
  ["Request", async () => Response.json({})],
])("createClient throws ConfigError where there is no %s", async (missing, fetch) => {
  vi.stubGlobal("fetch", undefined);
  vi.stubGlobal("Request", undefined);
  expect(await caught(() => createClient({ apiKey: "any", fetch }))).toMatchObject({
    name: "ConfigError",
    option: "fetch",
    message: `fetch: there is no ${missing} here. In Jest, use the environment node, not jsdom.`,
  });
});

test("createClient needs no global fetch when it gets one", () => {
  vi.stubGlobal("fetch", undefined);
  expect(() => createClient({ apiKey: "any", fetch: async () => Response.json({}) })).not.toThrow();
});

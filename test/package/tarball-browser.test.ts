/** The tarball in a bundle for browsers. */
import { createContext, runInContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { beforeAll, expect, inject, test } from "vitest";

let code: string;

beforeAll(async () => {
  const options = { platform: "browser", format: "iife", globalName: "sdk", bundle: true, minify: true } as const;
  const stdin = { contents: 'export { createClient } from "chenyu-assets";', resolveDir: inject("consumer") };
  const { outputFiles, warnings } = await build({ ...options, stdin, write: false, logLevel: "silent" });
  expect(warnings).toEqual([]);
  code = outputFiles[0]!.text;
  const size = gzipSync(code, { level: 9 }).length;
  console.log(`createClient for browsers, openapi-fetch included: ${code.length} bytes, ${size} gzipped`);
});

test("a bundle for browsers leaves out the test assets of the mock", () => {
  expect(code).toContain("/api/open/v2/assets/{asset_id}");
  expect(code).not.toContain("7e57");
});

test("a bundle for browsers works with the Fetch and DOM standards alone, without anything of Node", async () => {
  const timers = { clearTimeout, performance, setTimeout };
  const web = { AbortController, Headers, Request, Response, TextDecoder, URL, ...timers };
  const fetch = async (url: string): Promise<Response> => Response.json({ code: 0, data: { asset_id: url } });
  const context = createContext({ ...web, fetch });
  runInContext(`${code}; globalThis.result = sdk.createClient({ apiKey: "k" }).assets.get("asset_1");`, context);
  expect(await context.result).toEqual({ asset_id: "https://www.chenyu.cn/api/open/v2/assets/asset_1" });
});

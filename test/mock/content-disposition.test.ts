/** The name of the file that a content is saved under. */
import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { createClient } from "../../src/index.ts";
import { contentDisposition } from "../../src/mock/content-disposition.ts";
import { startMockServer } from "../../src/mock.ts";
import { findProgram } from "../helpers/programs.ts";
import { makeFolder } from "../helpers/temporary-folder.ts";
import { requestContent } from "./look-up.ts";

const mock = await startMockServer();
afterAll(() => mock.close());

const run = promisify(execFile);
const curl = findProgram("curl");
const { image, video, audio, persistent, redirects } = testAssets;

/** Reads a header as browsers do: `filename*` wins. */
function readNames(header: string): { plain: string; extended: string } {
  const [, plain, extended] = /^inline; filename="((?:[^"\\]|\\.)*)"; filename\*=UTF-8''([\w%.~!$&+^`|-]*)$/.exec(
    header,
  )!;
  return {
    plain: Buffer.from(plain!, "latin1").toString().replaceAll(/\\(.)/g, "$1"),
    extended: decodeURIComponent(extended!),
  };
}

test.each(["input.png", "工作流.json", "a 'b' (c)*.txt", 'a"b\\c.txt', "100%.txt", "🎬.mp4"])(
  "the name %j is the same in both forms",
  (name) => {
    expect(readNames(contentDisposition(name))).toEqual({ plain: name, extended: name });
  },
);

test.each(["a\r\nSet-Cookie: b", "a\0b", "a\u0085b", "a\ud800b"])("the name %j cannot leave the header", (name) => {
  const header = contentDisposition(name);
  expect(header).not.toMatch(/\p{Cc}/u);
  const { plain, extended } = readNames(header);
  expect(plain).toBe(extended);
  expect(plain).toContain("_");
});

test.each(["GET", "HEAD"])("%s gets the original name, also with a range", async (method) => {
  for (const range of ["bytes=0-", "bytes=0-9"]) {
    const response = await requestContent(mock, persistent.asset_id, { range }, method);
    expect(readNames(response.headers.get("content-disposition")!)).toEqual({
      plain: "工作流.json",
      extended: "工作流.json",
    });
  }
});

test("an asset without an original name has no such header", async () => {
  expect((await requestContent(mock, video.asset_id)).headers.has("content-disposition")).toBe(false);
});

test.skipIf(curl === undefined).each([
  [image, "input.png"],
  [audio, "提示音.wav"],
  [redirects, "提示音.wav"],
])("curl -OJL saves %o as %s, like a browser", async ({ asset_id }, name) => {
  await using folder = await makeFolder();
  const { signed_url } = await createClient({ apiKey: "any", baseUrl: mock.url }).assets.get(asset_id);
  await run(curl!, ["-sSOJL", signed_url], { cwd: folder.path });
  expect(await readdir(folder.path)).toEqual([name]);
});

/** A download into a folder: how the folder is found or made, and how the file is named. */
import { pathToFileURL } from "node:url";
import { expect } from "vitest";
import { DownloadError, type Asset } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { startContentServer } from "../servers/content-server.ts";
import { asset, bytes, expectFile, id, save, size, startFileServer, test, whole } from "./downloads.ts";

test.concurrent("a target that is a folder gets the file", async ({ folder }) => {
  await using server = await startFileServer(whole);
  expect(await save(server, folder.path)).toMatchObject({ path: folder.at(`${id}.png`) });
  await expectFile(folder.at(`${id}.png`), bytes);
});

test.concurrent("a target that ends with a slash is made, with the folders above it", async ({ folder }) => {
  await using server = await startFileServer(whole);
  const { path } = await save(server, folder.at("new/pictures/"), { fileName: () => "a.png" });
  expect(path).toBe(folder.at("new/pictures/a.png"));
  await expectFile(path, bytes);
});

test.concurrent("a target may be the file: URL of a folder", async ({ folder }) => {
  await using server = await startFileServer(whole);
  const url = pathToFileURL(folder.at("new/"));
  expect(await save(server, url)).toMatchObject({ path: folder.at(`new/${id}.png`) });
});

test.concurrent.for<[what: string, original_filename: unknown, expected: string]>([
  ["original_filename", "猫 1.png", "猫 1.png"],
  ["the last part of an original_filename that is a path", "../../etc/a.png", "a.png"],
  ["the visible characters of original_filename", "..\u202egnp.exe\u0000", "gnp.exe_"],
  ["its id when there is no original_filename", undefined, `${id}.png`],
  ["its id when original_filename is not a text", { path: "/etc" }, `${id}.png`],
])("the file is named by %s", async ([, original_filename, expected], { folder }) => {
  await using server = await startContentServer((url, lookUp) => ({ ...asset(url, lookUp), original_filename }), whole);
  await save(server, folder.path);
  expect(await folder.names()).toEqual([expected]);
});

test.concurrent("the file is named by fileName, whose result is made safe", async ({ folder }) => {
  await using server = await startFileServer(whole);
  const fileName = (found: Asset): string => `../${found.asset_id}: ${found.size_bytes}.png`;
  await save(server, folder.path, { fileName, signal: new AbortController().signal });
  expect(await folder.names()).toEqual([`${id}_ ${size}.png`]);
});

test.concurrent("fileName does not change the name of a target that is a file", async ({ folder, path }) => {
  await using server = await startFileServer(whole);
  await save(server, path, { fileName: () => "b.png" });
  expect(await folder.names()).toEqual(["a.png"]);
});

test.concurrent("a fileName that throws, or gives no name, fails before a content request", async ({ folder }) => {
  await using server = await startFileServer(whole);
  const unsafe = await caught(save(server, folder.path, { fileName: () => "../../.." }));
  expect(unsafe).toMatchObject({ name: "ConfigError" });
  const givesNumber = async (): Promise<string> => 7 as unknown as string;
  expect(await caught(save(server, folder.path, { fileName: givesNumber }))).toMatchObject({ name: "ConfigError" });
  const reason = new DownloadError("another download's", { kind: "changed" });
  const throws = (): never => {
    throw reason;
  };
  expect(await caught(save(server, folder.path, { fileName: throws }))).toBe(reason);
  expect([server.lookUps(), server.requests]).toEqual([3, []]);
});

test.concurrent("a fileName that never answers ends with the signal's reason", async ({ folder }) => {
  await using server = await startFileServer(whole);
  const controller = new AbortController();
  const fileName = (): Promise<string> => {
    setTimeout(() => controller.abort(reason), 50);
    return new Promise(() => {});
  };
  const reason = new Error("enough");
  expect(await caught(save(server, folder.path, { fileName, signal: controller.signal }))).toBe(reason);
  expect([await folder.names(), server.requests]).toEqual([[], []]);
});

test.runIf(process.platform === "linux")("a folder that the system cannot make is DownloadError `target`", async () => {
  await using server = await startFileServer(whole);
  const error = await caught(save(server, "/proc/none/pictures/"));
  expect(error).toMatchObject({ name: "DownloadError", kind: "target", attempts: 0, cause: { code: "ENOENT" } });
});

test.concurrent("a folder that somebody else makes at the same time is used", async ({ folder }) => {
  await using server = await startFileServer(whole);
  const targets = Array.from({ length: 8 }, (_, index) => folder.at(`a/b/c/${index}/`));
  const saved = await Promise.all(targets.map((target) => save(server, target, { fileName: () => "a.png" })));
  expect(saved).toHaveLength(8);
});

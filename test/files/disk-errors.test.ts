/** A disk that is full, a path that cannot be written, a file that vanishes. */
import { spawnSync } from "node:child_process";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { expect } from "vitest";
import { caught } from "../helpers/caught.ts";
import type { ContentStep } from "../servers/content-server.ts";
import {
  bytes,
  expectFile,
  id,
  save,
  size,
  sizeOf,
  startDownloader,
  startFileServer,
  test,
  whole,
} from "./downloads.ts";

const onPosix = test.runIf(process.platform !== "win32");

onPosix.concurrent(
  "a limit of the file size is DownloadError `disk_full`, and the part is resumed",
  async ({ folder, path }) => {
    await using server = await startFileServer(whole);
    const limited = ["sh", "-c", 'ulimit -f 5000; exec "$@"', "sh"]; // 5000 blocks of 512 bytes end in the last batch.
    using downloader = await startDownloader({ baseUrl: server.url, assets: [id], target: path }, limited);
    expect(await downloader.result).toMatchObject({ kind: "disk_full", message: expect.stringContaining("EFBIG") });
    await downloader.ended;
    expect(await folder.names()).toEqual(["a.png.part", "a.png.part.json"]);
    const partSize = await sizeOf(`${path}.part`);
    expect(partSize).toBeGreaterThan(2 * 1024 * 1024);
    expect(await save(server, path)).toEqual({ path, size, resumedFrom: partSize, skipped: false });
    await expectFile(path, bytes);
  },
);

test.concurrent("a full disk is DownloadError `disk_full`, and the part is resumed", async ({ folder, path, skip }) => {
  const mount = spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", folder.path]);
  skip(mount.status !== 0, "this user may not mount a file system");
  try {
    await using server = await startFileServer(whole);
    const error = await caught(save(server, path));
    expect(error).toMatchObject({ kind: "disk_full", cause: { code: "ENOSPC" } });
    expect(await folder.names()).toEqual(["a.png.part", "a.png.part.json"]);
    const partSize = await sizeOf(`${path}.part`);
    expect(spawnSync("mount", ["-o", "remount,size=8m", folder.path]).status).toBe(0);
    expect(await save(server, path)).toEqual({ path, size, resumedFrom: partSize, skipped: false });
    await expectFile(path, bytes);
  } finally {
    spawnSync("umount", ["--lazy", folder.path]);
  }
});

onPosix.concurrent("a folder that is read-only is DownloadError `no_permission`", async ({ folder }) => {
  await using server = await startFileServer(whole);
  // Even root cannot make files in /sys.
  const readOnly = process.getuid!() === 0 ? "/sys" : folder.path;
  if (readOnly === folder.path) await chmod(readOnly, 0o555);
  const error = await caught(save(server, `${readOnly}/a.png`));
  expect(error).toMatchObject({ name: "DownloadError", kind: "no_permission", cause: expect.any(Error) });
  expect(server.requests).toEqual([]);
});

test.concurrent.for<[what: string, name: string, code: string]>([
  ["in a folder that does not exist", "none/a.png", "ENOENT"],
  ["in a folder that is a file", "file/a.png", "ENOTDIR"],
  ["in a new folder whose name a file has", "file/", "ENOTDIR"],
  ["with too long a name", `${"a".repeat(300)}.png`, "ENAMETOOLONG"],
  ["with too long a name for its part", `${"a".repeat(250)}.png`, "ENAMETOOLONG"],
])("a target %s is DownloadError `target`", async ([, name, code], { folder }) => {
  await writeFile(folder.at("file"), "mine");
  await using server = await startFileServer(whole);
  const error = await caught(save(server, folder.at(name)));
  expect(error).toMatchObject({ name: "DownloadError", kind: "target", cause: { code } });
  expect((error as Error).message).toContain(code);
  expect([await folder.names(), server.requests]).toEqual([["file"], []]);
});

test.concurrent.for<[what: string, pathOf: (folder: string) => string, lengthOf: (folder: string) => [number, number]]>(
  [
    ["a name", (folder) => `${folder}/${"名".repeat(100)}`, (folder) => [folder.length + 301, 300]],
    ["a name for the lock", (folder) => `${folder}/${"a".repeat(250)}`, (folder) => [folder.length + 261, 260]],
    ["a folder's name", (folder) => `${folder}/${"a".repeat(256)}/b/`, (folder) => [folder.length + 260, 256]],
    ["a path", (folder) => folder + `/${"a".repeat(99)}`.repeat(50), (folder) => [folder.length + 5000, 99]],
  ],
)(
  "a message about too long %s says how long it is, the limits and the fix",
  async ([, pathOf, lengthOf], { folder }) => {
    await using server = await startFileServer(whole);
    const { message } = (await caught(save(server, pathOf(folder.path)))) as Error;
    const [pathBytes, nameBytes] = lengthOf(folder.path);
    expect(message).toContain(`it has ${pathBytes} bytes, the longest name in it ${nameBytes}. Most systems take`);
    expect(message).toMatch(
      /255 bytes, encrypted ones 143, .* 10 bytes less\. Pass another target \(ENAMETOOLONG\)\.$/,
    );
    expect(await folder.names()).toEqual([]);
  },
);

test.concurrent.for([".part", ".part.json"])(
  "a folder in the place of the %s file is DownloadError `target`",
  async (suffix, { folder, path }) => {
    await mkdir(`${path}${suffix}`);
    await using server = await startFileServer(whole);
    expect(await caught(save(server, path))).toMatchObject({ kind: "target" });
    expect([await folder.names(), server.requests]).toEqual([[`a.png${suffix}`], []]);
  },
);

/** Somebody else removes a file or folder when the content is requested. */
function removes(path: string): ContentStep {
  return (request) => async (socket, head) => {
    await rm(path, { recursive: true });
    await whole(request)(socket, head);
  };
}

test.concurrent("a folder that vanishes during the download is DownloadError `target`", async ({ folder }) => {
  await mkdir(folder.at("new"));
  await using server = await startFileServer(removes(folder.at("new")));
  expect(await caught(save(server, folder.at("new/a.png")))).toMatchObject({ kind: "target" });
  expect(await folder.names()).toEqual([]);
});

test.concurrent("a part that vanishes during the download is DownloadError `target`", async ({ folder, path }) => {
  await using server = await startFileServer(removes(`${path}.part`));
  expect(await caught(save(server, path))).toMatchObject({ kind: "target" });
  expect(await folder.names()).toEqual([]);
});

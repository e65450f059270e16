/** A folder that others may write to: bytes that another user leaves there are never a part of the file. */
import { spawnSync } from "node:child_process";
import { chmod, chown, lchown, mkdir, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { caught } from "../helpers/caught.ts";
import type { ContentStep } from "../servers/content-server.ts";
import { bytes, expectFile, half, id, leavePart, otherBytes, rangesOf, save, size } from "./downloads.ts";
import { startDownloader, startFileServer, test, whole } from "./downloads.ts";

const stranger = 4321;
const asRoot = test.runIf(process.getuid?.() === 0);
if (process.getuid?.() !== 0) console.log("skipped: only root can leave a part as another user");

asRoot.concurrent.for<[what: string, suffixes: string[]]>([
  ["a part and its state", [".part", ".part.json"]],
  ["a part", [".part"]],
  ["the state of a part", [".part.json"]],
])("%s of another user are not resumed", async ([, suffixes], { folder, path }) => {
  await leavePart(path, otherBytes.subarray(0, half));
  for (const suffix of suffixes) await chown(`${path}${suffix}`, stranger, stranger);
  await using server = await startFileServer(whole);
  expect(await save(server, path)).toMatchObject({ size, resumedFrom: 0 });
  await expectFile(path, bytes);
  expect([rangesOf(server), await folder.names()]).toEqual([[undefined], ["a.png"]]);
});

asRoot.concurrent.for([".part", ".part.done"])(
  "a whole %s of another user is not published",
  async (suffix, { path }) => {
    await leavePart(path, otherBytes);
    await rename(`${path}.part`, `${path}${suffix}`);
    await chown(`${path}${suffix}`, stranger, stranger);
    await using server = await startFileServer(whole);
    expect(await save(server, path)).toMatchObject({ size, resumedFrom: 0 });
    await expectFile(path, bytes);
  },
);

asRoot.concurrent("a link of another user in the place of the whole file is not followed", async ({ folder, path }) => {
  await writeFile(folder.at("precious"), "mine");
  await writeFile(`${path}.part`, "");
  await symlink(folder.at("precious"), `${path}.part.done`);
  await lchown(`${path}.part.done`, stranger, stranger);
  await using server = await startFileServer(whole);
  await save(server, path);
  await expectFile(path, bytes);
  await expectFile(folder.at("precious"), Buffer.from("mine"));
  expect(await folder.names()).toEqual(["a.png", "precious"]);
});

test.concurrent("a whole part that a killed process was about to publish is resumed", async ({ folder, path }) => {
  await leavePart(path, bytes);
  await rename(`${path}.part`, `${path}.part.done`);
  await using server = await startFileServer(whole);
  expect(await save(server, path)).toMatchObject({ size, resumedFrom: size });
  await expectFile(path, bytes);
  expect(await folder.names()).toEqual(["a.png"]);
});

/** Somebody moves or removes files while the content is requested. */
function meanwhile(act: () => Promise<unknown>): ContentStep {
  return (request) => async (socket, head) => {
    await act();
    await whole(request)(socket, head);
  };
}

test.concurrent.for<[what: string, act: (folder: string, path: string) => Promise<unknown>, left: string[]]>([
  ["its folder is removed", (folder) => rm(folder, { recursive: true }), []],
  ["its folder is renamed", (folder) => rename(folder, `${folder}.old`), ["new.old"]],
  [
    "another folder takes the place of its folder",
    (folder) => rename(folder, `${folder}.old`).then(() => mkdir(folder)),
    ["new", "new.old"],
  ],
  ["its part is removed", (_folder, path) => rm(`${path}.part`), ["new"]],
  ["its lock is removed", (_folder, path) => rm(`${path}.part.lock`), ["new"]],
])("a download is DownloadError `target` when %s meanwhile", async ([, act, left], { folder }) => {
  const inner = folder.at("new");
  const path = folder.at("new/a.png");
  await mkdir(inner);
  await using server = await startFileServer(meanwhile(() => act(inner, path)));
  const error = await caught(save(server, path));
  expect(error).toMatchObject({
    name: "DownloadError",
    kind: "target",
    message: expect.stringMatching(/a\.png: its \.part files were moved or removed meanwhile/),
  });
  expect([await folder.names(), server.requests.length]).toEqual([left, 1]);
});

asRoot.concurrent.for([".part", ".part.json", ".part.lock"])(
  "in a folder where each user removes only own files, another user's %s is DownloadError `no_permission`",
  async (suffix, { folder, path, skip }) => {
    const command = ["setpriv", `--reuid=${stranger}`, `--regid=${stranger}`, "--clear-groups"];
    const [program, ...options] = command;
    const readsCode = spawnSync(program!, [...options, "cat", fileURLToPath(import.meta.url)]).status === 0;
    skip(!readsCode, "another user may not read this folder, or there is no setpriv");
    await chmod(folder.path, 0o1777);
    await leavePart(path, otherBytes.subarray(0, half));
    if (suffix === ".part.lock") await writeFile(`${path}.part.lock`, "");
    await utimes(`${path}${suffix}`, 0, 0); // a lock that is abandoned
    for (const other of [".part", ".part.json"])
      if (other !== suffix) await chown(`${path}${other}`, stranger, stranger);
    await using server = await startFileServer(whole);
    using downloader = await startDownloader({ baseUrl: server.url, assets: [id], target: path }, command);
    const message = expect.stringContaining("EPERM") as unknown;
    expect(await downloader.result).toMatchObject({ name: "DownloadError", kind: "no_permission", message });
  },
);

/** A file that exists already: it is an error, it is replaced, or the download is skipped. */
import { existsSync, writeFileSync } from "node:fs";
import { lstat, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { expect } from "vitest";
import { caught } from "../helpers/caught.ts";
import type { ContentStep } from "../servers/content-server.ts";
import { bytes, dropped, expectFile, half, id, rangesOf, save, size } from "./downloads.ts";
import { startFileServer, test, whole, withoutRetries } from "./downloads.ts";

const skip = { overwrite: "skip" } as const;
const replace = { overwrite: "replace" } as const;

/** Somebody else makes the file while its bytes arrive. */
function makesFile(path: string): ContentStep {
  return (request) => async (socket, head) => {
    await writeFile(path, "mine");
    await whole(request)(socket, head);
  };
}

test.concurrent("by default an existing file is not touched, and nothing is requested", async ({ folder, path }) => {
  await writeFile(path, "mine");
  await using server = await startFileServer(whole);
  const before = await lstat(path, { bigint: true });
  expect(await caught(save(server, path))).toMatchObject({ name: "DownloadError", kind: "exists", attempts: 0 });
  expect([await folder.names(), await readFile(path, "utf8")]).toEqual([["a.png"], "mine"]);
  const { ino, mtimeNs, ctimeNs } = await lstat(path, { bigint: true });
  expect([ino, mtimeNs, ctimeNs]).toEqual([before.ino, before.mtimeNs, before.ctimeNs]);
  expect(server.lookUps()).toBe(0);
});

test.concurrent("an existing file in a folder is not touched, and its content not requested", async ({ folder }) => {
  const name = `${id}.png`;
  await writeFile(folder.at(name), "mine");
  await using server = await startFileServer(whole);
  expect(await caught(save(server, folder.path))).toMatchObject({ kind: "exists" });
  expect([await folder.names(), await readFile(folder.at(name), "utf8")]).toEqual([[name], "mine"]);
  expect([server.lookUps(), server.requests]).toEqual([1, []]);
});

test.concurrent("`replace` replaces a file only when the new one is whole", async ({ folder, path }) => {
  await writeFile(path, "mine");
  await using server = await startFileServer(dropped, whole);
  await caught(save(server, path, { ...replace, ...withoutRetries }));
  expect(await readFile(path, "utf8")).toBe("mine");
  expect(await save(server, path, replace)).toMatchObject({ size, resumedFrom: half });
  await expectFile(path, bytes);
  expect(await folder.names()).toEqual(["a.png"]);
});

test.concurrent("`skip` gives an existing file, and requests nothing", async ({ path }) => {
  await writeFile(path, "mine");
  await using server = await startFileServer(whole);
  expect(await save(server, path, skip)).toEqual({ path, size: 4, resumedFrom: 4 });
  expect([await readFile(path, "utf8"), server.lookUps()]).toEqual(["mine", 0]);
});

test.concurrent("`skip` gives an existing file in a folder, and does not request the content", async ({ folder }) => {
  const path = folder.at(`${id}.png`);
  await writeFile(path, "mine");
  await using server = await startFileServer(whole);
  expect(await save(server, folder.path, skip)).toEqual({ path, size: 4, resumedFrom: 4 });
  expect([server.lookUps(), server.requests]).toEqual([1, []]);
});

test.concurrent.for(["error", "replace", "skip"] as const)(
  "with overwrite `%s`, a folder of the file's name is DownloadError `target`",
  async (overwrite, { folder, path }) => {
    await mkdir(path);
    await using server = await startFileServer(whole);
    const error = await caught(save(server, folder.path, { overwrite, fileName: () => "a.png" }));
    expect(error).toMatchObject({ kind: "target" });
    expect([await folder.names(), server.requests]).toEqual([["a.png"], []]);
  },
);

test.concurrent("a file that appears meanwhile is not replaced, and the part is kept", async ({ folder, path }) => {
  await using server = await startFileServer(makesFile(path), whole);
  expect(await caught(save(server, path))).toMatchObject({ kind: "exists" });
  expect(await readFile(path, "utf8")).toBe("mine");
  expect(await folder.names()).toEqual(["a.png", "a.png.part", "a.png.part.json"]);
  expect(await save(server, path, replace)).toEqual({ path, size, resumedFrom: size });
  await expectFile(path, bytes);
  expect(rangesOf(server)).toEqual([undefined, `bytes=${size}-`]);
});

test.concurrent("`skip` gives a file that appears meanwhile, and removes the part", async ({ folder, path }) => {
  await using server = await startFileServer(makesFile(path));
  expect(await save(server, path, skip)).toEqual({ path, size: 4, resumedFrom: 4 });
  expect([await folder.names(), server.requests.length]).toEqual([["a.png"], 1]);
});

test.concurrent("`skip` gives a file that appears just before the lock is taken", async ({ folder, path }) => {
  await using server = await startFileServer(whole);
  const saving = save(server, path, skip);
  while (!existsSync(`${path}.part.lock`)) await new Promise(setImmediate);
  writeFileSync(path, "mine");
  expect(await saving).toEqual({ path, size: 4, resumedFrom: 4 });
  expect([await folder.names(), server.requests.length]).toEqual([["a.png"], 0]);
});

test.concurrent("a link that leads nowhere is DownloadError `exists`", async ({ folder, path }) => {
  await symlink(folder.at("nowhere"), path);
  await using server = await startFileServer(whole);
  expect(await caught(save(server, path))).toMatchObject({ kind: "exists" });
  expect(await caught(save(server, path, skip))).toMatchObject({ kind: "exists" });
  expect((await lstat(path)).isSymbolicLink()).toBe(true);
  expect(existsSync(folder.at("nowhere"))).toBe(false);
});

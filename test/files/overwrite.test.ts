/** A file that exists already: it is an error, or it is replaced. */
import { lstat, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { expect } from "vitest";
import { caught } from "../helpers/caught.ts";
import { readyAsset, startContentServer, type ContentStep } from "../servers/content-server.ts";
import { bytes, dropped, expectFile, half, id, rangesOf, save, size } from "./downloads.ts";
import { startFileServer, test, whole, withoutRetries } from "./downloads.ts";

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
  expect(await save(server, path, replace)).toEqual({ path, size, resumedFrom: size, skipped: false });
  await expectFile(path, bytes);
  expect(rangesOf(server)).toEqual([undefined, `bytes=${size}-`]);
});

test.concurrent.for(["error", "skip"] as const)(
  "with overwrite `%s`, a link that leads nowhere is DownloadError `exists`, and no content is requested",
  async (overwrite, { folder, path }) => {
    await symlink("x".repeat(99), path);
    await using server = await startContentServer(readyAsset(99), whole); // as long as what the link says
    for (const target of [path, folder.path]) {
      const error = await caught(save(server, target, { overwrite, fileName: () => "a.png" }));
      expect(error).toMatchObject({ kind: "exists", message: expect.stringContaining("a link that leads nowhere") });
    }
    expect([await folder.names(), server.requests]).toEqual([["a.png"], []]);
    expect((await lstat(path)).isSymbolicLink()).toBe(true);
  },
);

test.concurrent("`replace` replaces a link, and not what it leads to", async ({ folder, path }) => {
  await writeFile(folder.at("elsewhere"), "mine");
  for (const to of ["elsewhere", "nowhere"]) {
    await symlink(folder.at(to), path);
    await using server = await startFileServer(whole);
    await save(server, path, replace);
    expect((await lstat(path)).isFile()).toBe(true);
    await expectFile(path, bytes);
    await rm(path);
  }
  expect([await folder.names(), await readFile(folder.at("elsewhere"), "utf8")]).toEqual([["elsewhere"], "mine"]);
});

test.concurrent("the error of an existing file says its size, the asset's, and what helps", async ({
  folder,
  path,
}) => {
  await writeFile(path, "mine");
  await using server = await startFileServer(whole);
  const what = `${path}: a file of 4 bytes is there already.`;
  const help = 'Pass another target, overwrite: "replace" or "skip", or fileName: "original-id" in a folder.';
  expect(await caught(save(server, path))).toMatchObject({ message: `${what} ${help}` });
  const inFolder = await caught(save(server, folder.path, { fileName: () => "a.png" }));
  expect(inFolder).toMatchObject({ attempts: 1, message: `${what} ${id} has ${size} bytes. ${help}` });
});

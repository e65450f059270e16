/** `overwrite: "skip"`: which file that is there already is kept, and which one is a clash. */
import { existsSync, writeFileSync } from "node:fs";
import { mkdir, readFile, symlink, truncate, writeFile } from "node:fs/promises";
import { expect } from "vitest";
import { downloadToFile } from "../../src/node.ts";
import { caught } from "../helpers/caught.ts";
import { until } from "../helpers/timing.ts";
import { readyAsset, say, serve, startContentServer, type ContentStep } from "../servers/content-server.ts";
import { always, startServer } from "../servers/server.ts";
import { asset, bytes, clientFor, expectFile, half, id, leavePart, otherBytes, rangesOf } from "./downloads.ts";
import { save, size, sizeOf, startFileServer, test, whole } from "./downloads.ts";
import * as many from "./many-downloads.ts";

const skip = { overwrite: "skip" } as const;

test.concurrent("a file of the asset's size is kept, after one look-up, without its content", async ({ path }) => {
  await writeFile(path, otherBytes);
  await using server = await startFileServer(whole);
  expect(await save(server, path, skip)).toEqual({ path, size, resumedFrom: size, skipped: true });
  await expectFile(path, otherBytes);
  expect([server.lookUps(), server.requests]).toEqual([1, []]);
});

test.concurrent("a file of the asset's size in a folder is kept, too", async ({ folder }) => {
  const path = folder.at(`${id}.png`);
  await writeFile(path, bytes);
  await using server = await startFileServer(whole);
  expect(await save(server, folder.path, skip)).toEqual({ path, size, resumedFrom: size, skipped: true });
  expect([server.lookUps(), server.requests]).toEqual([1, []]);
});

test.concurrent("an empty file is kept for an asset without bytes", async ({ path }) => {
  await writeFile(path, "");
  await using server = await startContentServer(readyAsset(0), say(500));
  expect(await save(server, path, skip)).toEqual({ path, size: 0, resumedFrom: 0, skipped: true });
});

test.concurrent("a file that is not there is downloaded, and is not reported as skipped", async ({ path }) => {
  await using server = await startFileServer(whole);
  expect(await save(server, path, skip)).toEqual({ path, size, resumedFrom: 0, skipped: false });
  await expectFile(path, bytes);
});

test.concurrent.for<[what: string, content: Buffer]>([
  ["empty", Buffer.alloc(0)],
  ["cut", bytes.subarray(0, half)],
  ["a byte too short", bytes.subarray(1)],
  ["a byte too long", Buffer.concat([bytes, Buffer.of(0)])],
])("a file that is %s is DownloadError `exists`, which names file and asset", async ([, content], { folder, path }) => {
  await writeFile(path, content);
  await using server = await startFileServer(whole);
  for (const target of [path, folder.path]) {
    const error = await caught(save(server, target, { ...skip, fileName: () => "a.png" }));
    const what = `${path}: a file of ${content.length} bytes is there already. ${id} has ${size} bytes.`;
    const help = 'Pass another target, overwrite: "replace", or fileName: "original-id" in a folder.';
    expect(error).toMatchObject({ name: "DownloadError", kind: "exists", attempts: 1, message: `${what} ${help}` });
  }
  await expectFile(path, content);
  expect([await folder.names(), server.lookUps(), server.requests]).toEqual([["a.png"], 2, []]);
});

test.concurrent.for([undefined, null, -1, 0.5, "4", "", [4], Number.MAX_VALUE])(
  "no file is kept for an asset whose size_bytes is %j",
  async (size_bytes, { path }) => {
    await using server = await startContentServer((url, lookUp) => ({ ...asset(url, lookUp), size_bytes }), whole);
    for (const content of ["", "mine"]) {
      await writeFile(path, content);
      const error = await caught(save(server, path, skip));
      const fact = expect.stringContaining(`The size of ${id} is unknown`);
      expect(error).toMatchObject({ kind: "exists", message: fact });
      expect(await readFile(path, "utf8")).toBe(content);
    }
    expect(server.requests).toEqual([]);
  },
);

test.concurrent("a link to a file counts as the file", async ({ folder, path }) => {
  await writeFile(folder.at("elsewhere"), bytes);
  await symlink(folder.at("elsewhere"), path);
  await using server = await startFileServer(whole);
  expect(await save(server, path, skip)).toMatchObject({ path, size, skipped: true });
  await truncate(folder.at("elsewhere"), half);
  expect(await caught(save(server, path, skip))).toMatchObject({ kind: "exists" });
  expect([await sizeOf(path), server.requests]).toEqual([half, []]);
});

test.concurrent("a link to a folder is a folder as target, and DownloadError `target` as file", async ({ folder }) => {
  await mkdir(folder.at("pictures"));
  await symlink(folder.at("pictures"), folder.at("a.png"));
  await using server = await startFileServer(whole);
  const error = await caught(save(server, folder.path, { ...skip, fileName: () => "a.png" }));
  expect([error, server.requests]).toMatchObject([{ kind: "target" }, []]);
  expect(await save(server, folder.at("a.png"), skip)).toMatchObject({ path: folder.at(`a.png/${id}.png`) });
});

test.concurrent("an asset that is not found is an error, although its file is there", async ({ path }) => {
  await writeFile(path, bytes);
  await using server = await startServer(always(404, ""));
  const error = await caught(downloadToFile(clientFor(server), id, path, skip));
  expect(error).toMatchObject({ name: "ApiError", kind: "not_found" });
  await expectFile(path, bytes);
});

test.concurrent("a part beside a file that is kept is not touched", async ({ folder, path }) => {
  await writeFile(path, bytes);
  await leavePart(path, bytes.subarray(0, half));
  await using server = await startFileServer(whole);
  expect(await save(server, path, skip)).toMatchObject({ skipped: true });
  expect(await folder.names()).toEqual(["a.png", "a.png.part", "a.png.part.json"]);
  expect(await sizeOf(`${path}.part`)).toBe(half);
});

/** Somebody else makes the file while its bytes arrive. */
function makesFile(path: string, content: Buffer): ContentStep {
  return (request) => async (socket, head) => {
    await writeFile(path, content);
    await whole(request)(socket, head);
  };
}

test.concurrent("a file of the asset's size that appears meanwhile is kept, not the part", async ({ folder, path }) => {
  await using server = await startFileServer(makesFile(path, otherBytes));
  expect(await save(server, path, skip)).toEqual({ path, size, resumedFrom: size, skipped: true });
  await expectFile(path, otherBytes);
  expect([await folder.names(), server.requests.length]).toEqual([["a.png"], 1]);
});

test.concurrent("another file that appears meanwhile is a clash, and the part is kept", async ({ folder, path }) => {
  await using server = await startFileServer(makesFile(path, bytes.subarray(0, half)), whole);
  const message = expect.stringContaining(`a file of ${half} bytes is there already. ${id} has ${size} bytes.`);
  expect(await caught(save(server, path, skip))).toMatchObject({ kind: "exists", message });
  expect(await sizeOf(path)).toBe(half);
  expect(await folder.names()).toEqual(["a.png", "a.png.part", "a.png.part.json"]);
  expect(await save(server, path, { overwrite: "replace" })).toMatchObject({ resumedFrom: size, skipped: false });
  expect(rangesOf(server)).toEqual([undefined, `bytes=${size}-`]);
});

test.concurrent.for([
  ["of the asset's size is kept", bytes, { skipped: true }],
  ["of another size is a clash", bytes.subarray(1), { kind: "exists" }],
] as const)("a file that appears just before the lock is taken and is %s", async ([, content, expected], { path }) => {
  await using server = await startFileServer(whole);
  const saving = save(server, path, skip).catch((error: unknown) => error);
  while (!existsSync(`${path}.part.lock`)) await new Promise(setImmediate);
  writeFileSync(path, content);
  expect(await saving).toMatchObject(expected);
  await expectFile(path, content);
  expect([existsSync(`${path}.part`), server.requests.length]).toEqual([false, 0]);
});

test.concurrent("a file whose asset grows is a clash from then on", async ({ path }) => {
  await using server = await startContentServer(
    (url, lookUp) => readyAsset(lookUp === 1 ? half : size)(url, lookUp),
    serve(bytes.subarray(0, half)),
  );
  expect(await save(server, path, skip)).toMatchObject({ size: half, skipped: false });
  expect(await caught(save(server, path, skip))).toMatchObject({ kind: "exists" });
});

test.concurrent("a second downloadAll into the folder skips each file, and requests no content", async ({ folder }) => {
  await using server = await many.startServerOfMany();
  await many.collect(many.saveAll(server, many.ids, folder, skip));
  const requestsBefore = server.requests.length;
  const results = await many.collect(many.saveAll(server, many.ids, folder, skip));
  const expected = { size: many.size, resumedFrom: many.size, skipped: true };
  expect(results.map(({ file }) => file)).toMatchObject(many.ids.map(() => expected));
  expect(server.requests.length).toBe(requestsBefore);
});

test.concurrent("two assets of one name and different sizes are never both saved under it", async ({ folder }) => {
  const ids = many.ids.slice(0, 2);
  const sizeOfId = (id: string): number => (id === ids[0] ? 1000 : 2000);
  const bytesOfId = (id: string): Buffer => many.bytesOf(id).subarray(0, sizeOfId(id));
  const steps = Object.fromEntries(ids.map((id) => [id, serve(bytesOfId(id))]));
  await using server = await many.startServerOfMany(steps, (url, lookUp, id) => {
    return { ...many.assetOfId(url, lookUp, id), size_bytes: sizeOfId(id), original_filename: "ComfyUI_00001_.png" };
  });
  const path = folder.at("ComfyUI_00001_.png");
  for (const assets of [ids, ids.slice(0, 1), ids.slice(1), ids]) {
    for (const { asset, file, error } of await many.collect(many.saveAll(server, assets, folder, skip))) {
      if (file !== undefined) await expectFile(path, bytesOfId(asset as string));
      else expect(error).toMatchObject({ name: "DownloadError", kind: "exists" });
    }
  }
  expect(await folder.names()).toEqual(["ComfyUI_00001_.png"]);
});

test.concurrent("an abort while a file is read for its sha256 rejects with the reason, also one with a code", async ({
  path,
}) => {
  const large = 400_000_000;
  await writeFile(path, "");
  await truncate(path, large);
  await using server = await startContentServer(readyAsset(large), whole);
  const controller = new AbortController();
  const options = { ...skip, sha256: "0".repeat(64), signal: controller.signal };
  const saving = caught(save(server, path, options));
  await until(() => server.lookUps() === 1);
  const reason = Object.assign(new Error("enough"), { code: "E_MINE" });
  setTimeout(() => controller.abort(reason), 20);
  expect(await saving).toBe(reason);
});

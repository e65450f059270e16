/**
 * Downloads to real files, from a real server, in part by processes that are killed. Whatever happens, there is no
 * unfinished file under the target's name.
 */
import { existsSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { chmod, link, lstat, mkdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { spawnSync } from "node:child_process";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { DownloadError, type Progress } from "../../src/index.ts";
import { downloadToFile, type FileOptions, type SavedFile } from "../../src/node.ts";
import { writeInBatches } from "../../src/files/write-batches.ts";
import { caught } from "../helpers/caught.ts";
import {
  makeBytes,
  readyAsset,
  say,
  secretKey,
  serve,
  startContentServer,
  type AssetOf,
  type ContentServer,
  type ContentStep,
} from "../servers/content-server.ts";
import { connect } from "../download/downloads.ts";
import { startDownloader } from "./start-downloader.ts";
import { makeFolder, type TemporaryFolder } from "../helpers/temporary-folder.ts";
import { until } from "../helpers/timing.ts";

const { asset_id: id } = testAssets.image;
const size = 3_000_000;
const half = 1_500_000;
const bytes = makeBytes(size);
const otherBytes = makeBytes(size, "b");
const etag = '"v1"';
const asset = readyAsset(size);
const whole = serve(bytes, { etag });
/** The first half comes, then nothing. */
const stalled = serve(bytes, { etag, sent: half, fault: "stall" });
/** The first half comes, then the connection ends. */
const cutOff = serve(bytes, { etag, sent: half, fault: "end" });
const once = { maxRetries: 0 };

function save(server: ContentServer, target: string | URL, options?: FileOptions): Promise<SavedFile> {
  return downloadToFile(connect(server), id, target, options);
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? -1;
}

/** Compared so, for a difference of two long buffers is not readable. */
async function expectFile(path: string, content: Buffer): Promise<void> {
  const found = await readFile(path);
  expect([found.length, found.equals(content)]).toEqual([content.length, true]);
}

/** Lays down what an earlier download has left. */
async function leavePart(target: string, content: Buffer, state: object | string = {}): Promise<void> {
  await writeFile(`${target}.part`, content);
  const whole = { asset_id: id, size_bytes: size, validator: etag };
  await writeFile(`${target}.part.json`, typeof state === "string" ? state : JSON.stringify({ ...whole, ...state }));
}

function rangesOf({ requests }: ContentServer): (string | undefined)[] {
  return requests.map(({ range }) => range);
}

function expectNoSecret(...texts: unknown[]): void {
  const shown = texts.map((text) => (typeof text === "string" ? text : inspect(text, { depth: 9, showHidden: true })));
  expect(shown.join("\n")).not.toMatch(new RegExp(`${secretKey}|signature=s|expires=\\d`));
}

describe.concurrent("the file is saved", () => {
  test("at a path, and nothing beside it", async () => {
    await using folder = await makeFolder();
    await using server = await startContentServer(asset, whole);
    const path = folder.at("a.png");
    expect(await save(server, path)).toEqual({ path, size, resumedFrom: 0 });
    await expectFile(path, bytes);
    expect(await folder.names()).toEqual(["a.png"]);
    expect(rangesOf(server)).toEqual([undefined]);
  });

  test("in a folder that is there", async () => {
    await using folder = await makeFolder();
    await using server = await startContentServer(asset, whole);
    expect(await save(server, folder.path)).toMatchObject({ path: folder.at(`${id}.png`) });
    await expectFile(folder.at(`${id}.png`), bytes);
  });

  test("in a folder that is made, with those above it, when the path ends with a slash", async () => {
    await using folder = await makeFolder();
    await using server = await startContentServer(asset, whole);
    const { path } = await save(server, folder.at("new/pictures/"), { fileName: () => "a.png" });
    expect(path).toBe(folder.at("new/pictures/a.png"));
    await expectFile(path, bytes);
  });

  test("at a file: URL, of a file or of a folder", async () => {
    await using folder = await makeFolder();
    await using server = await startContentServer(asset, whole);
    const url = pathToFileURL(folder.at("my file.png"));
    expect(await save(server, url)).toMatchObject({ path: folder.at("my file.png") });
    const folderUrl = pathToFileURL(folder.at("new/"));
    expect(await save(server, folderUrl)).toMatchObject({ path: folder.at(`new/${id}.png`) });
  });

  test.each<[name: string, original: unknown, expected: string]>([
    ["its own", "猫 1.png", "猫 1.png"],
    ["the last part of one that leads elsewhere", "../../etc/a.png", "a.png"],
    ["its visible part", "..\u202egnp.exe\u0000", "gnp.exe_"],
    ["its id where there is none", undefined, `${id}.png`],
    ["its id where it is none", { path: "/etc" }, `${id}.png`],
  ])("in a folder by %s", async (_name, original_filename, expected) => {
    await using folder = await makeFolder();
    await using server = await startContentServer(
      (url, lookUp) => ({ ...asset(url, lookUp), original_filename }),
      whole,
    );
    await save(server, folder.path);
    expect(await folder.names()).toEqual([expected]);
  });

  test("in a folder by the name that fileName gives, made safe", async () => {
    await using folder = await makeFolder();
    await using server = await startContentServer(asset, whole);
    await save(server, folder.path, { fileName: (found) => `../${found.asset_id}: ${found.size_bytes}.png` });
    expect(await folder.names()).toEqual([`${id}_ ${size}.png`]);
  });

  test("at a path whatever fileName gives", async () => {
    await using folder = await makeFolder();
    await using server = await startContentServer(asset, whole);
    await save(server, folder.at("a.png"), { fileName: () => "b.png" });
    expect(await folder.names()).toEqual(["a.png"]);
  });

  test("when it has no bytes", async () => {
    await using folder = await makeFolder();
    await using server = await startContentServer(readyAsset(0), serve(Buffer.alloc(0)));
    expect(await save(server, folder.at("a.png"))).toMatchObject({ size: 0, resumedFrom: 0 });
    expect([await folder.names(), await sizeOf(folder.at("a.png"))]).toEqual([["a.png"], 0]);
  });

  test("when nobody says how large it is", async () => {
    await using folder = await makeFolder();
    const unknown: AssetOf = (url, lookUp) => ({ ...asset(url, lookUp), size_bytes: undefined });
    await using server = await startContentServer(unknown, serve(bytes, { length: "hidden" }));
    expect(await save(server, folder.at("a.png"))).toMatchObject({ size });
    await expectFile(folder.at("a.png"), bytes);
  });

  test("when its bytes come in small pieces", async () => {
    await using folder = await makeFolder();
    await using server = await startContentServer(asset, serve(bytes, { pieceBytes: 50_021 }));
    await save(server, folder.at("a.png"));
    await expectFile(folder.at("a.png"), bytes);
  });
});

describe.concurrent("what cannot be done is refused before anything is", () => {
  test.each<[what: string, target: unknown, options?: object]>([
    ["an empty target", ""],
    ["a target that is no path", 7],
    ["a target with a zero byte", "a\0.png"],
    ["a URL with a zero byte", new URL("file:///tmp/a%00.png")],
    ["a URL of a web page", new URL("https://example.com/a.png")],
    ["a URL of another host's file", new URL("file://elsewhere/a.png")],
    ["an unknown overwrite", "a.png", { overwrite: "always" }],
    ["a fileName that is no function", "a.png", { fileName: "a.png" }],
    ["a range", "a.png", { range: { start: 1 } }],
    ["an idleTimeoutMs that no timer can hold", "a.png", { idleTimeoutMs: -1 }],
    ["headers that cannot be sent", "a.png", { headers: { "a b": "c" } }],
    ["a signal that is none", "a.png", { signal: {} }],
  ])("%s", async (_what, target, options) => {
    await using folder = await makeFolder();
    await using server = await startContentServer(asset, whole);
    const place = typeof target === "string" && target !== "" ? folder.at(`new/${target}/`) : (target as string);
    expect(await caught(save(server, place, options))).toMatchObject({ name: "ConfigError" });
    expect([await folder.names(), server.lookUps()]).toEqual([[], 0]);
  });

  test("a range that is undefined is none", async () => {
    await using folder = await makeFolder();
    await using server = await startContentServer(asset, whole);
    expect(await save(server, folder.at("a.png"), { range: undefined } as FileOptions)).toMatchObject({ size });
  });

  test("a signal that has aborted: with its reason", async () => {
    await using folder = await makeFolder();
    await using server = await startContentServer(asset, whole);
    expect(await caught(save(server, folder.at("new/"), { signal: AbortSignal.abort("left") }))).toBe("left");
    expect([await folder.names(), server.lookUps()]).toEqual([[], 0]);
  });

  test("a client that was forgotten", async () => {
    const forgetful = downloadToFile as unknown as (asset: string, target: string) => Promise<SavedFile>;
    const error = await caught(forgetful(id, "a.png"));
    expect(error).toMatchObject({ name: "ConfigError", message: "client: pass what createClient gives." });
  });

  test("a name that fileName cannot give: before the content is asked for", async () => {
    await using folder = await makeFolder();
    await using server = await startContentServer(asset, whole);
    expect(await caught(save(server, folder.path, { fileName: () => "../../.." }))).toMatchObject({
      name: "ConfigError",
    });
    const later = async (): Promise<string> => 7 as unknown as string;
    expect(await caught(save(server, folder.path, { fileName: later }))).toMatchObject({ name: "ConfigError" });
    const reason = new DownloadError("another download's", { kind: "changed" });
    const fails = (): never => {
      throw reason;
    };
    expect(await caught(save(server, folder.path, { fileName: fails }))).toBe(reason);
    expect([server.lookUps(), server.requests]).toEqual([3, []]);
  });
});

describe.concurrent("a file that is there already", () => {
  async function startWithFile(name = "a.png"): Promise<[TemporaryFolder, ContentServer, string]> {
    const folder = await makeFolder();
    await writeFile(folder.at(name), "mine");
    return [folder, await startContentServer(asset, whole), folder.at(name)];
  }

  test("is not touched, and nothing is requested", async () => {
    const [folder, server, path] = await startWithFile();
    await using _folder = folder;
    await using _server = server;
    const before = await lstat(path, { bigint: true });
    expect(await caught(save(server, path))).toMatchObject({ name: "DownloadError", kind: "exists", attempts: 0 });
    expect([await folder.names(), await readFile(path, "utf8")]).toEqual([["a.png"], "mine"]);
    const { ino, mtimeNs, ctimeNs } = await lstat(path, { bigint: true });
    expect([ino, mtimeNs, ctimeNs]).toEqual([before.ino, before.mtimeNs, before.ctimeNs]);
    expect(server.lookUps()).toBe(0);
  });

  test("in a folder is not touched, and its content is not requested", async () => {
    const [folder, server, path] = await startWithFile(`${id}.png`);
    await using _folder = folder;
    await using _server = server;
    expect(await caught(save(server, folder.path))).toMatchObject({ kind: "exists" });
    expect([await folder.names(), await readFile(path, "utf8")]).toEqual([[`${id}.png`], "mine"]);
    expect([server.lookUps(), server.requests]).toEqual([1, []]);
  });

  test("is replaced when it should be, and only when the new one is whole", async () => {
    await using folder = await makeFolder();
    await writeFile(folder.at("a.png"), "mine");
    await using server = await startContentServer(asset, cutOff, whole);
    const replace = { overwrite: "replace" } as const;
    await caught(save(server, folder.at("a.png"), { ...replace, ...once }));
    expect(await readFile(folder.at("a.png"), "utf8")).toBe("mine");
    expect(await save(server, folder.at("a.png"), replace)).toMatchObject({ size, resumedFrom: half });
    await expectFile(folder.at("a.png"), bytes);
    expect(await folder.names()).toEqual(["a.png"]);
  });

  test("is given as it is when it may stay, and nothing is requested", async () => {
    const [folder, server, path] = await startWithFile();
    await using _folder = folder;
    await using _server = server;
    expect(await save(server, path, { overwrite: "skip" })).toEqual({ path, size: 4, resumedFrom: 4 });
    expect([await readFile(path, "utf8"), server.lookUps()]).toEqual(["mine", 0]);
  });

  test("in a folder is given as it is when it may stay, and its content is not requested", async () => {
    const [folder, server, path] = await startWithFile(`${id}.png`);
    await using _folder = folder;
    await using _server = server;
    expect(await save(server, folder.path, { overwrite: "skip" })).toEqual({ path, size: 4, resumedFrom: 4 });
    expect([server.lookUps(), server.requests]).toEqual([1, []]);
  });

  test.each(["error", "replace", "skip"] as const)(
    "and is a folder is no file that overwrite: %o fits",
    async (overwrite) => {
      await using folder = await makeFolder();
      await using server = await startContentServer(asset, whole);
      await mkdir(folder.at("a.png"));
      const error = await caught(save(server, folder.path, { overwrite, fileName: () => "a.png" }));
      expect(error).toMatchObject({ kind: "target" });
      expect([await folder.names(), server.requests]).toEqual([["a.png"], []]);
    },
  );

  test("only when the download ends is not replaced; what has come can be gone on with", async () => {
    await using folder = await makeFolder();
    const path = folder.at("a.png");
    const appears: ContentStep = (request) => async (socket, head) => {
      await writeFile(path, "mine");
      await whole(request)(socket, head);
    };
    await using server = await startContentServer(asset, appears, whole);
    expect(await caught(save(server, path))).toMatchObject({ kind: "exists" });
    expect(await readFile(path, "utf8")).toBe("mine");
    expect(await folder.names()).toEqual(["a.png", "a.png.part", "a.png.part.json"]);
    expect(await save(server, path, { overwrite: "replace" })).toEqual({ path, size, resumedFrom: size });
    await expectFile(path, bytes);
    expect(rangesOf(server)).toEqual([undefined, `bytes=${size}-`]);
  });

  test("only when the download ends is given as it is when it may stay", async () => {
    await using folder = await makeFolder();
    const path = folder.at("a.png");
    const appears: ContentStep = (request) => async (socket, head) => {
      await writeFile(path, "mine");
      await whole(request)(socket, head);
    };
    await using server = await startContentServer(asset, appears);
    expect(await save(server, path, { overwrite: "skip" })).toEqual({ path, size: 4, resumedFrom: 4 });
    expect([await folder.names(), server.requests.length]).toEqual([["a.png"], 1]);
  });

  test("only when the lock is had is given before the content is asked for", async () => {
    await using folder = await makeFolder();
    const path = folder.at("a.png");
    await using server = await startContentServer(asset, whole);
    const saving = save(server, path, { overwrite: "skip" });
    // As another download's would, which has given the lock back a moment ago.
    while (!existsSync(`${path}.part.lock`)) await new Promise(setImmediate);
    writeFileSync(path, "mine");
    expect(await saving).toEqual({ path, size: 4, resumedFrom: 4 });
    expect([await folder.names(), server.requests.length]).toEqual([["a.png"], 0]);
  });

  test("and is a link to nowhere is not replaced", async () => {
    await using folder = await makeFolder();
    const path = folder.at("a.png");
    await symlink(folder.at("nowhere"), path);
    await using server = await startContentServer(asset, whole);
    expect(await caught(save(server, path))).toMatchObject({ kind: "exists" });
    expect(await caught(save(server, path, { overwrite: "skip" }))).toMatchObject({ kind: "exists" });
    expect((await lstat(path)).isSymbolicLink()).toBe(true);
    expect(existsSync(folder.at("nowhere"))).toBe(false);
  });
});

describe.concurrent("a download goes on", () => {
  test("after an abort, which rejects with the signal's own reason and keeps what has come", async () => {
    await using folder = await makeFolder();
    const path = folder.at("a.png");
    await using server = await startContentServer(asset, stalled, whole);
    const controller = new AbortController();
    const reason = new Error("the user left");
    const call = caught(save(server, path, { signal: controller.signal }));
    await until(async () => (await sizeOf(`${path}.part`)) > 0);
    controller.abort(reason);
    expect(await call).toBe(reason);
    expect(await folder.names()).toEqual(["a.png.part", "a.png.part.json"]);
    const state = await readFile(`${path}.part.json`, "utf8");
    expect(JSON.parse(state)).toEqual({ asset_id: id, size_bytes: size, validator: etag });
    expectNoSecret(state);
    const had = await sizeOf(`${path}.part`);
    expect(await save(server, path)).toEqual({ path, size, resumedFrom: had });
    expect(server.requests[1]).toMatchObject({ range: `bytes=${had}-`, ifRange: etag });
    await expectFile(path, bytes);
    expect(await folder.names()).toEqual(["a.png"]);
    await until(() => server.connections.open === 0);
  });

  test("after a failure, from the last byte that came", async () => {
    await using folder = await makeFolder();
    const path = folder.at("a.png");
    await using server = await startContentServer(asset, cutOff, whole);
    expect(await caught(save(server, path, once))).toMatchObject({ name: "NetworkError" });
    expect(await folder.names()).toEqual(["a.png.part", "a.png.part.json"]);
    expect(await save(server, path)).toEqual({ path, size, resumedFrom: half });
    expect(rangesOf(server)).toEqual([undefined, `bytes=${half}-`]);
    await expectFile(path, bytes);
  });

  test("by the date of the last change, where there is no ETag", async () => {
    await using folder = await makeFolder();
    const lastModified = "Tue, 16 Jun 2020 12:00:00 GMT";
    const dated = { etag: null, lastModified };
    await using server = await startContentServer(
      asset,
      serve(bytes, { ...dated, sent: half, fault: "end" }),
      serve(bytes, dated),
    );
    await caught(save(server, folder.at("a.png"), once));
    expect(await save(server, folder.at("a.png"))).toMatchObject({ resumedFrom: half });
    expect(server.requests[1]).toMatchObject({ range: `bytes=${half}-`, ifRange: lastModified });
    await expectFile(folder.at("a.png"), bytes);
  });

  test("after several failures, each further than the one before", async () => {
    await using folder = await makeFolder();
    const step = serve(bytes, { etag, sent: 700_001, fault: "end" });
    await using server = await startContentServer(asset, step);
    const path = folder.at("a.png");
    for (let had = 700_001; had < size; had += 700_001) {
      await caught(save(server, path, once));
      expect(await sizeOf(`${path}.part`)).toBe(had);
    }
    expect(await save(server, path, once)).toMatchObject({ resumedFrom: 2_800_004 });
    await expectFile(path, bytes);
  });

  test("where the host gives the whole file, whatever it is asked for", async () => {
    await using folder = await makeFolder();
    await leavePart(folder.at("a.png"), bytes.subarray(0, half));
    await using server = await startContentServer(asset, serve(bytes, { etag, ranges: "ignored" }));
    expect(await save(server, folder.at("a.png"))).toMatchObject({ resumedFrom: half });
    await expectFile(folder.at("a.png"), bytes);
  });

  test.each([
    ["says that there are no more", whole],
    ["gives the whole file again", serve(bytes, { etag, ranges: "ignored" })],
  ])("at its end, when all but the name was there, and the host %s", async (_what, step) => {
    await using folder = await makeFolder();
    await leavePart(folder.at("a.png"), bytes);
    await using server = await startContentServer(asset, step);
    expect(await save(server, folder.at("a.png"))).toMatchObject({ size, resumedFrom: size });
    await expectFile(folder.at("a.png"), bytes);
    expect([rangesOf(server), await folder.names()]).toEqual([[`bytes=${size}-`], ["a.png"]]);
  });

  test("and tells of the bytes that were there, too", async () => {
    await using folder = await makeFolder();
    await leavePart(folder.at("a.png"), bytes.subarray(0, half));
    await using server = await startContentServer(asset, serve(bytes, { etag, pieceBytes: 100_000 }));
    const told: Progress[] = [];
    await save(server, folder.at("a.png"), { onProgress: (progress) => told.push(progress) });
    const received = told.map(({ receivedBytes }) => receivedBytes);
    expect(received.length).toBeGreaterThan(2);
    expect(received[0]).toBeGreaterThan(half);
    expect(received).toEqual(received.toSorted((a, b) => a - b));
    expect(received.at(-1)).toBe(size);
    expect(new Set(told.map(({ totalBytes }) => totalBytes))).toEqual(new Set([size]));
  });

  test.each([
    ["aborts with", (reason: Error, controller: AbortController) => controller.abort(reason)],
    [
      "throws, when it is told of progress,",
      (reason: Error) => {
        throw reason;
      },
    ],
  ])("after its caller %s an error of another download, which says nothing of this one", async (_how, end) => {
    await using folder = await makeFolder();
    await leavePart(folder.at("a.png"), bytes.subarray(0, half));
    await using server = await startContentServer(asset, serve(bytes, { etag, pieceBytes: 100_000 }));
    const reason = new DownloadError("another asset has changed", { kind: "changed" });
    const controller = new AbortController();
    const { signal } = controller;
    const onProgress = (): void => end(reason, controller);
    expect(await caught(save(server, folder.at("a.png"), { signal, onProgress }))).toBe(reason);
    expect(server.lookUps()).toBe(1);
    expect(await sizeOf(folder.at("a.png.part"))).toBeGreaterThanOrEqual(half);
    expect((await save(server, folder.at("a.png"))).resumedFrom).toBeGreaterThanOrEqual(half);
    await expectFile(folder.at("a.png"), bytes);
  });
});

describe.concurrent("a download starts over", () => {
  test("when the file has changed since", async () => {
    await using folder = await makeFolder();
    await leavePart(folder.at("a.png"), bytes.subarray(0, half));
    await using server = await startContentServer(asset, serve(otherBytes, { etag: '"v2"' }));
    expect(await save(server, folder.at("a.png"))).toMatchObject({ size, resumedFrom: 0 });
    await expectFile(folder.at("a.png"), otherBytes);
    expect(rangesOf(server)).toEqual([`bytes=${half}-`, undefined]);
    expect(await folder.names()).toEqual(["a.png"]);
  });

  test("when the file changes under it", async () => {
    await using folder = await makeFolder();
    const first = serve(bytes, { etag, sent: half, fault: "end" });
    await using server = await startContentServer(asset, first, serve(otherBytes, { etag: '"v2"' }));
    expect(await save(server, folder.at("a.png"))).toMatchObject({ size, resumedFrom: 0 });
    await expectFile(folder.at("a.png"), otherBytes);
    expect(rangesOf(server)).toEqual([undefined, `bytes=${half}-`, undefined]);
  });

  test("three times, when the file never stops changing; then it fails, and leaves nothing", async () => {
    await using folder = await makeFolder();
    const script = Array.from({ length: 12 }, (_, at) => {
      const sent = at % 2 === 0 ? half : 0;
      return serve(bytes, { etag: `"v${at}"`, sent, fault: "end" });
    });
    await using server = await startContentServer(asset, ...script);
    expect(await caught(save(server, folder.at("a.png")))).toMatchObject({ name: "DownloadError", kind: "changed" });
    expect([server.lookUps(), server.requests.length]).toEqual([4, 8]);
    expect(await folder.names()).toEqual([]);
  });

  const first = bytes.subarray(0, half);
  test.each<[what: string, content: Buffer, state?: object | string]>([
    ["is of another asset", first, { asset_id: "asset_other" }],
    ["is of another size", first, { size_bytes: size + 1 }],
    ["is longer than the file", makeBytes(size + 1)],
    ["has no bytes", Buffer.alloc(0)],
    ["has a state that is empty", first, ""],
    ["has a state that is half written", first, '{"asset_id":'],
    ["has a state that is null", first, "null"],
    ["has a state that is a number", first, "7"],
    ["has a state without a validator", first, { validator: undefined }],
    ["has a state whose validator is no text", first, { validator: [etag] }],
    ["has a state whose validator cannot be sent", first, { validator: '"v1"\r\nX-Own: 1' }],
  ])("when the part %s", async (_what, content, state) => {
    await using folder = await makeFolder();
    await leavePart(folder.at("a.png"), content, state);
    await using server = await startContentServer(asset, serve(otherBytes, { etag: '"v2"' }));
    expect(await save(server, folder.at("a.png"))).toMatchObject({ size, resumedFrom: 0 });
    await expectFile(folder.at("a.png"), otherBytes);
    expect([rangesOf(server), await folder.names()]).toEqual([[undefined], ["a.png"]]);
  });

  test("when the part has no state", async () => {
    await using folder = await makeFolder();
    await writeFile(folder.at("a.png.part"), otherBytes);
    await using server = await startContentServer(asset, whole);
    expect(await save(server, folder.at("a.png"))).toMatchObject({ resumedFrom: 0 });
    await expectFile(folder.at("a.png"), bytes);
  });

  test("when there is a state, but no part", async () => {
    await using folder = await makeFolder();
    await leavePart(folder.at("a.png"), bytes);
    await rm(folder.at("a.png.part"));
    await using server = await startContentServer(asset, whole);
    expect(await save(server, folder.at("a.png"))).toMatchObject({ resumedFrom: 0 });
    expect(await folder.names()).toEqual(["a.png"]);
  });

  test("when nothing tells one version from another, and keeps no part", async () => {
    await using folder = await makeFolder();
    const unknown = { etag: null };
    await using server = await startContentServer(
      asset,
      serve(bytes, { ...unknown, sent: half, fault: "end" }),
      serve(bytes, unknown),
    );
    expect(await caught(save(server, folder.at("a.png")))).toMatchObject({ name: "NetworkError" });
    expect(await folder.names()).toEqual([]);
    expect(await save(server, folder.at("a.png"))).toMatchObject({ resumedFrom: 0 });
    expect(rangesOf(server)).toEqual([undefined, undefined]);
    await expectFile(folder.at("a.png"), bytes);
  });

  test("when the part is a link, and leaves alone what that leads to", async () => {
    await using folder = await makeFolder();
    await leavePart(folder.at("a.png"), bytes.subarray(0, half));
    await rename(folder.at("a.png.part"), folder.at("elsewhere"));
    await symlink(folder.at("elsewhere"), folder.at("a.png.part"));
    await using server = await startContentServer(asset, whole);
    expect(await save(server, folder.at("a.png"))).toMatchObject({ resumedFrom: 0 });
    expect((await lstat(folder.at("a.png"))).isFile()).toBe(true);
    await expectFile(folder.at("a.png"), bytes);
    await expectFile(folder.at("elsewhere"), bytes.subarray(0, half));
  });

  test("when the part is the file itself, whose process was killed just then, and does not write to it", async () => {
    await using folder = await makeFolder();
    const path = folder.at("a.png");
    await leavePart(path, otherBytes);
    await link(`${path}.part`, path);
    await using server = await startContentServer(asset, cutOff, whole);
    expect(await caught(save(server, path))).toMatchObject({ kind: "exists" });
    await caught(save(server, path, { overwrite: "replace", ...once }));
    await expectFile(path, otherBytes);
    expect(await save(server, path, { overwrite: "replace" })).toMatchObject({ resumedFrom: half });
    await expectFile(path, bytes);
    expect([rangesOf(server), await folder.names()]).toEqual([[undefined, `bytes=${half}-`], ["a.png"]]);
  });
});

describe.concurrent("a file that is not what was announced is not published, and leaves nothing", () => {
  test.each<[what: string, step: ContentStep]>([
    ["shorter", serve(bytes.subarray(0, half), { etag })],
    ["longer", serve(makeBytes(size + 1), { etag })],
    ["longer, and without a length", serve(makeBytes(size + 1), { etag, length: "hidden" })],
  ])("%s", async (_what, step) => {
    await using folder = await makeFolder();
    await using server = await startContentServer(asset, step);
    expect(await caught(save(server, folder.at("a.png")))).toMatchObject({ name: "DownloadError", kind: "size" });
    expect(await folder.names()).toEqual([]);
  });

  test("shorter, and without a length", async () => {
    await using folder = await makeFolder();
    await using server = await startContentServer(asset, serve(bytes.subarray(0, half), { etag, length: "hidden" }));
    const error = await caught(save(server, folder.at("a.png")));
    expect(error).toMatchObject({ name: "DownloadError", kind: "size" });
    expect(await folder.names()).toEqual([]);
  });

  test("of which the host gives other bytes than those that follow", async () => {
    await using folder = await makeFolder();
    await leavePart(folder.at("a.png"), bytes.subarray(0, half));
    const headers = { "Content-Range": `bytes 0-${size - 1}/${size}` };
    await using server = await startContentServer(asset, serve(bytes, { etag, headers }));
    expect(await caught(save(server, folder.at("a.png")))).toMatchObject({ kind: "unexpected" });
    expect(await folder.names()).toEqual([]);
  });

  test("one that the host refuses leaves nothing, and keeps what was there", async () => {
    await using folder = await makeFolder();
    await using server = await startContentServer(asset, say(404));
    expect(await caught(save(server, folder.at("a.png")))).toMatchObject({ kind: "refused", status: 404 });
    expect(await folder.names()).toEqual([]);
    await leavePart(folder.at("a.png"), bytes.subarray(0, half));
    expect(await caught(save(server, folder.at("a.png")))).toMatchObject({ kind: "refused" });
    expect(await folder.names()).toEqual(["a.png.part", "a.png.part.json"]);
  });
});

describe.concurrent("two downloads to the same file", () => {
  test("of one process: the second is refused, the first is unharmed", async () => {
    await using folder = await makeFolder();
    const path = folder.at("a.png");
    await using server = await startContentServer(asset, serve(bytes, { pieceBytes: 100_000 }));
    const first = save(server, path);
    await until(() => server.requests.length === 1);
    expect(await caught(save(server, path))).toMatchObject({ name: "DownloadError", kind: "busy" });
    expect(await first).toEqual({ path, size, resumedFrom: 0 });
    await expectFile(path, bytes);
    expect([await folder.names(), server.requests.length]).toEqual([["a.png"], 1]);
  });

  test("of two processes: the second is refused, the first is unharmed", async () => {
    await using folder = await makeFolder();
    const target = folder.at("a.png");
    await using server = await startContentServer(asset, serve(bytes, { pieceBytes: 100_000 }));
    using other = await startDownloader({ baseUrl: server.url, assets: [id], target });
    await until(() => server.requests.length === 1);
    expect(await caught(save(server, target))).toMatchObject({ name: "DownloadError", kind: "busy" });
    expect(await other.told).toEqual({ path: target, size, resumedFrom: 0 });
    await expectFile(target, bytes);
    expect(await folder.names()).toEqual(["a.png"]);
  });

  test("of which the second has taken over, as while the machine slept: the first ends, and takes nothing away", async () => {
    await using folder = await makeFolder();
    const path = folder.at("a.png");
    const takenOver: ContentStep = (request) => async (socket, head) => {
      await writeFile(`${path}.part.lock`, JSON.stringify({ pid: process.ppid, host: hostname(), token: "other" }));
      await rm(`${path}.part`);
      await writeFile(`${path}.part`, "");
      await whole(request)(socket, head);
    };
    await using server = await startContentServer(asset, takenOver);
    expect(await caught(save(server, path))).toMatchObject({ kind: "busy" });
    expect(await folder.names()).toEqual(["a.png.part", "a.png.part.json", "a.png.part.lock"]);
    expect(await sizeOf(`${path}.part`)).toBe(0);
  });
});

describe.concurrent("a process", () => {
  test("that is killed at any moment leaves no unfinished file, and the next one goes on", async () => {
    await using folder = await makeFolder();
    const target = folder.at("a.png");
    await using server = await startContentServer(asset, serve(bytes, { etag, pieceBytes: 100_000 }));
    for (let round = 0; round < 4; round++) {
      using downloader = await startDownloader({ baseUrl: server.url, assets: [id], target });
      await sleep(Math.random() * 1000);
      downloader.child.kill("SIGKILL");
      await downloader.ended;
      if (existsSync(target)) await expectFile(target, bytes);
      const part = await readFile(`${target}.part`).catch(() => Buffer.alloc(0));
      expect(part.equals(bytes.subarray(0, part.length))).toBe(true);
    }
    await save(server, target, { overwrite: "skip" });
    await expectFile(target, bytes);
  });

  test("goes on with what a killed one has left, at once", async () => {
    await using folder = await makeFolder();
    const target = folder.at("a.png");
    await using server = await startContentServer(asset, stalled, whole);
    using downloader = await startDownloader({ baseUrl: server.url, assets: [id], target });
    await until(async () => (await sizeOf(`${target}.part`)) > 0);
    downloader.child.kill("SIGKILL");
    await downloader.ended;
    expect(await folder.names()).toEqual(["a.png.part", "a.png.part.json", "a.png.part.lock"]);
    const had = await sizeOf(`${target}.part`);
    expect(await save(server, target)).toEqual({ path: target, size, resumedFrom: had });
    await expectFile(target, bytes);
    expect([rangesOf(server), await folder.names()]).toEqual([[undefined, `bytes=${had}-`], ["a.png"]]);
  });

  test.each<[how: string, step: ContentStep, abortAfterMs: number | undefined, told: object]>([
    ["has succeeded", whole, undefined, { size }],
    ["has failed", cutOff, undefined, { name: "NetworkError" }],
    ["was aborted", stalled, 300, { name: "Error", message: "aborted" }],
  ])("ends by itself once its download %s", async (_how, step, abortAfterMs, expected) => {
    await using folder = await makeFolder();
    await using server = await startContentServer(asset, step);
    const task = { baseUrl: server.url, assets: [id], target: folder.at("a.png") };
    using downloader = await startDownloader({ ...task, ...(abortAfterMs && { abortAfterMs }) });
    expect(await downloader.told).toMatchObject(expected);
    const toldAt = performance.now();
    expect(await downloader.ended).toEqual({ code: 0, stderr: "" });
    // A timer that was left would be one of 5 or 30 seconds.
    expect(performance.now() - toldAt).toBeLessThan(4000);
  });
});

describe.concurrent("a disk", () => {
  const isPosix = process.platform !== "win32";

  test.runIf(isPosix)("that takes no more is told of, and what it took is gone on with", async () => {
    await using folder = await makeFolder();
    const target = folder.at("a.png");
    await using server = await startContentServer(asset, whole);
    const limited = ["sh", "-c", 'ulimit -f 5000; exec "$@"', "sh"]; // blocks of 512 bytes: within the last batch
    using downloader = await startDownloader({ baseUrl: server.url, assets: [id], target }, limited);
    expect(await downloader.told).toMatchObject({ kind: "disk_full", message: expect.stringContaining("EFBIG") });
    await downloader.ended;
    expect(await folder.names()).toEqual(["a.png.part", "a.png.part.json"]);
    const had = await sizeOf(`${target}.part`);
    expect(had).toBeGreaterThan(2 * 1024 * 1024);
    expect(await save(server, target)).toEqual({ path: target, size, resumedFrom: had });
    await expectFile(target, bytes);
  });

  test("that is full is told of, and what it took is gone on with", async ({ skip }) => {
    await using folder = await makeFolder();
    const mount = spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", folder.path]);
    skip(mount.status !== 0, "this user may not mount a file system");
    try {
      const path = folder.at("a.png");
      await using server = await startContentServer(asset, whole);
      const error = await caught(save(server, path));
      expect(error).toMatchObject({ kind: "disk_full", cause: { code: "ENOSPC" } });
      expect(await folder.names()).toEqual(["a.png.part", "a.png.part.json"]);
      const had = await sizeOf(`${path}.part`);
      expect(spawnSync("mount", ["-o", "remount,size=8m", folder.path]).status).toBe(0);
      expect(await save(server, path)).toEqual({ path, size, resumedFrom: had });
      await expectFile(path, bytes);
    } finally {
      spawnSync("umount", ["--lazy", folder.path]);
    }
  });

  test.runIf(isPosix)("that may not be written to is told of", async () => {
    await using folder = await makeFolder();
    await using server = await startContentServer(asset, whole);
    // Whoever may do everything may not make files there, either.
    const closed = process.getuid!() === 0 ? "/sys" : folder.path;
    if (closed === folder.path) await chmod(closed, 0o555);
    const error = await caught(save(server, `${closed}/a.png`));
    expect(error).toMatchObject({ name: "DownloadError", kind: "no_permission", cause: expect.any(Error) });
    expect(server.requests).toEqual([]);
  });

  test.each<[what: string, name: string, code: string]>([
    ["has no such folder", "none/a.png", "ENOENT"],
    ["has a file where the folder should be", "file/a.png", "ENOTDIR"],
    ["has a file where the folder should be made", "file/", "ENOTDIR"],
    ["takes no name that long", `${"a".repeat(300)}.png`, "ENAMETOOLONG"],
    ["takes no name that long with a suffix", `${"a".repeat(250)}.png`, "ENAMETOOLONG"],
  ])("that %s is told of", async (_what, name, code) => {
    await using folder = await makeFolder();
    await writeFile(folder.at("file"), "mine");
    await using server = await startContentServer(asset, whole);
    const error = await caught(save(server, folder.at(name)));
    expect(error).toMatchObject({ name: "DownloadError", kind: "target", cause: { code } });
    expect((error as Error).message).toContain(code);
    expect([await folder.names(), server.requests]).toEqual([["file"], []]);
  });

  test.each([".part", ".part.json"])("that has a folder named %s is told of", async (suffix) => {
    await using folder = await makeFolder();
    await mkdir(folder.at(`a.png${suffix}`));
    await using server = await startContentServer(asset, whole);
    expect(await caught(save(server, folder.at("a.png")))).toMatchObject({ kind: "target" });
    expect([await folder.names(), server.requests]).toEqual([[`a.png${suffix}`], []]);
  });

  test("from which the folder vanishes is told of", async () => {
    await using folder = await makeFolder();
    await mkdir(folder.at("new"));
    const vanishes: ContentStep = (request) => async (socket, head) => {
      await rm(folder.at("new"), { recursive: true });
      await whole(request)(socket, head);
    };
    await using server = await startContentServer(asset, vanishes);
    expect(await caught(save(server, folder.at("new/a.png")))).toMatchObject({ kind: "target" });
    expect(await folder.names()).toEqual([]);
  });

  test("from which the part vanishes is told of", async () => {
    await using folder = await makeFolder();
    const vanishes: ContentStep = (request) => async (socket, head) => {
      await rm(folder.at("a.png.part"));
      await whole(request)(socket, head);
    };
    await using server = await startContentServer(asset, vanishes);
    expect(await caught(save(server, folder.at("a.png")))).toMatchObject({ kind: "target" });
    expect(await folder.names()).toEqual([]);
  });
});

describe.concurrent("nothing is left", () => {
  function openFilesIn({ path }: TemporaryFolder): string[] {
    return readdirSync("/proc/self/fd").flatMap((fd) => {
      try {
        const file = readlinkSync(`/proc/self/fd/${fd}`);
        return file.startsWith(path) ? [file] : [];
      } catch {
        return []; // it was open a moment ago
      }
    });
  }

  test.runIf(existsSync("/proc/self/fd"))("open, however a download ends", async () => {
    await using folder = await makeFolder();
    await using server = await startContentServer(asset, whole, cutOff, stalled, say(404), serve(otherBytes));
    await save(server, folder.at("a.png"));
    await caught(save(server, folder.at("b.png"), once));
    const controller = new AbortController();
    const aborted = caught(save(server, folder.at("c.png"), { signal: controller.signal }));
    await until(async () => (await sizeOf(folder.at("c.png.part"))) > 0);
    expect(openFilesIn(folder)).toEqual([folder.at("c.png.part")]);
    controller.abort();
    await aborted;
    await caught(save(server, folder.at("d.png")));
    await save(server, folder.at("b.png"));
    expect(openFilesIn(folder)).toEqual([]);
    const left = ["a.png", "b.png", "c.png.part", "c.png.part.json"];
    expect(await folder.names()).toEqual(left);
    await until(() => server.connections.open === 0);
  });

  test("secret in an error or a file", async () => {
    await using folder = await makeFolder();
    const path = folder.at("a.png");
    const hostile = serve(bytes, { etag, headers: { "Content-Range": "bytes 5-6/7?signature=s1" } });
    const cutOffSoon = serve(bytes, { etag, sent: 10, fault: "end" });
    await using server = await startContentServer(asset, stalled, cutOffSoon, say(403), say(403), hostile);
    const controller = new AbortController();
    const aborted = caught(save(server, path, { signal: controller.signal }));
    await until(async () => (await sizeOf(`${path}.part`)) > 0);
    for (const name of await folder.names()) {
      if (name !== "a.png.part") expectNoSecret(await readFile(folder.at(name), "utf8"));
    }
    expectNoSecret(await caught(save(server, path)));
    controller.abort();
    expectNoSecret(await aborted);
    for (let call = 0; call < 3; call++) expectNoSecret(await caught(save(server, path, once)));
    expectNoSecret(await readFile(`${path}.part.json`, "utf8").catch(() => ""));
    await rm(`${path}.part`, { force: true });
    await mkdir(`${path}.part`);
    expectNoSecret(await caught(save(server, path)));
  });
});

describe.concurrent("writing in batches", () => {
  const piece = new Uint8Array(64 * 1024);

  test("reads no more than two batches ahead of a slow disk", async () => {
    let [read, written, ahead] = [0, 0, 0];
    const stream = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          read += piece.length;
          ahead = Math.max(ahead, read - written);
          controller.enqueue(piece);
          if (read >= 20_000_000) controller.close();
        },
      },
      { highWaterMark: 0 },
    );
    await writeInBatches(stream, 0, async (batch) => {
      await sleep(10);
      written += batch.reduce((sum, { length }) => sum + length, 0);
    });
    expect(written).toBe(read);
    expect(ahead).toBeLessThanOrEqual(2 * 1024 * 1024 + piece.length);
  });

  test("ends at once when the disk fails, however long the next bytes take", async () => {
    let isCancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < 17; at++) controller.enqueue(piece);
      },
      cancel() {
        isCancelled = true;
      },
    });
    const reason = new Error("full");
    expect(await caught(writeInBatches(stream, 0, () => Promise.reject(reason)))).toBe(reason);
    expect(isCancelled).toBe(true);
  });

  test("writes what came before the stream failed, in order, and rejects as it did", async () => {
    const reason = new Error("cut off");
    const positions: number[] = [];
    let pulls = 0;
    const stream = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (++pulls > 20) controller.error(reason);
          else controller.enqueue(piece);
        },
      },
      { highWaterMark: 0 },
    );
    const error = await caught(writeInBatches(stream, 7, async (_batch, position) => void positions.push(position)));
    expect(error).toBe(reason);
    expect(positions).toEqual([7, 7 + 16 * piece.length]);
  });

  test("rejects as the stream did, when the last bytes cannot be written either", async () => {
    const reason = new Error("aborted");
    let pulls = 0;
    const stream = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (++pulls > 1) controller.error(reason);
          else controller.enqueue(piece);
        },
      },
      { highWaterMark: 0 },
    );
    expect(await caught(writeInBatches(stream, 0, () => Promise.reject(new Error("full"))))).toBe(reason);
  });

  test("writes what comes slowly each second", async () => {
    const writtenAtMs: number[] = [];
    let pulls = 0;
    const stream = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          await sleep(300);
          if (++pulls > 9) controller.close();
          else controller.enqueue(new Uint8Array(1));
        },
      },
      { highWaterMark: 0 },
    );
    await writeInBatches(stream, 0, async () => void writtenAtMs.push(performance.now()));
    expect(writtenAtMs.length).toBeGreaterThanOrEqual(2);
    expect(writtenAtMs.length).toBeLessThanOrEqual(4);
  });
});

/** A process that was frozen wakes up, and another one has taken its lock over: it spoils nothing of the other one's. */
import { mkdir, readFile, rm, unlink, writeFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, vi } from "vitest";
import { caught } from "../helpers/caught.ts";
import { until } from "../helpers/timing.ts";
import { makeBytes, serve, startContentServer, type ContentStep } from "../servers/content-server.ts";
import { bytes, expectFile, half, leavePart, otherBytes, save, size, sizeOf } from "./downloads.ts";
import { startFileServer, test, whole } from "./downloads.ts";

// Vitest fakes only the global timers.
vi.mock(import("node:timers"), async (original) => ({
  ...(await original()),
  setInterval: ((run: () => void, everyMs: number) => setInterval(run, everyMs)) as typeof setInterval,
  clearInterval: (timer) => clearInterval(timer),
}));
const actual = await vi.importActual<typeof import("node:fs/promises")>("node:fs/promises");
vi.mock(import("node:fs/promises"), async (original) => {
  const { unlink, ...rest } = await original();
  return { ...rest, unlink: vi.fn<typeof unlink>(unlink) };
});

afterEach(() => {
  vi.useRealTimers();
  vi.mocked(unlink).mockReset();
});

/** What another process does while this one is frozen before its nth removal of a file. */
function meanwhile(nth: number, suffix: string, act: () => Promise<unknown>): void {
  let removals = 0;
  vi.mocked(unlink).mockImplementation(async (path) => {
    if (String(path).endsWith(suffix) && ++removals === nth) await act();
    return actual.unlink(path);
  });
}

/** Another process takes the lock over, and leaves the first half of another asset's file. */
async function takeOver(path: string): Promise<void> {
  await writeFile(`${path}.part.lock`, JSON.stringify({ pid: 1, pidSpace: "elsewhere", token: "other" }));
  await rm(`${path}.part`, { force: true });
  await leavePart(path, otherBytes.subarray(0, half), { asset_id: "asset_other" });
}

test("a state is never left beside the bytes of the next process", async ({ folder, path }) => {
  await using server = await startFileServer(whole);
  meanwhile(2, ".json", () => takeOver(path)); // the first removal is that of an old state
  expect(await caught(save(server, path))).toMatchObject({ name: "DownloadError", kind: "busy" });
  expect(await folder.names()).toEqual(["a.png.part", "a.png.part.lock"]);
  expect(Buffer.compare(await readFile(`${path}.part`), otherBytes.subarray(0, half))).toBe(0);
  await rm(`${path}.part.lock`);
  expect(await save(server, path)).toMatchObject({ size, resumedFrom: 0 });
  await expectFile(path, bytes);
});

test("a process that has lost its lock leaves no empty part of its own", async ({ folder, path }) => {
  await using server = await startFileServer(whole);
  await leavePart(path, bytes.subarray(0, half), { asset_id: "asset_other" });
  meanwhile(1, ".part", async () => {
    await writeFile(`${path}.part.lock`, JSON.stringify({ pid: 1, pidSpace: "elsewhere", token: "other" }));
  });
  expect(await caught(save(server, path))).toMatchObject({ name: "DownloadError", kind: "busy" });
  expect(await folder.names()).toEqual(["a.png.part.lock"]);
});

test("a folder that is removed meanwhile ends the download at the next touch of its lock", async ({ folder }) => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const inner = folder.at("new");
  const path = folder.at("new/a.mp4");
  await mkdir(inner);
  const large = makeBytes(20_000_000);
  let connection: Socket | undefined;
  const slowly: ContentStep = (request) => (socket, head) => {
    connection = socket;
    return serve(large, { pieceBytes: 100_000 })(request)(socket, head);
  };
  await using server = await startContentServer(
    (url) => ({ size_bytes: large.length, signed_url: `${url}/f?signature=s1` }),
    slowly,
  );
  const saving = caught(save(server, path));
  await until(async () => (await sizeOf(`${path}.part.json`)) > 0);
  await rm(inner, { recursive: true });
  vi.advanceTimersByTime(5000);
  expect(await saving).toMatchObject({ name: "DownloadError", kind: "target" });
  await until(() => connection!.destroyed);
  expect(connection!.bytesWritten).toBeLessThan(large.length);
  await sleep(0);
});

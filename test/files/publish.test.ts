/** Publishing, while another process does the same: the file that gets the name is the one that was written, or none. */
import { readFileSync } from "node:fs";
import { link, lstat, rename, rm, utimes, writeFile } from "node:fs/promises";
import { expect, vi } from "vitest";
import { caught } from "../helpers/caught.ts";
import { until } from "../helpers/timing.ts";
import { serve } from "../servers/content-server.ts";
import { bytes, expectFile, half, id, otherBytes, save, size, sizeOf, startDownloader } from "./downloads.ts";
import { startFileServer, test, whole, type Downloader } from "./downloads.ts";

const actual = await vi.importActual<typeof import("node:fs/promises")>("node:fs/promises");
vi.mock("node:fs/promises", async (original) => {
  const { link, lstat, ...rest } = await original<typeof import("node:fs/promises")>();
  return { ...rest, link: vi.fn<typeof link>(link), lstat: vi.fn<typeof lstat>(lstat) };
});

type Overwrite = "replace" | "error";

/** Starts a process that downloads `bytes`, and waits until it is frozen before a step of publishing. */
async function startFrozen(baseUrl: string, path: string, step: string, overwrite: Overwrite): Promise<Downloader> {
  const preload = new URL("./frozen-at.ts", import.meta.url).href;
  const command = ["env", `FREEZE_AT=${step}`, `NODE_OPTIONS=--import=${preload}`];
  const downloader = await startDownloader({ baseUrl, assets: [id], target: path, overwrite }, command);
  await until(() => stateOf(downloader.child.pid!) === "T");
  await makeOld(`${path}.part.lock`);
  return downloader;
}

/** State of a process, such as `T` for a stopped one. */
function stateOf(pid: number): string {
  return /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))![1]!;
}

async function makeOld(path: string): Promise<void> {
  const time = new Date(Date.now() - 31_000);
  await utimes(path, time, time);
}

const onLinux = test.runIf(process.platform === "linux");

function isUnfinished(partSize: number): boolean {
  return partSize > 0 && partSize < size;
}

/** The next version of the file, which comes to its half. The first answer shows that the file has changed. */
const nextVersion = { etag: '"v2"' };
const halfOfNext = serve(otherBytes, { ...nextVersion, sent: half, fault: "stall" });
const nextWhole = serve(otherBytes, nextVersion);

onLinux.concurrent.for(["replace", "error"] as const)(
  "overwrite %s: a process that was frozen before its first move does not publish the next one's unfinished file",
  async (overwrite, { folder, path }) => {
    await using server = await startFileServer(whole);
    using frozen = await startFrozen(server.url, path, "rename .part .done", overwrite);
    await using next = await startFileServer(halfOfNext, halfOfNext, nextWhole);
    const controller = new AbortController();
    const saving = caught(save(next, path, { overwrite: "replace", signal: controller.signal }));
    await until(async () => next.requests.length === 2 && isUnfinished(await sizeOf(`${path}.part`)));
    frozen.child.kill("SIGCONT");
    expect(await frozen.result).toMatchObject({ name: "DownloadError", kind: "busy" });
    expect(await folder.names()).toEqual(["a.png.part", "a.png.part.json", "a.png.part.lock"]);
    controller.abort();
    await saving;
    expect(await save(next, path)).toMatchObject({ resumedFrom: half });
    await expectFile(path, otherBytes);
    expect(await folder.names()).toEqual(["a.png"]);
  },
);

onLinux.concurrent.for<[overwrite: "replace" | "error", step: string, error: string]>([
  ["replace", "rename .done .png", "target"],
  ["error", "link .done .png", "exists"],
])(
  "overwrite %s: a process that was frozen before %s fails after the next has published",
  async (row, { folder, path }) => {
    const [overwrite, step, kind] = row;
    await using server = await startFileServer(whole);
    using frozen = await startFrozen(server.url, path, step, overwrite);
    expect(await folder.names()).toContain("a.png.part.done");
    await using next = await startFileServer(nextWhole);
    expect(await save(next, path)).toMatchObject({ size, resumedFrom: 0 });
    frozen.child.kill("SIGCONT");
    expect(await frozen.result).toMatchObject({ name: "DownloadError", kind });
    await expectFile(path, otherBytes);
    expect(await folder.names()).toEqual(["a.png"]);
  },
);

onLinux.concurrent.for<[overwrite: "replace" | "error", step: string]>([
  ["replace", "rename .done .png"],
  ["error", "link .done .png"],
])(
  "overwrite %s: a file that the next process has published is that of one frozen before %s",
  async (row, { path }) => {
    const [overwrite, step] = row;
    await using server = await startFileServer(whole);
    using frozen = await startFrozen(server.url, path, step, overwrite);
    expect(await save(server, path)).toMatchObject({ size, resumedFrom: size });
    frozen.child.kill("SIGCONT");
    expect(await frozen.result).toEqual({ path, size, resumedFrom: 0, skipped: false });
    await expectFile(path, bytes);
  },
);

onLinux("of two frozen processes that publish, the file is the second one's", async ({ folder, path }) => {
  await using server = await startFileServer(whole);
  using first = await startFrozen(server.url, path, "rename .done .png", "replace");
  await makeOld(`${path}.part.done`);
  await using next = await startFileServer(nextWhole);
  using second = await startFrozen(next.url, path, "rename .done .png", "replace");
  first.child.kill("SIGCONT");
  expect(await first.result).toMatchObject({ name: "DownloadError", kind: "busy" });
  await expectFile(path, otherBytes);
  second.child.kill("SIGCONT");
  expect(await second.result).toEqual({ path, size, resumedFrom: 0, skipped: false });
  await expectFile(path, otherBytes);
  expect(await folder.names()).toEqual(["a.png"]);
});

onLinux(
  "a process that has lost its lock does not take the file back that the next one publishes",
  async ({ folder, path }) => {
    await using server = await startFileServer(whole);
    using first = await startFrozen(server.url, path, "rename .part .done", "replace");
    await using next = await startFileServer(nextWhole);
    using second = await startFrozen(next.url, path, "rename .done .png", "replace");
    first.child.kill("SIGCONT");
    expect(await first.result).toMatchObject({ name: "DownloadError", kind: "busy" });
    second.child.kill("SIGCONT");
    expect(await second.result).toEqual({ path, size, resumedFrom: 0, skipped: false });
    await expectFile(path, otherBytes);
    expect(await folder.names()).toEqual(["a.png"]);
  },
);

test.for(["error", "skip"] as const)(
  "overwrite %s: the second name that a killed process has left is removed, so that it is never taken for a part",
  async (overwrite, { folder, path }) => {
    await writeFile(path, bytes);
    await link(path, `${path}.part.done`);
    await using server = await startFileServer(whole);
    await save(server, path, { overwrite }).catch(() => {});
    expect(await folder.names()).toEqual(["a.png"]);
  },
);

test("another file in the place of the second name stays", async ({ folder, path }) => {
  await writeFile(path, bytes);
  await writeFile(`${path}.part.done`, bytes);
  await using server = await startFileServer(whole);
  await save(server, path, { overwrite: "skip" });
  expect(await folder.names()).toEqual(["a.png", "a.png.part.done"]);
});

test("a file that somebody replaces as soon as it has its name is `busy`", async ({ folder, path }) => {
  vi.mocked(link).mockImplementationOnce(async (from, to) => {
    await actual.link(from, to);
    await rm(to);
    await writeFile(to, "of somebody else");
  });
  await using server = await startFileServer(whole);
  expect(await caught(save(server, path))).toMatchObject({ name: "DownloadError", kind: "busy" });
  await expectFile(path, Buffer.from("of somebody else"));
  expect(await folder.names()).toEqual(["a.png"]);
});

test("a file that somebody moves away as soon as it has its name is saved", async ({ folder, path }) => {
  vi.mocked(link).mockImplementationOnce(async (from, to) => {
    await actual.link(from, to);
    await rename(to, folder.at("moved.png"));
  });
  await using server = await startFileServer(whole);
  expect(await save(server, path)).toEqual({ path, size, resumedFrom: 0, skipped: false });
  expect(await folder.names()).toEqual(["moved.png"]);
});

test("a file is saved where the system numbers files by their names", async ({ folder, path }) => {
  const actualLstat = actual.lstat as (path: unknown, options: unknown) => Promise<{ ino: unknown }>;
  vi.mocked(lstat as typeof actualLstat).mockImplementation(async (found, options) => {
    const stats = await actualLstat(found, options);
    return String(found).endsWith(".part") ? stats : Object.assign(stats, { ino: found });
  });
  await using server = await startFileServer(whole);
  expect(await save(server, path)).toEqual({ path, size, resumedFrom: 0, skipped: false });
  expect(await folder.names()).toEqual(["a.png"]);
  vi.mocked(lstat).mockReset();
});

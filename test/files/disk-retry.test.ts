/** Another program, such as a virus scanner, holds a file: for a moment, or for good. No disk does that on request. */
import { writeFileSync } from "node:fs";
import { link, mkdir, open, readFile, rename, unlink, writeFile } from "node:fs/promises";
import { beforeEach, expect, vi } from "vitest";
import type { FileOptions } from "../../src/node.ts";
import { retryWhileInUse } from "../../src/files/disk-retry.ts";
import { caught } from "../helpers/caught.ts";
import type { ContentStep } from "../servers/content-server.ts";
import { bytes, dropped, expectFile, half, leavePart, otherBytes, save, size } from "./downloads.ts";
import { startFileServer, test, whole, withoutRetries } from "./downloads.ts";

const actual = await vi.importActual<typeof import("node:fs/promises")>("node:fs/promises");
vi.mock(import("node:fs/promises"), async (original) => {
  const { link, open, rename, unlink, writeFile, ...rest } = await original();
  return {
    ...rest,
    link: vi.fn<typeof link>(link),
    open: vi.fn<typeof open>(open),
    rename: vi.fn<typeof rename>(rename),
    unlink: vi.fn<typeof unlink>(unlink),
    writeFile: vi.fn<typeof writeFile>(writeFile),
  };
});

const mocked = { link, open, rename, unlink, writeFile };
type Name = keyof typeof mocked;

beforeEach(() => {
  for (const mock of Object.values(mocked)) vi.mocked(mock as () => unknown).mockReset();
});

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** Lets calls for a path that ends in a suffix fail. @returns How many have failed. */
function failAt(name: Name, suffix: string, code: string, times = Infinity): () => number {
  let failed = 0;
  const call = actual[name] as (...parameters: unknown[]) => Promise<unknown>;
  const mock = vi.mocked(mocked[name] as typeof call);
  const before = mock.getMockImplementation() ?? call;
  mock.mockImplementation(async (...parameters) => {
    if (!String(parameters[0]).endsWith(suffix) || failed === times) return before(...parameters);
    failed += 1;
    throw systemError(code);
  });
  return () => failed;
}

const codes = ["EBUSY", "EPERM", "EACCES"];
const error: FileOptions = {};
const replace: FileOptions = { overwrite: "replace" };

const moments: [what: string, options: FileOptions, name: Name, suffix: string, times: number][] = [
  ["renames the part", replace, "rename", ".part", 2],
  ["renames the whole file", replace, "rename", ".done", 2],
  ["links the whole file", error, "link", ".done", 1],
  ["finds no links, and renames the whole file", error, "rename", ".done", 2],
  ["removes the second name of the whole file", error, "unlink", ".done", 2],
  ["removes an old part", error, "unlink", ".part", 2],
  ["removes an old state", error, "unlink", ".json", 2],
  ["opens a new part", error, "open", ".part", 2],
  ["writes the state", error, "writeFile", ".json", 2],
  ["touches the lock", error, "open", ".lock", 2],
];

test.for(moments.flatMap((moment) => codes.map((code) => [moment, code] as const)))(
  "%s: a file in use for a moment costs nothing",
  async ([[, options, name, suffix, times], code], { folder, path }) => {
    await leavePart(path, otherBytes, { asset_id: "asset_other" });
    const failures = failAt(name, suffix, code, times);
    if (name === "rename" && options === error) failAt("link", "", code);
    await using server = await startFileServer(whole);
    expect(await save(server, path, options)).toEqual({ path, size, resumedFrom: 0, skipped: false });
    expect([failures(), await folder.names(), server.requests.length]).toEqual([times, ["a.png"], 1]);
    await expectFile(path, bytes);
  },
);

test("a part in use for a moment is resumed", async ({ folder, path }) => {
  await leavePart(path, bytes.subarray(0, half));
  const failures = failAt("open", ".part", "EBUSY", 1);
  await using server = await startFileServer(whole);
  expect(await save(server, path)).toMatchObject({ resumedFrom: half });
  expect([failures(), await folder.names()]).toEqual([1, ["a.png"]]);
});

test.for<[what: string, suffix: string]>([
  ["the second name of the file", ".part.done"],
  ["the state", ".part.json"],
  ["the lock", ".part.lock"],
])("once the file has its name, nothing fails: %s stays", async ([, suffix], { folder, path }) => {
  await using server = await startFileServer(whole);
  vi.mocked(link).mockImplementation(async (...paths) => {
    await actual.link(...paths);
    failAt("unlink", suffix, "EPERM");
  });
  expect(await save(server, path)).toEqual({ path, size, resumedFrom: 0, skipped: false });
  expect(await folder.names()).toEqual(["a.png", `a.png${suffix}`]);
  await expectFile(path, bytes);
});

test("once the file has its name, nothing fails: a folder that cannot be synced, a file that cannot be closed", async ({
  folder,
  path,
}) => {
  vi.mocked(open).mockImplementation(async (...parameters) => {
    const file = await actual.open(...parameters);
    if (parameters[0] === folder.path) file.sync = () => Promise.reject(systemError("EINVAL"));
    const close = file.close.bind(file);
    file.close = async () => {
      await close();
      throw systemError("EIO");
    };
    return file;
  });
  await using server = await startFileServer(whole);
  expect(await save(server, path)).toMatchObject({ size });
  await expectFile(path, bytes);
});

test.for(["rename", "link"] as const)(
  "a %s that fails for good is an error, and the whole part is resumed",
  async (name, { folder, path }) => {
    if (name === "rename") writeFileSync(path, "old");
    const options = name === "rename" ? replace : error;
    failAt("rename", ".done", "EBUSY");
    failAt("link", ".done", "EBUSY", name === "link" ? 2 : 0);
    await using server = await startFileServer(whole);
    expect(await caught(save(server, path, options))).toMatchObject({
      name: "DownloadError",
      kind: "target",
      message: expect.stringContaining("EBUSY"),
    });
    const target = name === "rename" ? ["a.png"] : [];
    if (name === "rename") expect(await readFile(path, "utf8")).toBe("old");
    expect(await folder.names()).toEqual([...target, "a.png.part", "a.png.part.json"]);
    vi.mocked(rename).mockImplementation(actual.rename);
    expect(await save(server, path, options)).toMatchObject({ resumedFrom: size });
    await expectFile(path, bytes);
  },
);

test.for<[what: string, step: ContentStep, options: FileOptions, suffix: string, error: object]>([
  ["a lost connection", dropped, withoutRetries, ".lock", { name: "NetworkError" }],
  ["a wrong digest", whole, { sha256: "0".repeat(64) }, ".part", { kind: "corrupt" }],
])("a file that cannot be removed does not hide %s", async ([, step, options, suffix, error], { folder, path }) => {
  await using server = await startFileServer((request) => {
    failAt("unlink", suffix, "EPERM");
    return step(request);
  });
  expect(await caught(save(server, path, options))).toMatchObject(error);
  expect(await folder.names()).toContain(`a.png.part${suffix.replace(".part", "")}`);
  vi.mocked(unlink).mockReset();
});

test("a lock that cannot be removed does not hide why there is no part", async ({ path }) => {
  await mkdir(`${path}.part`);
  await using server = await startFileServer(whole);
  failAt("unlink", ".lock", "EPERM");
  expect(await caught(save(server, path))).toMatchObject({ kind: "target" });
  vi.mocked(unlink).mockReset();
});

test("the bytes are on disk before the file gets its name", async ({ path }) => {
  const steps: string[] = [];
  vi.mocked(open).mockImplementation(async (...parameters) => {
    const file = await actual.open(...parameters);
    const sync = file.sync.bind(file);
    file.sync = async () => {
      steps.push(`sync ${String(parameters[0]).endsWith(".part") ? "part" : "folder"}`);
      await sync();
    };
    return file;
  });
  vi.mocked(link).mockImplementation(async (...paths) => {
    steps.push("link");
    await actual.link(...paths);
  });
  await using server = await startFileServer(whole);
  await save(server, path);
  expect(steps).toEqual(["sync part", "link", "sync folder"]);
});

test("a file system that becomes read-only says so", async ({ path }) => {
  failAt("rename", ".part", "EROFS");
  await using server = await startFileServer(whole);
  const error = await caught(save(server, path, replace));
  expect(error).toMatchObject({ kind: "no_permission", message: expect.stringMatching(/read-only\. .* \(EROFS\)\.$/) });
});

test("a failure that does not pass is not repeated", async () => {
  const work = vi.fn<() => Promise<never>>(() => Promise.reject(systemError("ENOSPC")));
  expect(await caught(retryWhileInUse(work))).toMatchObject({ code: "ENOSPC" });
  expect(work).toHaveBeenCalledOnce();
});

test("a file in use is tried five times, later and later", async () => {
  const times: number[] = [];
  const work = async (): Promise<never> => {
    times.push(performance.now());
    throw systemError("EBUSY");
  };
  expect(await caught(retryWhileInUse(work))).toMatchObject({ code: "EBUSY" });
  expect(times).toHaveLength(5);
  const gaps = times.slice(1).map((time, index) => time - times[index]!);
  for (const [index, ms] of [20, 80, 320, 1280].entries()) expect(gaps[index]).toBeGreaterThanOrEqual(ms - 5);
});

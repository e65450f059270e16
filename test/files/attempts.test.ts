/** The field `attempts` of an error is the number of requests that the server has got, look-ups included. */
import { spawnSync } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { expect } from "vitest";
import { downloadAll, type FileOptions } from "../../src/node.ts";
import { caught } from "../helpers/caught.ts";
import { say, serve, type ContentServer, type ContentStep } from "../servers/content-server.ts";
import {
  bytes,
  clientFor,
  half,
  id,
  leavePart,
  save,
  startFileServer,
  test,
  whole,
  withoutRetries,
} from "./downloads.ts";

/** Makes files before the download, or changes some while its bytes come. */
type Act = (path: string) => Promise<unknown>;

interface Case {
  /** Name of the target in the folder. An empty one is the folder itself. @default a.png */
  name?: string;
  before?: Act;
  meanwhile?: Act;
  steps?: ContentStep[];
  options?: FileOptions;
  /** The expected number of requests. */
  sent: number;
}

const write: Act = (path) => writeFile(path, "mine");
const leaveHalf: Act = (path) => leavePart(path, bytes.subarray(0, half));
const versions = Array.from({ length: 8 }, (_, at) =>
  serve(bytes, { etag: `"v${at}"`, sent: at % 2 === 0 ? half : 0, fault: "end" }),
);
const unproven = serve(bytes, { etag: null, sent: half, fault: "end" });
const notBytes = (): Promise<Response> => Promise.resolve(undefined as unknown as Response);

test.concurrent.for<[what: string, options: Case]>([
  ["its folder is a file", { name: "a.png/b.png", before: (path) => write(path.slice(0, -6)), sent: 0 }],
  ["its folder does not exist", { name: "none/a.png", sent: 1 }],
  ["the file exists", { before: write, sent: 0 }],
  ["the file in a folder is a folder", { name: "", before: (path) => mkdir(`${path}/${id}.png`), sent: 1 }],
  ["the file in a folder exists", { name: "", before: (path) => write(`${path}/${id}.png`), sent: 1 }],
  ["the file is of another size", { before: write, options: { overwrite: "skip" }, sent: 1 }],
  ["fileName gives no name", { name: "", options: { fileName: () => "" }, sent: 1 }],
  ["its part is a folder with files", { before: (path) => mkdir(`${path}.part/x`, { recursive: true }), sent: 1 }],
  ["the file appears meanwhile", { meanwhile: write, sent: 2 }],
  ["it is resumed, and the file appears meanwhile", { before: leaveHalf, meanwhile: write, sent: 2 }],
  ["a folder appears meanwhile", { meanwhile: mkdir, options: { overwrite: "replace" }, sent: 2 }],
  ["its part goes meanwhile", { meanwhile: (path) => rm(`${path}.part`), sent: 2 }],
  [
    "its lock is another's",
    { meanwhile: (path) => writeFile(`${path}.part.lock`, '{"pid":1,"host":"other","token":"x"}'), sent: 2 },
  ],
  ["the host refuses", { steps: [say(500)], options: withoutRetries, sent: 2 }],
  ["the host refuses a fresh URL, too", { steps: [say(403)], sent: 4 }],
  ["the host always cuts", { steps: [unproven], options: { maxRetries: 1 }, sent: 3 }],
  ["the file changes again and again", { steps: versions, sent: 12 }],
  ["its sha256 does not hold", { options: { sha256: "0".repeat(64) }, sent: 2 }],
])("a download to a file counts its requests when %s", async ([, options], { folder }) => {
  const { name = "a.png", before, meanwhile, steps = [whole], sent } = options;
  const path = folder.at(name);
  await before?.(path);
  const act: ContentStep = (request) => async (socket, head) => {
    await meanwhile?.(path);
    await steps[0]!(request)(socket, head);
  };
  await using server = await startFileServer(...(meanwhile ? [act] : steps));
  const error = await caught(save(server, path, options.options));
  expect([error, countRequests(server)]).toEqual([expect.objectContaining({ attempts: sent }), sent]);
});

test.concurrent("a full disk counts the requests", async ({ folder, path, skip }) => {
  const mount = spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", folder.path]);
  skip(mount.status !== 0, "this user may not mount a file system");
  try {
    await using server = await startFileServer(whole);
    expect(await caught(save(server, path))).toMatchObject({ kind: "disk_full", attempts: 2 });
  } finally {
    spawnSync("umount", ["--lazy", folder.path]);
  }
});

test.concurrent("the second of two assets of one name counts its own request", async ({ folder }) => {
  await using server = await startFileServer(whole);
  const options = { fileName: () => "a.png", overwrite: "replace" } as const;
  const errors: unknown[] = [];
  for await (const { error } of downloadAll(clientFor(server), ["asset_a", "asset_b"], folder.path, options)) {
    if (error !== undefined) errors.push(error);
  }
  expect(errors).toEqual([expect.objectContaining({ kind: "exists", attempts: 1 })]);
});

test.concurrent("a wrong result of the option fetch counts as a request", async ({ path }) => {
  await using server = await startFileServer(whole);
  const fetch = (url: string, init: RequestInit): Promise<Response> =>
    url.includes("/api/") ? globalThis.fetch(url, init) : notBytes();
  const download = await clientFor(server, { fetch }).assets.download(id);
  const { host } = new URL(server.url);
  expect(await caught(download.bytes())).toMatchObject({ name: "ConfigError", attempts: 2, host });
  expect(await caught(save(server, path, { timeoutMs: 0 }))).toMatchObject({ name: "ConfigError", attempts: 0 });
});

function countRequests(server: ContentServer): number {
  return server.lookUps() + server.requests.length;
}

/** The command `download`. */
import { statSync } from "node:fs";
import { readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { makeFolder, type TemporaryFolder } from "../helpers/temporary-folder.ts";
import { until } from "../helpers/timing.ts";
import { readyAsset, serve, startContentServer } from "../servers/content-server.ts";
import { startHaltingServer } from "../servers/halting-server.ts";
import { always, startServer } from "../servers/server.ts";
import { finish, run, start } from "./run.ts";

const ready = testAssets.image.asset_id;
const video = testAssets.video.asset_id;
const expired = testAssets.expired.asset_id;
const slow = testAssets.slow.asset_id;

const mock = inject("mock");
const environment = { CHENYU_BASE_URL: mock, CHENYU_API_KEY: "any" };
let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await makeFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

test("saves a file, and prints its path when its output is not a terminal", async () => {
  const path = folder.at("picture.png");
  const result = await run(["download", `asset://${ready}`, "-o", path], environment);
  expect(result).toEqual({ exitCode: 0, stdout: `${path}\n`, stderr: "" });
  const content = await fetch(`${mock}/assets/${ready}/content`, { headers: { Authorization: "Bearer any" } });
  expect(await readFile(path)).toEqual(Buffer.from(await content.arrayBuffer()));
});

test("saves several files into a folder that it makes, each once, and goes on after one that fails", async () => {
  const target = folder.at("new/");
  const args = ["download", ready, expired, video, `asset://${video}`, "--output", target];
  const { exitCode, stdout, stderr } = await run(args, environment);
  expect(exitCode).toBe(1);
  const files = (await readdir(target)).toSorted().map((name) => target + name);
  expect(files).toHaveLength(2);
  expect(stdout.split("\n").toSorted()).toEqual(["", ...files]);
  expect(stderr).toMatch(/^chenyu-assets: GET \S+: HTTP 200, code 1001, .*\n$/);
});

test("--json prints a line of JSON for each file", async () => {
  const path = folder.at("picture.png");
  const { stdout } = await run(["download", ready, "--json", "-o", path], environment);
  expect(JSON.parse(stdout)).toEqual({ asset: ready, path, size: 102_400, resumedFrom: 0, skipped: false });
});

test.each([
  ["one", [expired]],
  ["one of several", [ready, expired]],
])("--json prints a line of JSON also for a failure: %s", async (_name, ids) => {
  const { exitCode, stdout, stderr } = await run(["download", ...ids, "--json", "-o", folder.path], environment);
  expect(exitCode).toBe(1);
  const lines = stdout.trim().split("\n");
  const failures = lines.map((line) => JSON.parse(line)).filter(({ error }) => error !== undefined);
  expect(lines).toHaveLength(ids.length);
  expect(failures).toMatchObject([{ asset: expired, error: { name: "ApiError", kind: "rejected", status: 200 } }]);
  expect(stderr).toMatch(/^chenyu-assets: GET .*\n$/);
});

test("--json prints no line for a download that was interrupted", async () => {
  const downloading = start(["download", slow, "--json", "-o", folder.path], environment);
  await until(() => sizeOf(folder.at(`${slow}.mp4.part`)) > 0);
  downloading.child.kill("SIGINT");
  expect(await finish(downloading)).toMatchObject({ exitCode: 130, stdout: "" });
});

test("ends with exit code 3 when an asset has no content yet", async () => {
  const asset = { asset_id: "asset_1", status: "reviewing", size_bytes: 1 };
  await using server = await startServer(always(200, JSON.stringify({ code: 0, msg: "", data: asset })));
  const args = ["download", "asset_1", "-o", folder.path, "--base-url", server.url];
  const stderr = "chenyu-assets: asset_1: the asset has no address yet. Pass --wait to wait until it is ready.\n";
  expect(await run(args, environment)).toEqual({ exitCode: 3, stdout: "", stderr });
});

test("leaves a file that exists already, and names the flags that help", async () => {
  const path = folder.at("picture.png");
  await writeFile(path, "mine");
  const { exitCode, stderr } = await run(["download", ready, "-o", path], environment);
  expect(exitCode).toBe(1);
  const what = `${path}: a file of 4 bytes is there already.`;
  const help = "Pass another --output, --overwrite replace or skip, or --name original-id in a folder.";
  expect(stderr).toBe(`chenyu-assets: ${what} ${help}\n`);
  expect(await readFile(path, "utf8")).toBe("mine");
});

test("--overwrite replace replaces a file that exists already", async () => {
  const path = folder.at("picture.png");
  await writeFile(path, "mine");
  const args = ["download", ready, "-o", path, "--overwrite", "replace"];
  expect(await run(args, environment)).toEqual({ exitCode: 0, stdout: `${path}\n`, stderr: "" });
  expect((await readFile(path, "utf8")).slice(0, 4)).toBe("\uFFFDPNG");
});

test("--overwrite skip keeps a file of the asset's size, and refuses any other", async () => {
  const path = folder.at("picture.png");
  const content = Buffer.alloc(102_400, "mine");
  await writeFile(path, content);
  const args = ["download", ready, "-o", path, "--overwrite", "skip"];
  expect(await run(args, environment)).toEqual({ exitCode: 0, stdout: `${path}\n`, stderr: "" });
  const { stdout } = await run([...args, "--json"], environment);
  expect(JSON.parse(stdout)).toEqual({ asset: ready, path, size: 102_400, resumedFrom: 102_400, skipped: true });
  expect(await readFile(path)).toEqual(content);
  await truncate(path, 1000);
  const { exitCode, stderr } = await run(args, environment);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`${path}: a file of 1000 bytes is there already. ${ready} has 102400 bytes.`);
});

test("saves one of two assets with the same file name, and says how to get both", async () => {
  const args = ["download", "asset_1", "asset_2", "-o", folder.path];
  const { exitCode, stdout, stderr } = await run(args, environment);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: `${folder.at("input.png")}\n` });
  expect(stderr).toMatch(/ of asset_\d and of asset_\d\. Pass --name original-id, to give each its own\.\n$/);
  expect(await run([...args, "--name", "original-id"], environment)).toMatchObject({ exitCode: 0, stderr: "" });
  expect(await folder.names()).toEqual(["input-asset_1.png", "input-asset_2.png", "input.png"]);
});

test("--name id names a file by its asset's id", async () => {
  const { stdout } = await run(["download", video, "-o", folder.path, "--name", "id"], environment);
  expect(stdout).toBe(`${folder.at(`${video}.mp4`)}\n`);
});

test("--timeout limits how long nothing comes, and the message names the flag", async () => {
  await using server = await startHaltingServer(Infinity);
  const args = ["download", "asset_1", "-o", folder.path, "--timeout", "0.2", "--base-url", server.url];
  const { exitCode, stderr } = await run(args, environment);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/nothing came after byte 5\. Raise --timeout \(200 ms\)/);
  expect(await folder.names()).toContain("asset_1.txt.part");
});

test("refuses to save several assets into one file, before any request", async () => {
  const path = folder.at("picture.png");
  await writeFile(path, "mine");
  await using server = await startHaltingServer(0);
  const args = ["download", "asset_1", "asset_2", "-o", path, "--base-url", server.url];
  const { exitCode, stderr } = await run(args, environment);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`--output must be a folder for several assets, but ${JSON.stringify(path)} is a file`);
  expect(server.requests).toEqual([]);
});

test.each(["one.png", "new/one.png"])("refuses %s as a folder for several assets, and names the fix", async (name) => {
  const path = folder.at(name);
  const { exitCode, stderr } = await run(["download", ready, video, "-o", path], environment);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`but "${path}" looks like a file. Did you mean "${path}/"? See `);
  expect(await folder.names()).toEqual([]);
  expect(await run(["download", ready, video, "-o", `${path}/`], environment)).toMatchObject({ exitCode: 0 });
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("on %s it keeps the bytes that came, says so, and ends with exit code %i", async (signal, exitCode) => {
  const part = folder.at("film.mp4.part");
  const downloading = start(["download", slow, "-o", folder.at("film.mp4")], environment);
  await until(() => sizeOf(part) > 0);
  const startedAt = performance.now();
  downloading.child.kill(signal);
  const result = await finish(downloading);
  expect(performance.now() - startedAt).toBeLessThan(1000);
  const size = sizeOf(part).toLocaleString("en-US");
  const stderr = `interrupted: ${part} has ${size} of 7,340,032 bytes; the same command goes on from there\n`;
  expect(result).toEqual({ exitCode, stdout: "", stderr });
});

test("says on SIGINT that nothing is kept when the content host does not prove the version", async () => {
  await using server = await startContentServer(readyAsset(1000), serve(Buffer.alloc(1000), { etag: null, sent: 10 }));
  const path = folder.at("unproven.bin");
  const downloading = start(["download", "asset_1", "-o", path, "--base-url", server.url], environment);
  await until(() => server.requests.length > 0);
  await sleep(1000); // the bytes are on their way
  downloading.child.kill("SIGINT");
  const stderr = `interrupted: nothing of ${path} can be kept; the same command begins it again\n`;
  expect(await finish(downloading)).toEqual({ exitCode: 130, stdout: "", stderr });
});

test("names every file that is interrupted, as --name names it", async () => {
  await using server = await startHaltingServer(2);
  const args = ["download", "asset_1", "asset_2", "-o", folder.path, "--base-url", server.url, "--name", "original-id"];
  const downloading = start(args, environment);
  await until(() => server.requests.length >= 4);
  await sleep(1000); // the bytes are on their way
  downloading.child.kill("SIGINT");
  const { exitCode, stderr } = await finish(downloading);
  expect(exitCode).toBe(130);
  const lines = ["asset_1-asset_1.txt", "asset_2-asset_2.txt"].map((name) => {
    return `interrupted: ${folder.at(name)}.part has 5 of 10 bytes; the same command goes on from there`;
  });
  expect(stderr.split("\n").toSorted()).toEqual(["", ...lines]);
});

test.each([
  ["error", "the same command with --overwrite skip"],
  ["skip", "the same command"],
  ["replace", "the same command"], // with `skip`, an older file would stay
])("after --overwrite %s saved a file and was interrupted, %s goes on", async (overwrite, command) => {
  await using server = await startHaltingServer(1);
  const ids = ["asset_1", "asset_2"];
  const options = ["-o", folder.path, "--base-url", server.url, "--overwrite"];
  const downloading = start(["download", ...ids, ...options, overwrite], environment);
  await until(async () => (await folder.names()).some((name) => name.endsWith(".txt")));
  await until(() => server.requests.length >= 4);
  await sleep(1000); // the bytes are on their way
  downloading.child.kill("SIGINT");
  const { stderr } = await finish(downloading);
  expect(stderr).toMatch(/^interrupted: .*_\d\.txt\.part has 5 of 10 bytes; .* goes on from there\n$/);
  expect(stderr).toContain(`; ${command} goes on from there`);
  const next = command.split(" --overwrite ")[1] ?? overwrite;
  for (const id of ids) {
    expect(await run(["download", id, ...options, next], environment)).toMatchObject({ exitCode: 0, stderr: "" });
    expect(await readFile(folder.at(`${id}.txt`), "utf8")).toBe("0123456789");
  }
});

test("ends at once on a second signal", async () => {
  const downloading = start(["download", slow, "-o", folder.path], environment);
  await until(() => sizeOf(folder.at(`${slow}.mp4.part`)) > 0);
  downloading.child.kill("SIGINT");
  downloading.child.kill("SIGTERM");
  expect([130, 143]).toContain(await downloading.exitCode);
});

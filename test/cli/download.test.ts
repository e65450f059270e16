/** The command `download`. */
import { statSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { finish, run, until } from "./run.ts";
import { startHaltingServer } from "../servers/halting-server.ts";
import { always, startServer } from "../servers/server.ts";

const ready = testAssets.image.asset_id;
const video = testAssets.video.asset_id;
const expired = testAssets.expired.asset_id;
const slow = testAssets.slow.asset_id;

const mock = inject("mock");
const environment = { CHENYU_BASE_URL: mock, CHENYU_API_KEY: "any" };
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "chenyu-assets-download-"));
});
afterEach(() => rm(folder, { recursive: true }));

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

describe("download", () => {
  test("ends with exit code 3 for an asset that has no content yet", async () => {
    const asset = { asset_id: "asset_1", status: "reviewing", size_bytes: 1 };
    await using server = await startServer(always(200, JSON.stringify({ code: 0, msg: "", data: asset })));
    const environment = { CHENYU_API_KEY: "any", CHENYU_BASE_URL: server.url };
    const { exitCode, stdout, stderr } = await finish(run(["download", "asset_1", "-o", folder], environment));
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: "" });
    expect(stderr).toBe("chenyu-assets: asset_1: the asset has no address yet. Wait until it is ready.\n");
  });

  test("saves a file, and prints its path when its output is no terminal", async () => {
    const path = join(folder, "picture.png");
    const downloaded = await finish(run(["download", `asset://${ready}`, "-o", path], environment));
    expect(downloaded).toEqual({ exitCode: 0, stdout: `${path}\n`, stderr: "" });
    const content = await fetch(`${mock}/assets/${ready}/content`, { headers: { Authorization: "Bearer any" } });
    expect(await readFile(path)).toEqual(Buffer.from(await content.arrayBuffer()));
  });

  test("saves several into a folder that it makes, each once, and goes on after one that fails", async () => {
    const target = join(folder, "new/");
    const args = ["download", ready, expired, video, `asset://${video}`, "--output", target];
    const { exitCode, stdout, stderr } = await finish(run(args, environment));
    expect(exitCode).toBe(1);
    const files = await readdir(target);
    expect(files).toHaveLength(2);
    expect(stdout.split("\n").sort()).toEqual(["", ...files.map((name) => join(target, name))].sort());
    expect(stderr).toMatch(/^chenyu-assets: GET \S+: HTTP 200, code 1001, .*\n$/);
  });

  test("--json prints a line of JSON for each file", async () => {
    const path = join(folder, "picture.png");
    const { stdout } = await finish(run(["download", ready, "--json", "-o", path], environment));
    expect(JSON.parse(stdout)).toEqual({ asset: ready, path, size: 102_400, resumedFrom: 0 });
  });

  test("leaves a file that is there already, and names the option that would replace it", async () => {
    const path = join(folder, "picture.png");
    await writeFile(path, "mine");
    const { exitCode, stderr } = await finish(run(["download", ready, "-o", path], environment));
    expect(exitCode).toBe(1);
    const advice = 'Pass another --output, or --overwrite "replace" or "skip".';
    expect(stderr).toBe(`chenyu-assets: ${path}: the file exists already. ${advice}\n`);
    expect(await readFile(path, "utf8")).toBe("mine");
  });

  test.each([
    ["skip", "mine"],
    ["replace", "\uFFFDPNG"],
  ])("--overwrite %s leaves %j where a file is there already", async (overwrite, start) => {
    const path = join(folder, "picture.png");
    await writeFile(path, "mine");
    const args = ["download", ready, "-o", path, "--overwrite", overwrite];
    expect(await finish(run(args, environment))).toEqual({ exitCode: 0, stdout: `${path}\n`, stderr: "" });
    expect((await readFile(path, "utf8")).slice(0, 4)).toBe(start);
  });

  test("saves one of two that have the same name, and says how to have the other one", async () => {
    const args = ["download", "asset_1", "asset_2", "-o", folder];
    const { exitCode, stdout, stderr } = await finish(run(args, environment));
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: `${join(folder, "input.png")}\n` });
    expect(stderr).toMatch(
      /input\.png: the file of asset_\d has this name too\. Download one of them by itself, to another --output\.\n$/,
    );
  });

  test("--timeout bounds how long nothing comes, and its message names the option", async () => {
    await using server = await startHaltingServer(Infinity);
    const args = ["download", "asset_1", "-o", folder, "--timeout", "0.2", "--base-url", server.url];
    const { exitCode, stderr } = await finish(run(args, environment));
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/nothing came after byte 5\. Raise --timeout \(200 ms\)/);
    expect(await readdir(folder)).toContain("asset_1.txt.part");
  });

  test("refuses a file for several assets before any request", async () => {
    const path = join(folder, "picture.png");
    await writeFile(path, "mine");
    await using server = await startHaltingServer(0);
    const args = ["download", "asset_1", "asset_2", "-o", path, "--base-url", server.url];
    const { exitCode, stderr } = await finish(run(args, environment));
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`--output takes a folder for several assets, and ${JSON.stringify(path)} is a file`);
    expect(server.requests).toEqual([]);
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("on %s keeps what has come, says so, and ends with exit code %i", async (signal, exitCode) => {
    const part = join(folder, "film.mp4.part");
    const downloading = run(["download", slow, "-o", join(folder, "film.mp4")], environment);
    await until(() => sizeOf(part) || undefined);
    const start = performance.now();
    downloading.child.kill(signal);
    const { stdout, stderr, ...ended } = await finish(downloading);
    expect(performance.now() - start).toBeLessThan(1000);
    expect({ ...ended, stdout }).toEqual({ exitCode, stdout: "" });
    const size = sizeOf(part).toLocaleString("en-US");
    const left = `${part} has ${size} of 7,340,032 bytes; the same command goes on from there`;
    expect(stderr).toBe(`interrupted: ${left}\n`);
  });

  test("tells of every file that is interrupted", async () => {
    await using server = await startHaltingServer(2);
    const args = ["download", "asset_1", "asset_2", "-o", folder, "--base-url", server.url];
    const downloading = run(args, environment);
    await until(() => server.requests[3]);
    await new Promise((resolve) => setTimeout(resolve, 1000)); // the bytes are on their way
    downloading.child.kill("SIGINT");
    const { exitCode, stderr } = await finish(downloading);
    expect(exitCode).toBe(130);
    const lines = ["asset_1.txt", "asset_2.txt"].map((name) => {
      return `interrupted: ${join(folder, name)}.part has 5 of 10 bytes; the same command goes on from there`;
    });
    expect(stderr.split("\n").toSorted()).toEqual(["", ...lines]);
  });

  test("ends at once on a second signal", async () => {
    const downloading = run(["download", slow, "-o", folder], environment);
    await until(() => sizeOf(join(folder, `${slow}.mp4.part`)) || undefined);
    downloading.child.kill("SIGINT");
    downloading.child.kill("SIGTERM");
    expect([130, 143]).toContain((await finish(downloading)).exitCode);
  });
});

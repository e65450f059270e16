/** The option `--sha256` of `download`. */
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { makeFolder, type TemporaryFolder } from "../helpers/temporary-folder.ts";
import { run } from "./run.ts";

const ready = testAssets.image.asset_id;
const environment = { CHENYU_BASE_URL: inject("mock"), CHENYU_API_KEY: "any" };
let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await makeFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

test("--sha256 proves the content, also of a file that is there already", async () => {
  const path = folder.at("picture.png");
  const args = ["download", ready, "-o", path, "--overwrite", "skip", "--sha256"];
  const wrong = await run([...args, "0".repeat(64)], environment);
  expect(wrong).toMatchObject({ exitCode: 1, stdout: "" });
  await run(["download", ready, "-o", path], environment);
  const digest = createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
  expect(await run([...args, digest], environment)).toEqual({ exitCode: 0, stdout: `${path}\n`, stderr: "" });
  await writeFile(path, Buffer.alloc(102_400, "mine"));
  expect(await run([...args, digest], environment)).toMatchObject({ exitCode: 1, stdout: "" });
});

test("a value that --sha256 does not take is refused by its name", async () => {
  const { exitCode, stderr } = await run(["download", ready, "--sha256", "abc"], environment);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^chenyu-assets: --sha256: /);
});

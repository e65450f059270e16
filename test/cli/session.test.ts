/** Where `get`, `wait` and `download` get the API key from, and how they check the ids. */
import { writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeFolder, type TemporaryFolder } from "../helpers/temporary-folder.ts";
import { always, startServer } from "../servers/server.ts";
import { finish, run, start } from "./run.ts";

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await makeFolder();
  await writeFile(folder.at("key"), "\uFEFFfrom_file\r\n");
  await writeFile(folder.at("two"), "s3cret\ns3cret\n");
  await writeFile(folder.at("none"), "\n");
});
afterAll(() => folder[Symbol.asyncDispose]());

/** Looks an asset up. @returns The header that has the key. */
async function sendKey(args: string[], input?: string): Promise<string | undefined> {
  await using server = await startServer(always(200, JSON.stringify({ code: 0, msg: "", data: { asset_id: "a" } })));
  const getting = start(["get", "a", "--base-url", server.url, ...args], { CHENYU_API_KEY: "from_environment" });
  getting.child.stdin!.end(input);
  expect(await finish(getting)).toMatchObject({ exitCode: 0, stderr: "" });
  return server.requests[0]!.headers.authorization;
}

test("the key comes from the environment", async () => {
  expect(await sendKey([])).toBe("Bearer from_environment");
});

test("the key comes from the file of --api-key-file, without its byte order mark and line end", async () => {
  expect(await sendKey(["--api-key-file", folder.at("key")])).toBe("Bearer from_file");
});

test("the key comes from standard input with --api-key-file -", async () => {
  expect(await sendKey(["--api-key-file", "-"], "from_input\n")).toBe("Bearer from_input");
});

const notAKey = "the key must be visible ASCII without spaces or line breaks. Copy it from the console again.";

test.each([
  ["missing", "it cannot be read (ENOENT). Pass a file that has the key."],
  [".", "it cannot be read (EISDIR). Pass a file that has the key."],
  ["none", "the key is empty. Copy it from the console again."],
  ["two", notAKey],
])("a key file that cannot be used (%s) is refused with exit code 2, and its key is not shown", async (name, text) => {
  const file = folder.at(name);
  const stderr = `chenyu-assets: --api-key-file ${file}: ${text}\n`;
  expect(await run(["get", "asset_1", "--api-key-file", file])).toEqual({ exitCode: 2, stdout: "", stderr });
});

test("a key in the environment that cannot be used is refused with exit code 2, and is not shown", async () => {
  const stderr = `chenyu-assets: CHENYU_API_KEY: ${notAKey}\n`;
  expect(await run(["get", "asset_1"], { CHENYU_API_KEY: "s3 cret" })).toEqual({ exitCode: 2, stdout: "", stderr });
});

test("without a key, the message says how to give one, with exit code 2", async () => {
  const text = "there is no API key. Set CHENYU_API_KEY, or pass --api-key-file. See chenyu-assets get --help.";
  expect(await run(["get", "asset_1"])).toEqual({ exitCode: 2, stdout: "", stderr: `chenyu-assets: ${text}\n` });
});

test.each([[["--api-key", "s3cret"]], [["--api-key=s3cret"]], [["--token=s3cret"]], [["--key", "s3cret"]]])(
  "%j is refused: the message says where the key goes, and does not show it",
  async (args) => {
    const { exitCode, stdout, stderr } = await run(["get", "asset_1", ...args]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(/ps shows.* CHENYU_API_KEY, .*--api-key-file/);
    expect(stderr).not.toContain("s3cret");
  },
);

test("a key before the command is not taken for a command and shown", async () => {
  const { exitCode, stderr } = await run(["--api-key", "s3cret", "get", "asset_1"]);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^chenyu-assets: chenyu-assets has no option --api-key: ps shows/);
  expect(stderr).not.toContain("s3cret");
});

test("one wrong id is refused before any request, with exit code 2", async () => {
  await using server = await startServer(always(500, ""));
  const args = ["get", "asset_1", "../balance", "--base-url", server.url];
  const text = 'asset: "../balance" is not an asset reference. Pass an asset_id, an asset_uri or an Asset.';
  const stderr = `chenyu-assets: ${text}\n`;
  expect(await run(args, { CHENYU_API_KEY: "any" })).toEqual({ exitCode: 2, stdout: "", stderr });
  expect(server.requests).toEqual([]);
});

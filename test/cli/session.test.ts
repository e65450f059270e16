/** What all commands that ask the API have in common: where the key comes from, and the check of the ids. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { finish, run } from "./run.ts";
import { always, startServer } from "../servers/server.ts";

describe("the key", () => {
  let folder: string;
  const keyAsSent = async (args: string[], input?: string): Promise<string | undefined> => {
    await using server = await startServer(always(200, JSON.stringify({ code: 0, msg: "", data: { asset_id: "a" } })));
    const getting = run(["get", "a", "--base-url", server.url, ...args], { CHENYU_API_KEY: "from_environment" });
    getting.child.stdin!.end(input);
    expect(await finish(getting)).toMatchObject({ exitCode: 0, stderr: "" });
    return server.requests[0]!.headers.authorization;
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "chenyu-assets-key-"));
    await writeFile(join(folder, "key"), "\uFEFFfrom_file\r\n");
    await writeFile(join(folder, "two"), "s3cret\ns3cret\n");
    await writeFile(join(folder, "none"), "\n");
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("comes from the environment", async () => {
    expect(await keyAsSent([])).toBe("Bearer from_environment");
  });

  test("comes from the file of --api-key-file, without a mark or a line end around it", async () => {
    expect(await keyAsSent(["--api-key-file", join(folder, "key")])).toBe("Bearer from_file");
  });

  test("comes from standard input with --api-key-file -", async () => {
    expect(await keyAsSent(["--api-key-file", "-"], "from_input\n")).toBe("Bearer from_input");
  });

  test.each([
    ["missing", "it cannot be read (ENOENT). Name a file that has the key."],
    [".", "it cannot be read (EISDIR). Name a file that has the key."],
    ["none", "the key is empty. Copy it from the console again."],
    ["two", "the key must be visible ASCII without spaces or line breaks. Copy it from the console again."],
  ])("that cannot be had from the file %s is told without showing it, with exit code 2", async (name, problem) => {
    const file = join(folder, name);
    const { exitCode, stdout, stderr } = await finish(run(["get", "asset_1", "--api-key-file", file]));
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toBe(`chenyu-assets: --api-key-file ${file}: ${problem}\n`);
  });

  test("that is nowhere is asked for, with exit code 2", async () => {
    const problem = "apiKey: there is none. Set CHENYU_API_KEY, or pass --api-key-file.";
    expect(await finish(run(["get", "asset_1"]))).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: `chenyu-assets: ${problem}\n`,
    });
  });

  test.each([[["--api-key", "s3cret"]], [["--api-key=s3cret"]], [["--token=s3cret"]], [["--key", "s3cret"]]])(
    "is no argument: %j is told where it goes",
    async (args) => {
      const { exitCode, stdout, stderr } = await finish(run(["get", "asset_1", ...args]));
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
      expect(stderr).toMatch(/ps shows.* CHENYU_API_KEY .*--api-key-file/);
      expect(stderr).not.toContain("s3cret");
    },
  );
});

test("one wrong reference is refused before any request, with exit code 2", async () => {
  await using server = await startServer(always(500, ""));
  const { exitCode, stdout, stderr } = await finish(
    run(["get", "asset_1", "../balance", "--base-url", server.url], { CHENYU_API_KEY: "any" }),
  );
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toBe(
    'chenyu-assets: asset: "../balance" is not an asset reference. Pass an asset_id, an asset_uri or an Asset.\n',
  );
  expect(server.requests).toEqual([]);
});

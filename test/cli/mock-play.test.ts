/** What the command `mock` plays by its options: own assets and weather. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { createClient } from "../../src/index.ts";
import { until } from "../helpers/timing.ts";
import { root, run, startMock } from "./run.ts";

describe("--assets", () => {
  const folder = mkdtempSync(join(tmpdir(), "assets-"));
  function write(name: string, text: string): string {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  }

  test.each([
    [
      "JSON",
      "assets.json",
      '{"asset_mine":{"content":"./a.txt","answers":[{"status":"reviewing"},{"status":429},{}]}}',
    ],
    [
      "YAML",
      "assets.yaml",
      "asset_mine:\n  content: a.txt\n  expires_at: 2026-06-16T12:00:00+08:00\n  answers: [{ status: reviewing }, { status: 429 }, {}]\n",
    ],
  ])("plays the assets of a file, as %s, and shows them in the table", async (_format, name, text) => {
    write("a.txt", "mine");
    const { url, output } = await startMock("--assets", write(name, text));
    await until(() => output.stdout.includes("Seed:"));
    expect(output.stdout).toMatch(/^ {3,}asset_mine {3,}Own asset: reviewing, HTTP 429, confirmed$/m);
    const chenyu = createClient({ apiKey: "any", baseUrl: url });
    const download = await chenyu.assets.download("asset_mine", { wait: { intervalMs: 1 } });
    expect(await download.text()).toBe("mine");
    if (name.endsWith("yaml")) expect(download.asset.expires_at).toBe("2026-06-16T12:00:00+08:00");
    await until(() => output.stdout.includes("Own asset: reviewing, HTTP 429, confirmed\nGET"));
  });

  test.each([
    ["with a byte order mark", '\ufeff{"asset_mine":{"summary":"mine"}}'],
    ["with tabs and Windows line ends", '{\r\n\t"asset_mine": {\r\n\t\t"summary": "mine"\r\n\t}\r\n}\r\n'],
  ])("reads JSON %s", async (_what, text) => {
    const { output } = await startMock("--assets", write("odd.json", text));
    await until(() => output.stdout.includes("Seed:"));
    expect(output.stdout).toMatch(/^ {3,}asset_mine {3,}mine$/m);
  });

  test("leaves a file: URL and a data: URL as they are", async () => {
    const { href } = pathToFileURL(write("elsewhere.txt", "by URL"));
    const text = JSON.stringify({ asset_file: { content: href }, asset_data: { content: "data:,bytes" } });
    const { url } = await startMock("--assets", write("urls.json", text));
    const { assets } = createClient({ apiKey: "any", baseUrl: url });
    expect(await (await assets.download("asset_file")).text()).toBe("by URL");
    expect(await (await assets.download("asset_data")).text()).toBe("bytes");
  });

  test.each(["README.md", "README.zh-CN.md"])("plays the file that %s shows", async (name) => {
    const [, text] = /^```yaml\n([^]*?)^```$/m.exec(readFileSync(join(root, name), "utf8"))!;
    write("picture.webp", "picture");
    const { url, output } = await startMock("--assets", write("shown.yaml", text!));
    await until(() => output.stdout.includes("Seed:"));
    expect(output.stdout).toContain("Own asset: reviewing, confirmed");
    const download = await createClient({ apiKey: "any", baseUrl: url }).assets.download("asset_mine");
    expect([download.asset.mime_type, await download.text()]).toEqual(["image/webp", "picture"]);
  });

  test.each([
    [
      "a file that is not there",
      join(folder, "none.yaml"),
      /--assets: ".*none\.yaml" is no file that can be read \(ENOENT\)/,
    ],
    ["a folder", folder, /is no file that can be read \(EISDIR\)/],
    ["JSON that cannot be parsed", write("bad.json", "{"), /--assets: ".*bad\.json" cannot be parsed: /],
    ["YAML that cannot be parsed", write("bad.yaml", "a: [\n"), /--assets: ".*bad\.yaml" cannot be parsed: /],
    [
      "an id that is there twice in JSON",
      write("two.json", '{"a":{},"a":{}}'),
      /cannot be parsed: duplicated mapping key/,
    ],
    [
      "JSON with a secret beside the fault, and does not show it",
      write("secret.json", '{"a":["?sign=SECRET",}}'),
      /^(?!.*CRET).*secret\.json" cannot be parsed: /,
    ],
    ["an id that is there twice", write("two.yaml", "a: {}\na: {}\n"), /cannot be parsed: duplicated mapping key/],
    ["a list", write("list.yaml", "- a\n"), /must have assets by their ids, like asset_1: \{ status: reviewing \}/],
    ["an empty file", write("empty.yaml", ""), /--assets: ".*empty\.yaml" (cannot be parsed|must have assets)/],
    [
      "a wrong field",
      write("wrong.yaml", "a: { status: 5 }\n"),
      /^chenyu-assets: --assets: a\.status: it must be string, not 5\. .*\n$/,
    ],
    ["a wrong id", write("id.yaml", "a/b: {}\n"), /^chenyu-assets: --assets: "a\/b" is not an asset id\.\n$/],
    [
      "a content that is missing",
      write("c.yaml", "a: { content: ./b }\n"),
      /--assets: a\.content: ".*\/b" is no file that can/,
    ],
  ])("refuses %s, with exit code 2", async (_what, file, message) => {
    const { exitCode, stdout, stderr } = await run(["mock", "--port", "0", "--assets", file]);
    expect([exitCode, stdout, stderr]).toEqual([2, "", expect.stringMatching(message)]);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});

test("--latency, --error-rate and --seed make the weather, and the seed that is printed repeats it", async () => {
  async function play(...args: string[]): Promise<[statuses: number[], seed: string]> {
    const { url, output, child, exitCode } = await startMock("--latency", "1-3", "--error-rate", ".5", ...args);
    const statuses: number[] = [];
    for (let turn = 0; turn < 20; turn++) {
      const response = await fetch(`${url}/api/open/v2/assets/asset_1`, { headers: { authorization: "Bearer any" } });
      statuses.push(response.status);
    }
    child.kill("SIGTERM");
    await exitCode;
    return [statuses, /^Seed: +(\d+)$/m.exec(output.stdout)![1]!];
  }
  const [statuses, seed] = await play();
  expect(new Set(statuses)).toEqual(new Set([200, 500]));
  expect(await play("--seed", seed)).toEqual([statuses, seed]);
});

test("--quiet prints the seed on standard error, so that a run in CI can be repeated", async () => {
  const { url, output, child, exitCode } = await startMock("--quiet", "--error-rate", "0.5", "--seed", "7");
  child.kill("SIGTERM");
  await exitCode;
  expect(output).toEqual({ stdout: `${url}\n`, stderr: "Seed: 7\n" });
});

test("prints no seed where nothing is drawn", async () => {
  const { output } = await startMock();
  await until(() => /Reset:.*\n/.test(output.stdout));
  expect(output.stdout).not.toContain("Seed");
});

test.each([
  [["--latency", "0.2"], '--latency must be milliseconds, like 200 or 100-500, not "0.2".'],
  [["--latency", "500-100"], '--latency must be milliseconds, like 200 or 100-500, not "500-100".'],
  [["--latency", "600001"], "--latency: 600001 cannot be used. Pass whole milliseconds up to 600000"],
  [["--error-rate", "50%"], '--error-rate must be a number from 0 to 1, not "50%".'],
  [["--error-rate", "1.1"], '--error-rate must be a number from 0 to 1, not "1.1".'],
  [["--error-rate", ""], '--error-rate must be a number from 0 to 1, not "".'],
  [["--seed", "x"], '--seed must be a whole number from 0 to 4294967295, not "x".'],
  [["--asset", "x"], "mock has no option --asset. Did you mean --assets?"],
])("%j is wrong usage", async (args, message) => {
  const { exitCode, stdout, stderr } = await run(["mock", "--port", "0", ...args]);
  expect([exitCode, stdout, stderr]).toEqual([2, "", expect.stringContaining(message)]);
});

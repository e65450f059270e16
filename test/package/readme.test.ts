/** The samples of the READMEs, run from their own text against the mock: what a comment says is what comes. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ts from "typescript";
import { afterAll, afterEach, beforeEach, describe, expect, inject, test, vi } from "vitest";
import * as sdk from "../../src/index.ts";
import * as node from "../../src/node.ts";
import { readSamples } from "./samples.ts";

const { scripts } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
const AsyncFunction = (async () => {}).constructor as FunctionConstructor;

beforeEach(() => {
  vi.stubEnv("CHENYU_API_KEY", "cy_test");
  vi.stubEnv("CHENYU_BASE_URL", inject("mock"));
});
afterEach(() => void vi.unstubAllEnvs());

const folder = await mkdtemp(join(tmpdir(), "chenyu-assets-readme-"));
afterAll(() => rm(folder, { recursive: true }));

describe.each(["README.md", "README.zh-CN.md"])("%s", async (name) => {
  const text = await readFile(new URL(`../../${name}`, import.meta.url), "utf8");

  test.each(readSamples(text, "ts"))("the sample %#: what a comment says is what comes", async (sample) => {
    const results: { expression: string; value: unknown; said: unknown }[] = [];
    const code = sample
      .replaceAll(/^import (\{.*\}) from "chenyu-assets";$/gm, "const $1 = sdk;")
      .replaceAll(/^import (\{.*\}) from "chenyu-assets\/node";$/gm, "const $1 = node;")
      .replaceAll('"pictures/"', JSON.stringify(join(folder, "pictures/")))
      .replaceAll(/^( *(?:if \(.*\) )?)([\w?.()[\]]+); \/\/ (".*"|\d+)$/gm, "$1report('$2', $2, $3);");
    const promised = [...sample.matchAll(/; \/\/ ["\d]/g)].length;
    const report = (expression: string, value: unknown, said: unknown): void =>
      void results.push({ expression, value, said });
    const run = AsyncFunction("sdk", "node", "report", ts.transpile(code, { target: ts.ScriptTarget.ESNext }));
    await run(sdk, node, report);
    expect(results.length).toBeGreaterThan(0);
    expect(results).toHaveLength(promised);
    for (const { expression, value, said } of results) expect(value, expression).toBe(said);
  });

  test("every npm script that it names exists", () => {
    const named = [...text.matchAll(/npm (?:run )?(start|test|mock|generate|docs|lint|check|format|bench|soak)\b/g)];
    expect(named.length).toBeGreaterThan(5);
    for (const [, script] of named) expect(scripts).toHaveProperty(script!);
  });

  test("every file that it links to exists", async () => {
    for (const [, path] of text.matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
      await expect(readFile(new URL(`../../${path}`, import.meta.url)), path).resolves.toBeDefined();
    }
  });

  test("is under 230 lines, with the first code by line 12", () => {
    const lines = text.split("\n");
    expect(lines.length).toBeLessThan(230);
    expect(lines.findIndex((line) => line.startsWith("```ts"))).toBeLessThan(12);
  });
});

/** The READMEs: their samples print what they say, what they name exists, and both languages say the same. */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import * as sdk from "../../src/index.ts";
import * as mock from "../../src/mock.ts";
import * as node from "../../src/node.ts";
import { readBlocks, readPromises, readSamples, runSample } from "./samples.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);
const read = (path: string): Promise<string> => readFile(join(root, path), "utf8");

const { scripts, version } = JSON.parse(await read("package.json"));
const { compilerOptions } = JSON.parse(await read("tsconfig.json"));
const english = await read("README.md");
const chinese = await read("README.zh-CN.md");
const readmes = [
  { name: "README.md", text: english },
  { name: "README.zh-CN.md", text: chinese },
];

const modules = { "chenyu-assets": sdk, "chenyu-assets/mock": mock, "chenyu-assets/node": node };
const folder = await mkdtemp(join(tmpdir(), "chenyu-assets-readme-"));
const server = await mock.startMockServer();

beforeAll(() => {
  vi.stubEnv("CHENYU_API_KEY", "cy_test");
  vi.stubEnv("CHENYU_BASE_URL", server.url);
});
beforeEach(() => server.reset());
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.close();
  await rm(folder, { recursive: true });
});

describe.each(readmes)("$name", ({ text }) => {
  test.each(readSamples(text, "ts"))("the sample %# prints what its comments say", async (sample) => {
    const promises = readPromises(sample);
    expect(promises.size).toBeGreaterThan(0);
    const printed = await runSample(sample.replaceAll('"pictures/"', `"${folder}/pictures/"`), modules);
    for (const { line, text } of printed) expect(text.replace(`${folder}/`, "")).toBe(promises.get(line));
    expect(new Set(printed.map(({ line }) => line))).toEqual(new Set(promises.keys()));
  });

  test("has at most ten lines of code in each sample", () => {
    for (const sample of readSamples(text, "ts")) {
      const lines = sample.split("\n").filter((line) => !/^\s*(\/\/.*)?$/.test(line));
      expect(lines.length, sample).toBeLessThanOrEqual(10);
    }
  });

  test("names only npm scripts that exist", () => {
    const named = [...text.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)].map(
      ([, script, short]) => script ?? short!,
    );
    expect(named.length).toBeGreaterThan(5);
    for (const script of named) expect(scripts).toHaveProperty([script]);
  });

  test("names only commands and options that --help shows", async () => {
    const commands = [...text.matchAll(/npx chenyu-assets ([^`#\n]+)/g)].map(([, words]) => words!.trim().split(" "));
    expect(new Set(commands.map(([command]) => command))).toEqual(
      new Set(["get", "wait", "download", "mock", "--help"]),
    );
    for (const [command, ...rest] of commands) {
      const args = command === "--help" ? [] : [command!];
      const { stdout: help } = await run(process.execPath, [join(root, "src/cli.ts"), "help", ...args]);
      for (const word of [command, ...rest.filter((word) => word.startsWith("--"))]) expect(help).toContain(word);
    }
  });

  test("names the tarball as npm pack does", () => {
    const names = new Set(text.match(/chenyu-assets-[\w.]+\.tgz/g));
    expect(names).toEqual(new Set([`chenyu-assets-${version}.tgz`]));
  });

  test("links only to files that exist and are in the package", async () => {
    const { stdout } = await run("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: root });
    const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
    const links = [...text.matchAll(/\]\((?!https:)([^)]+)\)/g)].map(([, path]) => path!);
    expect(links).toContain("LICENSE");
    const packed = files.map(({ path }) => path);
    for (const path of links) {
      expect(packed).toContain(path);
      await expect(read(path), path).resolves.toBeDefined();
    }
  });

  test("has code within the first 30 lines, the quick start within the first 60, and no section over 45 lines", () => {
    const lines = text.split("\n");
    expect(lines.findIndex((line) => line.startsWith("```"))).toBeLessThan(30);
    expect(lines.findIndex((line) => line.startsWith("```ts"))).toBeLessThan(60);
    const sections = text.split(/^(?=##)/m).map((section) => section.trim().split("\n"));
    for (const [heading, ...body] of sections) {
      const withoutTables = body.filter((line) => !line.startsWith("|"));
      expect(withoutTables.length, heading).toBeLessThanOrEqual(45);
    }
  });

  test("has a row for each option, with its default", async () => {
    const rows = readTables(text).flatMap(([head, , ...rows]) => (/^(option|选项)$/.test(head![0]!) ? rows : []));
    const shown = rows.map(([name, ...cells]) => ({ name: name!.replaceAll("`", ""), fallback: cells.at(-1)! }));
    const options = await readOptions();
    expect(new Set(shown.map(({ name }) => name))).toEqual(new Set(options.map(({ name }) => name)));
    expect(numbersIn(shown)).toEqual(numbersIn(options));
    expect(numbersIn(shown).size).toBe(12);
  });

  test("has a row for each error", () => {
    const errors = Object.keys(sdk).filter((name) => /^(?!Chenyu|is)\w+Error$/.test(name));
    const rows = [...text.matchAll(/^\| `([A-Z]\w+Error)` \|/gm)].map(([, name]) => name!);
    expect(rows.toSorted()).toEqual(errors.toSorted());
  });
});

interface Option {
  name: string;
  fallback: string;
}

/** The options of all calls, as the source declares them. */
async function readOptions(): Promise<Option[]> {
  const names = await readdir(join(root, "src"), { recursive: true });
  const files = await Promise.all(names.filter((name) => name.endsWith(".ts")).map((name) => read(`src/${name}`)));
  const declaration =
    /^export interface (?:Weather|(?:Client|Request|Wait|Download|Read|File|DownloadAll|MockServer)Options)\b.*\{\n([^]*?)^\}/gm;
  const interfaces = [...files.join("\n").matchAll(declaration)];
  expect(interfaces).toHaveLength(9);
  return interfaces.flatMap(([, body]) =>
    [...body!.matchAll(/\/\*\*([^]*?)\*\/\s+(\w+)\?:/g)].map(([, comment, name]) => ({
      name: name!,
      fallback: /@default (\d+)/.exec(comment!)?.[1] ?? "",
    })),
  );
}

function numbersIn(options: Option[]): Set<string> {
  return new Set(options.flatMap(({ name, fallback }) => (/^\d+$/.test(fallback) ? `${name} ${fallback}` : [])));
}

/** The tables of a README: rows of cells. The first row is the heading, the second one the dashes. */
function readTables(text: string): string[][][] {
  return [...text.matchAll(/(?:^\|.*\|\n)+/gm)].map(([table]) => table.trimEnd().split("\n").map(readCells));
}

function readCells(row: string): string[] {
  const cells = row.slice(1, -1).split("|");
  return cells.map((cell) => cell.trim());
}

describe("both READMEs have the same", () => {
  const proseOf = (text: string): string => text.replaceAll(/^```[^]*?^```$/gm, "");

  test("headings", () => {
    const levels = (text: string): string[] => proseOf(text).match(/^#+(?= )/gm)!;
    expect(levels(chinese)).toEqual(levels(english));
    expect(levels(english).length).toBeGreaterThan(20);
  });

  test("code, apart from comments in a line of their own or behind a command", () => {
    const codeOf = (text: string): object[] =>
      readBlocks(text).map(({ language, code }) => ({ language, code: code.replaceAll(/^ *\/\/.*\n|( +# .*)/gm, "") }));
    expect(codeOf(chinese)).toEqual(codeOf(english));
  });

  test("tables: rows, columns, and the code in each row", () => {
    const shapeOfRow = (cells: string[]): object => {
      // The rows of the test assets are generated, each from a summary in its own language.
      const own = cells.some((cell) => cell.startsWith("`asset_")) ? cells.slice(0, 2) : cells;
      const code = own.join(" ").match(/`[^`]+`/g) ?? [];
      return { columns: cells.length, code: code.toSorted() };
    };
    const shapeOf = (text: string): object[] => readTables(text).map((rows) => rows.map(shapeOfRow));
    expect(shapeOf(chinese)).toEqual(shapeOf(english));
  });

  test("links, apart from those to each other", () => {
    const linksOf = (text: string): string[] =>
      [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, path]) => path!).filter((path) => !path.startsWith("README"));
    expect(linksOf(chinese)).toEqual(linksOf(english));
  });
});

test("the declaration for Vitest gives inject its type", { timeout: 60_000 }, () => {
  const [declaration, ...others] = readSamples(english, "typescript");
  expect(others).toEqual([]);
  const use = 'import { inject } from "vitest";\nexport const id: string = inject("testAssets").drops.asset_id;\n';
  expect(typeErrors(declaration!.replace("chenyu-assets/mock", "../../src/mock.ts") + use)).toEqual([]);
});

/** The type errors of a module beside this file. */
function typeErrors(code: string): string[] {
  const path = join(root, "test/package/declaration.ts");
  const { options } = ts.convertCompilerOptionsFromJson(compilerOptions, root);
  const files = ts.createCompilerHost(options);
  const getSourceFile: ts.CompilerHost["getSourceFile"] = (name, target) =>
    name === path ? ts.createSourceFile(name, code, target) : files.getSourceFile(name, target);
  const program = ts.createProgram([path], options, { ...files, getSourceFile });
  const errors = program.getSemanticDiagnostics(program.getSourceFile(path));
  return errors.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

describe("a sample", () => {
  const imported = 'import { toAssetUri } from "chenyu-assets";\n';

  test.each([
    ["console.log without a comment", 'console.log("a");'],
    ["a comment behind something that prints nothing", '"a"; // a'],
    ["a comment behind something that prints nothing, without a space", '"a";//a'],
    ["a comment that is not the last of its line", '"a" /* a */;'],
    ["two calls in a line", 'console.log("a"); console.log("b"); // a'],
  ])("fails by %s", (_name, line) => {
    expect(() => readPromises(imported + line)).toThrow(line);
  });

  test("fails by an import that its readers have not installed", async () => {
    await expect(runSample('import { x } from "vitest";\nx();', modules)).rejects.toThrow("a sample imports vitest");
  });

  test("may print the same in each turn of a loop", async () => {
    const sample = `${imported}// Twice:\nfor (const id of [1, 1]) console.log(toAssetUri(\`a\${id}\`)); // asset://a1`;
    expect(readPromises(sample)).toEqual(new Map([[2, "asset://a1"]]));
    const text = "asset://a1";
    expect(await runSample(sample, modules)).toEqual([
      { line: 2, text },
      { line: 2, text },
    ]);
  });
});

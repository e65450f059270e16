/** Which file may import which. Types and `import()` count as imports, too. */
import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What the files of each place may import, besides each other. The first entry that fits a path is its place. */
const mayImport: [place: string, imports: string[]][] = [
  ["src/index.ts", ["src/core/", "src/download/", "src/client/", "generated/"]],
  ["src/node.ts", ["src/files/", "node:"]],
  ["src/mock.ts", ["src/mock/"]],
  ["src/cli.ts", ["src/cli/", "generated/", "node:"]],
  ["src/core/", ["generated/"]],
  ["src/download/", ["src/core/", "generated/"]],
  ["src/client/", ["src/core/", "src/download/", "generated/"]],
  ["src/files/", ["src/core/", "src/download/", "src/client/", "generated/", "node:"]],
  ["src/mock/", ["src/core/", "generated/", "node:"]],
  ["src/cli/", ["src/index.ts", "src/node.ts", "src/mock.ts", "src/core/", "generated/", "node:"]],
  ["generated/", []],
  ["examples/", ["node:"]], // and the package by its name, as its users do
  ["scripts/start.ts", ["src/", "generated/", "scripts/", "node:"]],
  ["scripts/docs/", ["src/", "scripts/", "node:"]],
  ["scripts/bench/", ["src/", "generated/", "scripts/", "node:"]],
  ["scripts/", ["node:"]], // what makes `generated/` must not need it
  ["test/", ["src/", "generated/", "scripts/", "examples/", "node:"]],
];

/** The files that each file imports, by their paths in the project, and modules of Node: `node:fs`. */
type Imports = Map<string, string[]>;

function findWrongImports(imports: Imports): string[] {
  return [...imports].flatMap(([file, imported]) => {
    const [place, allowed] = mayImport.find(([start]) => file.startsWith(start)) ?? [file, []];
    const wrong = imported.filter((path) => ![place, ...allowed].some((start) => path.startsWith(start)));
    return wrong.map((path) => `${file} → ${path}`);
  });
}

function findCircles(imports: Imports): string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  function follow(file: string, path: string[]): void {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(" → "));
    else if (!done.has(file)) {
      for (const next of imports.get(file) ?? []) follow(next, [...path, file]);
      done.add(file);
    }
  }
  for (const file of imports.keys()) follow(file, []);
  return circles;
}

/**
 * Reads the imports of a file from its syntax tree, without those of packages. `ts.preProcessFile` would be shorter, but
 * it finds no import after a regular expression with a backtick.
 */
function importsOf(file: string, text: string): string[] {
  const specifiers: string[] = [];
  function visit(node: ts.Node): void {
    if (ts.isStringLiteralLike(node) && isSpecifier(node)) specifiers.push(node.text);
    ts.forEachChild(node, visit);
  }
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return specifiers.flatMap((specifier) => {
    if (isBuiltin(specifier)) return specifier.startsWith("node:") ? specifier : `node:${specifier}`;
    return specifier.startsWith(".") ? join(file, "..", specifier) : [];
  });
}

function isSpecifier({ parent }: ts.Node): boolean {
  if (ts.isCallExpression(parent)) return parent.expression.kind === ts.SyntaxKind.ImportKeyword;
  if (ts.isLiteralTypeNode(parent)) return ts.isImportTypeNode(parent.parent);
  return ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent) || ts.isExternalModuleReference(parent);
}

const files = ["src", "generated", "examples", "scripts", "test"].flatMap((folder) =>
  readdirSync(root + folder, { recursive: true, encoding: "utf8" }).map((file) => `${folder}/${file}`),
);
const code = new Map(
  files.filter((file) => /\.[cm]?[jt]s$/.test(file)).map((file) => [file, readFileSync(root + file, "utf8")]),
);
const imports: Imports = new Map([...code].map(([file, text]) => [file, importsOf(file, text)]));

describe("in this project", () => {
  test("imports go one way: core ← download ← client ← files, core ← mock, doors and core ← cli", () => {
    expect(findWrongImports(imports)).toEqual([]);
  });

  test("no files import each other in a circle", () => {
    expect(findCircles(imports)).toEqual([]);
  });

  test("every import leads to a file that is checked, or to JSON", () => {
    const paths = [...imports.values()].flat().filter((path) => !path.startsWith("node:") && !path.endsWith(".json"));
    expect(paths.filter((path) => !imports.has(path))).toEqual([]);
  });

  test("no file of src, scripts and test has more than 250 lines", () => {
    const lengths = [...code].map(([file, text]) => ({ file, lines: text.trimEnd().split("\n").length }));
    const long = lengths.filter(({ file, lines }) => lines > 250 && !file.startsWith("generated/"));
    expect(long).toEqual([]);
  });
});

describe("the check", () => {
  test.each([
    ["src/core/errors.ts", "src/client/client.ts"],
    ["src/core/options.ts", "node:fs"],
    ["src/download/read.ts", "src/client/transport.ts"],
    ["src/download/read.ts", "node:fs"],
    ["src/client/client.ts", "src/files/name.ts"],
    ["src/files/name.ts", "src/node.ts"],
    ["src/mock/server.ts", "src/client/client.ts"],
    ["src/cli/get.ts", "src/client/client.ts"],
    ["src/index.ts", "src/files/name.ts"],
    ["src/index.ts", "node:fs"],
    ["src/new/file.ts", "src/core/errors.ts"],
    ["src/core/errors.ts", "scripts/document.ts"],
    ["src/core/errors.ts", "test/helpers/caught.ts"],
    ["generated/document.ts", "src/mock/test-assets.ts"],
    ["scripts/start.ts", "test/helpers/caught.ts"],
    ["scripts/generate.ts", "src/mock/test-assets.ts"],
    ["scripts/document.ts", "generated/document.ts"],
  ])("finds that %s may not import %s", (file, imported) => {
    expect(findWrongImports(new Map([[file, ["src/core/errors.ts", imported]]]))).toContain(`${file} → ${imported}`);
  });

  test("finds a circle of two files by a type import, and a longer one by import()", () => {
    const texts = {
      "src/core/a.ts": 'const backtick = /`/;\nimport type { B } from "./b.ts";',
      "src/core/b.ts": 'export { a } from "./a.ts";\nconst c = await import("./c.ts");',
      "src/core/c.ts": 'type D = typeof import("../mock/d.ts");',
      "src/mock/d.ts": 'import "../core/b.ts";',
      "src/mock/e.ts": 'import "../core/b.ts";',
    };
    const planted = new Map(Object.entries(texts).map(([file, text]) => [file, importsOf(file, text)]));
    expect(findCircles(planted)).toEqual([
      "src/core/a.ts → src/core/b.ts → src/core/a.ts",
      "src/core/b.ts → src/core/c.ts → src/mock/d.ts → src/core/b.ts",
    ]);
  });
});

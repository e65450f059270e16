/** What an editor says: the errors of `types.test-d.ts`, and what is offered at the cursor. */
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const typeTests = `${root}test/package/types.test-d.ts`;
const editorFile = `${root}test/package/editor.ts`;
const editorText = `import { createClient, type Asset } from "../../src/index.ts";
export const asset: Pick<Asset, "status"> = { status: "" };
createClient().assets.get("x").then((found) => found.size_bytes);
`;

const config = ts.readConfigFile(`${root}tsconfig.json`, (path) => ts.sys.readFile(path));
const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
const host = ts.createCompilerHost(options);
const editor = ts.createLanguageService({
  ...host,
  getCompilationSettings: () => options,
  getScriptFileNames: () => [editorFile, typeTests],
  getScriptVersion: () => "1",
  getScriptSnapshot(path) {
    const text = path === editorFile ? editorText : host.readFile(path);
    return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
  },
  fileExists: (path) => path === editorFile || host.fileExists(path),
  writeFile() {},
});

function problems(path: string): string[] {
  const diagnostics = [...editor.getSyntacticDiagnostics(path), ...editor.getSemanticDiagnostics(path)];
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

test("the type tests hold", { timeout: 60_000 }, () => {
  expect(problems(typeTests)).toEqual([]);
});

describe("an editor", () => {
  test('offers "confirmed" for a status', () => {
    const offered = editor.getCompletionsAtPosition(editorFile, editorText.indexOf('status: "') + 9, {});
    expect(offered?.entries.map(({ name }) => name)).toEqual(["confirmed"]);
  });

  test("accepts any other status", () => {
    expect(problems(editorFile)).toEqual([]);
  });

  test("shows the document's description of a field", () => {
    const hover = editor.getQuickInfoAtPosition(editorFile, editorText.indexOf("size_bytes"));
    const tags = hover?.tags?.map(({ text }) => ts.displayPartsToString(text)).join("\n");
    expect(tags).toContain("The size of the file, in bytes.");
  });
});

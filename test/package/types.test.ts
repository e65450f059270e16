/** What an editor says: the errors of `types.test-d.ts`, and what is offered at the cursor. */
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const typeTests = `${root}test/package/types.test-d.ts`;
const editorFile = `${root}test/package/editor.ts`;
const editorText = `import { createClient, type Asset } from "../../src/index.ts";
export const asset: Pick<Asset, "status"> = { status: "" };
createClient().assets.get("x").then((found) => [found.size_bytes, found.url, found.media_type]);
`;
const wrongFile = `${root}test/package/wrong.ts`;
const wrongText = `import { createClient } from "../../src/index.ts";
export const found: string = await createClient().assets.get("x");
`;
const unsavedFiles = new Map([
  [editorFile, editorText],
  [wrongFile, wrongText],
]);

const config = ts.readConfigFile(`${root}tsconfig.json`, (path) => ts.sys.readFile(path));
const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
const host = ts.createCompilerHost(options);
const editor = ts.createLanguageService({
  ...host,
  getCompilationSettings: () => options,
  getScriptFileNames: () => [...unsavedFiles.keys(), typeTests],
  getScriptVersion: () => "1",
  getScriptSnapshot(path) {
    const text = unsavedFiles.get(path) ?? host.readFile(path);
    return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
  },
  fileExists: (path) => unsavedFiles.has(path) || host.fileExists(path),
  writeFile() {},
});

function problems(path: string): string[] {
  const diagnostics = [...editor.getSyntacticDiagnostics(path), ...editor.getSemanticDiagnostics(path)];
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

test("the type tests hold", { timeout: 240_000 }, () => {
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

  test("names the asset that get gives, in a hover and in an error", () => {
    const hover = editor.getQuickInfoAtPosition(editorFile, editorText.indexOf("(found)") + 1);
    expect(ts.displayPartsToString(hover?.displayParts)).toBe("(parameter) found: Asset");
    expect(problems(wrongFile)).toEqual(["Type 'Asset' is not assignable to type 'string'."]);
  });

  test.each([
    { field: "size_bytes", text: ["The size of the file, in bytes.", "lookup page"] },
    {
      field: "url",
      text: ["The address of the bytes.", "Whether it needs the API key is undocumented.", "lookup page"],
    },
    { field: "media_type", text: ["The kind of medium.", "common values of uploads", "upload page"] },
  ])("shows of $field its meaning first, then the details, then how well they are known", ({ field, text }) => {
    const hover = editor.getQuickInfoAtPosition(editorFile, editorText.indexOf(field));
    const paragraphs = ts.displayPartsToString(hover?.documentation).split("\n\n");
    expect(paragraphs).toEqual(text.map((fragment) => expect.stringContaining(fragment)));
    expect(paragraphs[0]).toBe(text[0]);
    expect(paragraphs.at(-1)).toMatch(/^Documented on \[the vendor's \w+ page\]\(https:[^)]*\)\.$/);
    // Markdown would show a line with such an indent as code.
    expect(paragraphs.join("\n\n")).not.toMatch(/^ /m);
    expect(hover?.tags?.map(({ name }) => name)).toEqual(["example"]);
  });
});

/**
 * Makes `generated/` and the READMEs' tables from the OpenAPI document; with `--check`, only tells what is out of date.
 *
 *     npm run generate [-- --check]
 */
import { mkdir, mkdtempDisposable, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString, type OpenAPI3 } from "openapi-typescript";
import ts from "typescript";
import type { OpenApiDocument } from "./document.ts";
import { joinParagraphs, withEvidence } from "./evidence.ts";
import { redocly } from "./redocly.ts";
import { checkTestAssets, testAssetGroups, testAssetRows, testAssetsSource } from "./test-assets.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const banner = "// Made from openapi/openapi.yaml by `npm run generate`. Do not edit.\n";

/** Makes every generated file of a project in memory: its path, and its text. */
export async function generate(documentPath: string, project: string): Promise<Map<string, string>> {
  const document = await bundle(documentPath);
  const inChinese = await bundle(documentPath, "--overlay", "openapi/zh.overlay.yaml");
  checkTestAssets(document);
  checkTranslations(document, inChinese);
  const json = `${JSON.stringify(document, null, 2)}\n`;
  return new Map([
    ["generated/openapi.json", json],
    [
      "generated/openapi.ts",
      `${banner}/** The document, for the mock. */\nexport const openapi: object = ${json.trimEnd()};\n`,
    ],
    ["generated/schema.ts", banner + (await schemaTypes(document))],
    ["generated/document.ts", banner + constants(document)],
    ["README.md", await withTestAssets(project, "README.md", document)],
    ["README.zh-CN.md", await withTestAssets(project, "README.zh-CN.md", inChinese)],
  ]);
}

/** Names the files of a project that differ from what the document gives, or that it does not give. */
export async function findDrift(files: Map<string, string>, project: string): Promise<string[]> {
  const names = await readdir(join(project, "generated")).catch(() => []);
  const present = names.map((name) => `generated/${name}`);
  const drifted = present.filter((path) => !files.has(path));
  for (const [path, text] of files) {
    const current = await readFile(join(project, path), "utf8").catch(() => undefined);
    if (current !== text) drifted.push(path);
  }
  return drifted;
}

/** Bundles a document into one, in memory. */
export async function bundle(documentPath: string, ...options: string[]): Promise<OpenApiDocument> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "chenyu-assets-"));
  const output = join(folder.path, "openapi.json");
  await redocly("bundle", documentPath, "--output", output, ...options);
  return JSON.parse(await readFile(output, "utf8"));
}

async function schemaTypes(document: OpenApiDocument): Promise<string> {
  const nodes = await openapiTS(forHovers(withEvidence(document)), {
    rootTypes: true,
    rootTypesNoSchemaPrefix: true,
    transform: openEnumeration,
  });
  nodes.forEach(outdentComments);
  return astToString(nodes);
}

/** openapi-typescript prints a summary as a comment's text, but a description as a tag: a hover shows the text first. */
function forHovers(document: OpenApiDocument): OpenAPI3 {
  return JSON.parse(JSON.stringify(document), (_key, node) => {
    if (typeof node?.description !== "string") return node;
    const { summary, description, ...others } = node;
    return { ...others, summary: joinParagraphs(summary, description) };
  });
}

/** openapi-typescript indents each line of a text but the first: in a hover, a paragraph would be shown as code. */
function outdentComments(node: ts.Node): void {
  for (const comment of ts.getSyntheticLeadingComments(node) ?? []) {
    comment.text = comment.text.replaceAll("\n *     ", "\n * ");
  }
  ts.forEachChild(node, outdentComments);
}

/** `x-extensible-enum: [a]` becomes `"a" | (string & {})`: an editor offers the known values, any other is accepted. */
function openEnumeration(schema: object): ts.TypeNode | undefined {
  if (!("x-extensible-enum" in schema)) return undefined;
  const known = (schema["x-extensible-enum"] as string[]).map((value) =>
    ts.factory.createLiteralTypeNode(ts.factory.createStringLiteral(value)),
  );
  const anyString = ts.factory.createIntersectionTypeNode([
    ts.factory.createKeywordTypeNode(ts.SyntaxKind.StringKeyword),
    ts.factory.createTypeLiteralNode([]),
  ]);
  return ts.factory.createUnionTypeNode([...known, ts.factory.createParenthesizedType(anyString)]);
}

/** The runtime constants of `src/`: what the document already says is not written there again. */
function constants(document: OpenApiDocument): string {
  const [server] = document.servers;
  const lines = [
    constant("version", "The version of the document, and of this package.", document.info.version),
    constant("serverUrl", "The API's production server.", server!.url),
    constant(
      "assetIdPattern",
      "What an asset id may look like.",
      document.components.parameters.AssetId.schema.pattern,
    ),
  ];
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const { operationId } of Object.values(operations)) {
      lines.push(constant(`${operationId}Path`, `The path of \`${operationId}\`.`, path));
    }
  }
  lines.push(
    constant("contentPath", "Where the vendor's example has the bytes, on its host.", contentPath(document)),
    testAssetsSource(document),
  );
  return lines.join("\n");
}

function constant(name: string, summary: string, value: unknown): string {
  return `/** ${summary} */\nexport const ${name} = ${JSON.stringify(value, null, 2)} as const;\n`;
}

function contentPath({ components }: OpenApiDocument): string {
  const { data } = components.examples.Confirmed!.value as { data: { asset_id: string; url: string } };
  return new URL(data.url).pathname.replace(data.asset_id, "{asset_id}");
}

async function withTestAssets(project: string, readme: string, document: OpenApiDocument): Promise<string> {
  let text = await readFile(join(project, readme), "utf8");
  for (const group of testAssetGroups) {
    // A marker, the two lines of a table's heading, which a README has in its own language, and the rows.
    const table = new RegExp(`(<!-- test assets: ${group} .*-->\\n\\n\\|.*\\n\\|.*\\n)(?:\\|.*\\n)*`);
    if (!table.test(text)) throw new Error(`${readme} has no table for the test assets of the group "${group}"`);
    text = text.replace(table, (_table, heading: string) => heading + testAssetRows(document, group));
  }
  return text;
}

/** An overlay's action whose target is nowhere changes nothing, and says so nowhere. */
function checkTranslations(document: OpenApiDocument, translated: OpenApiDocument): void {
  for (const [name, { summary }] of Object.entries(document["x-test-assets"])) {
    if (translated["x-test-assets"][name]!.summary !== summary) continue;
    throw new Error(`openapi/zh.overlay.yaml: ${name} has no summary of its own`);
  }
}

if (import.meta.main) {
  const files = await generate(join(root, "openapi/openapi.yaml"), root);
  const drifted = await findDrift(files, root);
  if (process.argv.includes("--check")) {
    for (const path of drifted) console.error(`${path} differs from what openapi/ gives.`);
    if (drifted.length > 0) {
      console.error("Run `npm run generate` and commit the result.");
      process.exitCode = 1;
    }
  } else {
    await mkdir(join(root, "generated"), { recursive: true });
    for (const path of drifted) {
      const text = files.get(path);
      await (text === undefined ? rm(join(root, path)) : writeFile(join(root, path), text));
    }
    console.log(drifted.length === 0 ? "all generated files are up to date" : `generated: ${drifted.join(", ")}`);
  }
}

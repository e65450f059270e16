/** The document's test assets: whether the mock can play them, their TypeScript, and the tables that show them. */
import { Ajv2020 } from "ajv/dist/2020.js";
import { listExamples, type OpenApiDocument, type ResponseExample, type TestAsset } from "./document.ts";

/** Each group has a table of its own, wherever test assets are shown. */
export const testAssetGroups = ["ready", "failures", "content"] as const;
export type TestAssetGroup = (typeof testAssetGroups)[number];
type TestAnswer = TestAsset["answers"][number];

/** What can be wrong with a content: the check, the type `ContentFault` and its list are all made from this one. */
const contentFaults = ["drops", "no_ranges", "short", "slow", "no_validator", "weak_etag", "redirects", "closes"];

/** What can be wrong with a signed URL; the document says what each one means. */
const signedUrlFaults = ["expired", "expiring", "changing"];

/** The rows of a Markdown table: each test asset of a group, by name and id, with what it shows. */
export function testAssetRows(document: OpenApiDocument, group: TestAssetGroup): string {
  return Object.entries(document["x-test-assets"])
    .filter(([, asset]) => groupOf(document, asset) === group)
    .map(([name, { asset_id, summary }]) => `| \`${name}\` | \`${asset_id}\` | ${summary} |\n`)
    .join("");
}

export function groupOf(document: OpenApiDocument, { answers, content }: TestAsset): TestAssetGroup {
  if (content !== undefined || answers.some(({ signed_url }) => signed_url !== undefined)) return "content";
  return answers.every((answer) => hasAsset(findExample(document, answer)?.value)) ? "ready" : "failures";
}

function hasAsset(body: unknown): boolean {
  return (body as { data?: { asset_id?: string } } | undefined)?.data?.asset_id !== undefined;
}

function findExample(document: OpenApiDocument, { status, example }: TestAnswer): ResponseExample | undefined {
  return listExamples(document).find(
    (known) => known.operationId === "getAsset" && known.status === status && known.example === example,
  );
}

/** Writes the TypeScript that the mock and its users import: the test assets by name, and their types. */
export function testAssetsSource(document: OpenApiDocument): string {
  const assets = document["x-test-assets"];
  return `/** A test asset: an asset that the mock knows, like a test card of a payment API. */
export interface TestAsset {
  asset_id: string;
  /** What it shows. */
  summary: string;
  /** The answers to its look-ups, in turn: examples of the document. The last one repeats. */
  answers: readonly TestAnswer[];
  /** What is wrong with its content. Absent: nothing. */
  content?: ContentFault;
}

/** An example of the document, by the status and the name that it has there. */
export interface TestAnswer {
  status: number;
  /** Absent in an asset of your own, if the answer has fields or a body that you gave. */
  example?: string;
  /** What is wrong with the signed URL. Absent: nothing. */
  signed_url?: SignedUrlFault;
}

/** What is wrong with a content: see the summaries in openapi/openapi.yaml, \`x-test-assets\`. */
export type ContentFault = ${union(contentFaults)};

/** All values of {@link ContentFault}. */
export const contentFaults: readonly ContentFault[] = ${JSON.stringify(contentFaults)};

/** What is wrong with a signed URL: it has expired, or it expires or the file changes in the middle of the first transfer. */
export type SignedUrlFault = ${union(signedUrlFaults)};

/** All values of {@link SignedUrlFault}. */
export const signedUrlFaults: readonly SignedUrlFault[] = ${JSON.stringify(signedUrlFaults)};

/** The name of a test asset. */
export type TestAssetName = ${union(Object.keys(assets))};

/** The test assets by name, with the mock's answers. */
export const testAssets: Readonly<Record<TestAssetName, TestAsset>> = ${JSON.stringify(assets, null, 2)};
`;
}

function union(values: string[]): string {
  return values.map((value) => JSON.stringify(value)).join(" | ");
}

/** Refuses test assets that the mock could not play. */
export function checkTestAssets(document: OpenApiDocument): void {
  const assets = document["x-test-assets"];
  const ajv = new Ajv2020({ allErrors: true });
  const { pattern } = document.components.parameters.AssetId.schema;
  if (!ajv.validate(testAssetsSchema(pattern), assets))
    throw new Error(ajv.errorsText(ajv.errors, { dataVar: "x-test-assets" }));
  const nameById = new Map<string, string>();
  for (const [name, { asset_id, answers }] of Object.entries(assets)) {
    // Code reads the assets by these names, as in `testAssets.drops`.
    if (!/^[a-z][A-Za-z0-9]*$/.test(name)) throw new Error(`x-test-assets: ${name}: write the name in ASCII camelCase`);
    if (nameById.has(asset_id)) {
      throw new Error(`x-test-assets: ${name} has the same asset_id as ${nameById.get(asset_id)}`);
    }
    nameById.set(asset_id, name);
    for (const answer of answers) {
      if (findExample(document, answer) !== undefined) continue;
      throw new Error(`x-test-assets: ${name}: getAsset has no example ${answer.example} for status ${answer.status}`);
    }
  }
}

function testAssetsSchema(pattern: string): object {
  const text = { type: "string", minLength: 1 };
  const status = { type: "integer", minimum: 100, maximum: 599 };
  const answer = closed({ status, example: text }, { signed_url: { enum: signedUrlFaults } });
  const answers = { type: "array", minItems: 1, items: answer };
  const summary = { ...text, pattern: "^[^|\\n]*$" }; // it stands in a table's cell
  const content = { enum: contentFaults };
  const asset = closed({ asset_id: { type: "string", pattern }, summary, answers }, { content });
  return { type: "object", minProperties: 1, additionalProperties: asset };
}

function closed(required: object, optional: object): object {
  const properties = { ...required, ...optional };
  return { type: "object", properties, required: Object.keys(required), additionalProperties: false };
}

/** The API style of `redocly.yaml` at work: each kind of error is planted in a copy of the document and must be found. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const source = await readFile(join(root, "openapi/openapi.yaml"), "utf8");

interface PlantedError {
  rule: string;
  error: string;
  text: string | RegExp;
  planted: string;
}

const statusProperty = "          x-extensible-enum: [confirmed]\n";
const errors: PlantedError[] = [
  {
    rule: "rule/json-schema-dialect",
    error: "another dialect",
    text: "https://json-schema.org/draft/2020-12/schema",
    planted: "https://spec.openapis.org/oas/3.1/dialect/base",
  },
  { rule: "rule/json-schema-dialect", error: "no dialect", text: /^jsonSchemaDialect: .*\n/m, planted: "" },
  { rule: "rule/openapi-version", error: "another version", text: "openapi: 3.1.1", planted: "openapi: 3.1.0" },
  {
    rule: "rule/ascii-enum",
    error: "a Chinese value",
    text: statusProperty,
    planted: "          x-extensible-enum: [confirmed, 审核中]\n",
  },
  { rule: "rule/ascii-enum", error: "a Chinese pattern", text: "pattern: '^", planted: "pattern: '^资?" },
  {
    rule: "rule/open-enum",
    error: "a closed enumeration",
    text: statusProperty,
    planted: "          enum: [confirmed]\n",
  },
  {
    rule: "rule/operation-id-casing",
    error: "kebab case",
    text: "operationId: getAsset",
    planted: "operationId: get-asset",
  },
  { rule: "rule/operation-id-casing", error: "no operationId", text: "      operationId: getAsset\n", planted: "" },
  { rule: "rule/property-casing", error: "camel case", text: "        mime_type:\n", planted: "        mimeType:\n" },
  { rule: "rule/property-casing", error: "a Chinese key", text: "        mime_type:\n", planted: "        类型:\n" },
  {
    rule: "rule/example-casing",
    error: "a Chinese name",
    text: "            video:\n",
    planted: "            视频:\n",
  },
  { rule: "rule/header-ascii", error: "a Chinese name", text: "        Retry-After:\n", planted: "        重试:\n" },
  {
    rule: "rule/scalar-example",
    error: "an empty list of examples",
    text: "          examples: [102400]\n",
    planted: "          examples: []\n",
  },
  {
    rule: "rule/description",
    error: "an empty description",
    text: "description: The size of the file, in bytes.",
    planted: 'description: ""',
  },
  { rule: "rule/scalar-example", error: "no example", text: "          examples: [102400]\n", planted: "" },
  {
    rule: "rule/scalar-example",
    error: "no example of a nullable text",
    text: '          examples: ["2026-06-16T12:00:00+08:00"]\n',
    planted: "",
  },
  {
    rule: "rule/rate-limit-retry-after",
    error: "another header",
    text: "        Retry-After:\n",
    planted: "        X-Wait:\n",
  },
  {
    rule: "rule/rate-limit-headers",
    error: "no header",
    text: /      headers:\n        Retry-After:\n.*\n/,
    planted: "",
  },
  { rule: "rule/example-summary", error: "no summary", text: /      summary: Ready image.*\n/, planted: "" },
  {
    rule: "rule/description",
    error: "no description",
    text: "          description: The size of the file, in bytes.\n",
    planted: "",
  },
  {
    rule: "no-invalid-media-type-examples",
    error: "an example that breaks its schema",
    text: "          size_bytes: 102400\n",
    planted: "          size_bytes: large\n",
  },
  { rule: "no-unresolved-refs", error: "a broken reference", text: "examples/Video", planted: "examples/Film" },
  { rule: "security-defined", error: "no security", text: "security:\n  - bearerAuth: []\n", planted: "" },
  {
    rule: "rule/description",
    error: "a first line without an end",
    text: "The size of the file, in bytes.",
    planted: "The size of the file, in bytes",
  },
  {
    rule: "rule/description",
    error: "a first line of more than 100 characters",
    text: "The size of the file, in bytes.",
    planted: `The size of the file, ${"in bytes, ".repeat(10)}or not.`,
  },
  {
    rule: "rule/description",
    error: "a first line that goes on in the second",
    text: "            The kind of medium.\n\n",
    planted: "            The kind\n            of medium.\n\n",
  },
  ...["Documented.", "Observed.", "Illustrative.", "The size (documented).", "See [the page](https://x.example)."].map(
    (text) => ({
      rule: "rule/evidence-in-text",
      error: `a text with ${text}`,
      text: "The size of the file, in bytes.",
      planted: text,
    }),
  ),
  {
    rule: "rule/evidence-in-text",
    error: "a summary with its evidence",
    text: "summary: The asset has expired",
    planted: "summary: The asset has expired (illustrative)",
  },
  {
    rule: "rule/evidence-word",
    error: "another word",
    text: "in bytes.\n          x-evidence: documented",
    planted: "in bytes.\n          x-evidence: certain",
  },
  {
    rule: "rule/evidence-source",
    error: "another source",
    text: "x-source: upload",
    planted: "x-source: download",
  },
  ...[
    { fact: "property", before: "The size of the file, in bytes." },
    { fact: "property", before: "A message for people." }, // one within another
    { fact: "schema", before: "An error without the API's envelope." },
    { fact: "response", before: "A parameter is wrong." },
    { fact: "example", before: "The asset has expired" },
    { fact: "operation", before: "its HTTP status are undocumented." },
    { fact: "parameter", before: "although the pattern lets them pass." },
    { fact: "header", before: "before the next request, in seconds." },
    { fact: "security-scheme", before: "The form of a key is undocumented." },
  ].map(({ fact, before }) => ({
    rule: `rule/evidence-of-${fact}`,
    error: `nothing after "${before}"`,
    text: new RegExp(`(${before}\\n) *x-evidence: .*\\n`),
    planted: "$1",
  })),
];

/** The names of the rules that each document breaks. One process looks at all of them: its start takes longest. */
async function lint(documents: string[]): Promise<string[][]> {
  const folder = await mkdtemp(join(tmpdir(), "chenyu-assets-"));
  try {
    const paths = documents.map((_document, index) => join(folder, `${1000 + index}.yaml`));
    await Promise.all(paths.map((path, index) => writeFile(path, documents[index]!)));
    const redocly = [
      "node_modules/@redocly/cli/bin/cli.js",
      "lint",
      ...paths,
      "--config=redocly.yaml",
      "--format=json",
    ];
    const output = await new Promise<string>((resolve) => {
      execFile(process.execPath, redocly, { cwd: root, maxBuffer: 2 ** 26 }, (_error, stdout) => resolve(stdout));
    });
    // One report after the other, without a comma.
    const reports = JSON.parse(`[${output.replaceAll(/^\}\s*\{$/gm, "},{")}]`) as { problems: { ruleId: string }[] }[];
    return reports.map(({ problems }) => [...new Set(problems.map(({ ruleId }) => ruleId))]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const planted = errors.map(({ text, planted }) => source.replace(text, planted));
const [found, ...foundInPlanted] = await lint([source, ...planted]);

test("the document breaks no rule", () => {
  expect(found).toEqual([]);
});

describe("a planted error is found", () => {
  test.each(errors.map((error, index) => ({ ...error, index })))("$rule: $error", ({ rule, index }) => {
    expect(planted[index]).not.toBe(source);
    expect(foundInPlanted[index]).toContain(rule);
  });

  test("in a report for each document", () => {
    expect(foundInPlanted).toHaveLength(errors.length);
  });
});

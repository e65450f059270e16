/** The API style of `redocly.yaml` at work: each kind of error is planted in a copy of the document and must be found. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const source = await readFile(join(root, "openapi/openapi.yaml"), "utf8");

/** The names of the rules that a document breaks. */
async function lint(document: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "chenyu-assets-"));
  try {
    const path = join(folder, "openapi.yaml");
    await writeFile(path, document);
    const redocly = ["node_modules/@redocly/cli/bin/cli.js", "lint", path, "--config=redocly.yaml", "--format=json"];
    const output = await new Promise<string>((resolve) => {
      execFile(process.execPath, redocly, { cwd: root }, (_error, stdout) => resolve(stdout));
    });
    const { problems } = JSON.parse(output) as { problems: { ruleId: string }[] };
    return [...new Set(problems.map(({ ruleId }) => ruleId))];
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("the document breaks no rule", async () => {
  expect(await lint(source)).toEqual([]);
});

describe("a planted error is found", () => {
  const statusProperty = "          x-extensible-enum: [confirmed]\n";
  test.concurrent.each<{ rule: string; error: string; text: string | RegExp; planted: string }>([
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
      text: /(minimum: 0\n)          description: \|\n.*\n.*\n(          examples: \[102400\]\n)/,
      planted: '$1          description: ""\n$2',
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
    { rule: "rule/example-summary", error: "no summary", text: /      summary: A ready image.*\n/, planted: "" },
    {
      rule: "rule/description",
      error: "no description",
      text: /(size_bytes:\n          type: integer\n          minimum: 0\n)          description: \|\n.*\n.*\n/,
      planted: "$1",
    },
    {
      rule: "no-invalid-media-type-examples",
      error: "an example that breaks its schema",
      text: "          size_bytes: 102400\n",
      planted: "          size_bytes: large\n",
    },
    { rule: "no-unresolved-refs", error: "a broken reference", text: "examples/Video", planted: "examples/Film" },
    { rule: "security-defined", error: "no security", text: "security:\n  - bearerAuth: []\n", planted: "" },
  ])("$rule: $error", async ({ rule, text, planted }) => {
    const broken = source.replace(text, planted);
    expect(broken).not.toBe(source);
    expect(await lint(broken)).toContain(rule);
  });
});

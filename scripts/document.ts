import { readFile } from "node:fs/promises";

/** The parts of the document that scripts and tests look at, as Redocly bundles it: every shared part is a `$ref`. */
export interface OpenApiDocument {
  info: { version: string; description: string };
  servers: { url: string }[];
  paths: Record<string, Record<string, { operationId: string; responses: Record<string, Reference> }>>;
  components: {
    parameters: { AssetId: { schema: { pattern: string } } };
    schemas: Record<string, { required?: string[]; properties?: Record<string, Property> }>;
    responses: Record<
      string,
      Evidence & { description: string; content: { "application/json": { examples: Record<string, Reference> } } }
    >;
    examples: Record<string, Evidence & { summary: string; value: unknown }>;
    headers: Record<string, Evidence>;
  };
  /** The vendor's pages: `x-source` is a key of these. */
  "x-sources": Record<string, string>;
  "x-test-assets": Record<string, TestAsset>;
}

/** A test asset as the document has it; `checkTestAssets` says what else must hold. */
export interface TestAsset {
  asset_id: string;
  summary: string;
  answers: { status: number; example: string; signed_url?: string }[];
  content?: string;
}

interface Reference {
  $ref: string;
}

/** How well a fact is known, and by which of the vendor's pages: `lookup` where none is given. */
export interface Evidence {
  "x-evidence"?: string;
  "x-source"?: string;
}

interface Property extends Evidence {
  type?: string | string[];
  description?: string;
}

/** Reads the published document: what Prism, docs and other generators get. */
export async function readDocument(): Promise<OpenApiDocument> {
  return JSON.parse(await readFile(new URL("../generated/openapi.json", import.meta.url), "utf8"));
}

export interface ResponseExample {
  operationId: string;
  status: number;
  example: string;
  value: unknown;
}

/** Lists every named example of every status of every operation. */
export function listExamples({ paths, components }: OpenApiDocument): ResponseExample[] {
  const operations = Object.values(paths).flatMap((path) => Object.values(path));
  return operations.flatMap(({ operationId, responses }) =>
    Object.entries(responses).flatMap(([status, response]) => {
      const { examples } = resolve(components.responses, response).content["application/json"];
      return Object.entries(examples).map(([example, reference]) => {
        const { value } = resolve(components.examples, reference);
        return { operationId, status: Number(status), example, value };
      });
    }),
  );
}

function resolve<T>(components: Record<string, T>, { $ref }: Reference): T {
  return components[$ref.split("/").at(-1)!]!;
}

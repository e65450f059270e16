import { readFile } from "node:fs/promises";

/** The parts of the document that scripts and tests look at, as Redocly bundles it: every shared part is a `$ref`. */
export interface OpenApiDocument {
  info: { version: string };
  servers: { url: string }[];
  paths: Record<string, Record<string, { operationId: string; responses: Record<string, Reference> }>>;
  components: {
    parameters: { AssetId: { schema: { pattern: string } } };
    schemas: Record<string, { required?: string[]; properties?: Record<string, Property> }>;
    responses: Record<string, { content: { "application/json": { examples: Record<string, Reference> } } }>;
    examples: Record<string, { summary: string; value: unknown }>;
  };
  "x-test-assets": TestAsset[];
}

export interface TestAsset {
  asset_id: string;
  summary: string;
  answers: { status: number; example: string }[];
}

interface Reference {
  $ref: string;
}

interface Property {
  type?: string | string[];
  description?: string;
}

/** Reads the published document: what Prism, docs and other generators get. */
export async function readDocument(): Promise<OpenApiDocument> {
  return JSON.parse(await readFile(new URL("../generated/openapi.json", import.meta.url), "utf8"));
}

/** Finds the part of the document that a `$ref` names. */
export function resolve<T>(components: Record<string, T>, { $ref }: Reference): T {
  return components[$ref.split("/").at(-1)!]!;
}

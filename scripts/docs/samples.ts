/** The samples of each operation, kept once in `openapi/samples`: the docs show them, and tests run them. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { readDocument } from "../document.ts";
import type { Sample } from "./reference.ts";

export const sampleFolder = fileURLToPath(new URL("../../openapi/samples", import.meta.url));

/** By the ending of the file: how it is highlighted, and the label of its tab. */
export const sampleKinds = {
  sh: ["sh", "curl"],
  ts: ["ts", "TypeScript"],
  py: ["python", "Python"],
  mjs: ["js", "JavaScript fetch"],
} as const;

/** Reads the samples of every operation, by its `operationId`. */
export async function readSamples(): Promise<Record<string, Sample[]>> {
  const { paths } = await readDocument();
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  const entries = operations.map(async ({ operationId }) => {
    const samples = Object.entries(sampleKinds).map(async ([ending, [language, label]]) => {
      const code = await readFile(`${sampleFolder}/${operationId}.${ending}`, "utf8");
      return { language, label, code };
    });
    return [operationId, await Promise.all(samples)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

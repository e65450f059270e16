import type { TestProject } from "vitest/node";
import { readDocument } from "../../scripts/document.ts";
import { startPrism } from "../../scripts/prism.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The URL of a Prism that serves the document. */
    prism: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const prism = await startPrism(await readDocument());
  project.provide("prism", prism.url);
  return () => prism.close();
}

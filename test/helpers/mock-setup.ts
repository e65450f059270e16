import type { TestProject } from "vitest/node";
import { readDocument } from "../../scripts/document.ts";
import { startPrism } from "../../scripts/prism.ts";
import { startMockServer } from "../../src/mock.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The URL of a plain Prism that serves the document. */
    prism: string;
    /** The URL of our mock. */
    mock: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const prism = await startPrism(await readDocument());
  const mock = await startMockServer();
  project.provide("prism", prism.url);
  project.provide("mock", mock.url);
  return async () => {
    await Promise.all([prism.close(), mock.close()]);
  };
}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { buildDocs } from "../../scripts/docs.ts";
import { serveDocs } from "../../scripts/docs/server.ts";
import { startMockServer } from "../../src/mock.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The built site: its folder, and where it is served. */
    site: { folder: string; url: string };
    /** The same site, built for another base path. */
    siteBelow: { folder: string; url: string };
    /** The URL of a mock on this machine. */
    docsMock: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const root = await mkdtemp(join(tmpdir(), "chenyu-assets-site-"));
  const [folder, below] = [join(root, "site"), join(root, "below")];
  const started = performance.now();
  await buildDocs(folder);
  // Not a test: how long it takes depends on what else this machine does. It should be below a minute.
  console.log(`docs: built in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  await buildDocs(below, "/pages/chenyu-assets/");
  const site = await serveDocs(folder);
  const siteBelow = await serveDocs(below, "/pages/chenyu-assets/");
  const mock = await startMockServer();
  project.provide("site", { folder, url: site.url });
  project.provide("siteBelow", { folder: below, url: siteBelow.url });
  project.provide("docsMock", mock.url);
  return async () => {
    await Promise.all([site.close(), siteBelow.close(), mock.close()]);
    await rm(root, { recursive: true });
  };
}

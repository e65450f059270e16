import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { buildDocs } from "../../scripts/docs.ts";
import { serveDocs } from "../../scripts/docs/server.ts";
import { startMockServer } from "../../src/mock.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The built site: its folder, where it is served, and how long the build took. */
    site: { folder: string; url: string; buildMs: number };
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
  const buildMs = performance.now() - started;
  await buildDocs(below, "/pages/chenyu-assets/");
  const site = await serveDocs(folder);
  const siteBelow = await serveDocs(below, "/pages/chenyu-assets/");
  const mock = await startMockServer();
  project.provide("site", { folder, url: site.url, buildMs });
  project.provide("siteBelow", { folder: below, url: siteBelow.url });
  project.provide("docsMock", mock.url);
  return async () => {
    await Promise.all([site.close(), siteBelow.close(), mock.close()]);
    await rm(root, { recursive: true });
  };
}

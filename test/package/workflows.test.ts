/** The workflows of this repository. They cannot run here, so their steps are compared with what there is. */
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { load } from "js-yaml";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { scripts } = JSON.parse(await readFile(`${root}package.json`, "utf8"));

interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, { steps: { uses?: string; run?: string }[] }>;
}

describe.each(await readdir(`${root}.github/workflows`))("the workflow %s", (name) => {
  const read = async (): Promise<Workflow> =>
    load(await readFile(`${root}.github/workflows/${name}`, "utf8")) as Workflow;

  test("may only read where no job says more", async () => {
    expect((await read()).permissions).toEqual({ contents: "read" });
  });

  test("pins each action by its commit, and runs scripts that exist", async () => {
    const steps = Object.values((await read()).jobs).flatMap((job) => job.steps);
    for (const { uses, run } of steps) {
      if (uses !== undefined) expect(uses).toMatch(/^[\w-]+\/[\w-]+@[\da-f]{40}$/);
      for (const [, script] of (run ?? "").matchAll(/npm run ([\w:-]+)/g)) expect(scripts).toHaveProperty([script!]);
    }
    expect(steps.length).toBeGreaterThan(3);
  });
});

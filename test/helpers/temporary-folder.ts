import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of a test's own, which is removed with all that is in it. */
export interface TemporaryFolder extends AsyncDisposable {
  path: string;
  /** The path of a file in it. */
  at(name: string): string;
  /** What is in it, sorted. */
  names(): Promise<string[]>;
}

export async function makeFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), "chenyu-assets-"));
  return {
    path,
    at: (name) => join(path, name),
    names: async () => (await readdir(path)).sort(),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  };
}

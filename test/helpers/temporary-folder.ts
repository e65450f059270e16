import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for one test. Its disposal removes it with everything in it. */
export interface TemporaryFolder extends AsyncDisposable {
  path: string;
  /** Gives the path of a file in the folder. */
  at(name: string): string;
  /** Lists the names in the folder, sorted. */
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

/** The compilers that the tests of the tarball run, from the oldest that is supported to the newest. */
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommand } from "./commands.ts";

const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));

export interface Compiler {
  version: string;
  /** The path of its command. */
  tsc: string;
}

export const compilers: Compiler[] = [
  { version: "5.4", tsc: join(modules, "typescript-5.4/bin/tsc") },
  { version: "5.9", tsc: join(modules, "typescript-5.9/bin/tsc") },
  { version: "6.0", tsc: join(modules, "typescript/bin/tsc") },
  { version: "7.0", tsc: join(modules, "@typescript/native/bin/tsc") },
];

/** Options of a compilation: the folder of its project and the names of its files; the others are of `tsconfig.json`. */
export interface Compilation {
  folder: string;
  files: string[];
  [option: string]: unknown;
}

/** Compiles files as strictly as users may, the declarations of all libraries included. Fails if there are errors. */
export async function compile({ tsc }: Compiler, { folder, files, ...options }: Compilation): Promise<void> {
  const strict = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true };
  const environment = { target: "es2022", lib: ["es2023", "dom", "dom.iterable"], types: [] };
  const config = { compilerOptions: { ...strict, ...environment, ...options }, files };
  const name = `tsconfig.${randomUUID()}.json`; // compilations in a folder run at the same time
  await writeFile(join(folder, name), JSON.stringify(config));
  await runCommand(process.execPath, [tsc, "--project", name], folder);
}

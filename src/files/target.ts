import { mkdir } from "node:fs/promises";
import { dirname, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigError } from "../core/errors.ts";
import { codeOf, statIfExists } from "./disk-errors.ts";

/** Returns the path of a target. @internal */
export function pathOf(target: string | URL): string {
  const path = target instanceof URL ? pathOfUrl(target) : target;
  if (typeof path === "string" && path !== "" && !path.includes("\0")) return path;
  throw new ConfigError("target", "it is not a path. Pass the path of a file or a folder, or a file: URL.");
}

function pathOfUrl(url: URL): string | undefined {
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}

/** Whether the target is a folder. Makes the folder if the target ends with a slash. */
export async function makeFolder(target: string): Promise<boolean> {
  if (target.endsWith("/") || target.endsWith(sep)) await makeFolders(target);
  return (await statIfExists(target))?.isDirectory() ?? false;
}

/** Not by the `recursive` of `mkdir`, which never ends below a folder such as `/proc`, whatever the version of Node. */
async function makeFolders(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = codeOf(error);
    if (code === "EEXIST") return;
    if (code !== "ENOENT") throw error;
    await makeFolders(dirname(path));
    await mkdir(path).catch((error: unknown) => {
      if (codeOf(error) !== "EEXIST") throw error;
    });
  }
}

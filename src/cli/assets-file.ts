import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { load } from "js-yaml";
import { contentFaults } from "../../generated/document.ts";
import type { OwnAsset } from "../mock.ts";
import { ConfigError } from "../core/errors.ts";

/**
 * Reads the file of `--assets`: assets by id, as YAML or JSON. The mock checks them.
 *
 * @throws {@link ConfigError} when it cannot be read.
 */
export async function readAssetsFile(path: string): Promise<Record<string, OwnAsset>> {
  const shown = JSON.stringify(path);
  const text = await readFile(path, "utf8").catch(({ code }: NodeJS.ErrnoException) => {
    throw new ConfigError("assets", `${shown} is no file that can be read (${code}).`);
  });
  const assets = parse(text, path);
  if (typeof assets !== "object" || assets === null || Array.isArray(assets)) {
    throw new ConfigError("assets", `${shown} must have assets by their ids, like asset_1: { status: reviewing }.`);
  }
  const entries = Object.entries(assets).map(([id, asset]) => [id, withPath(asset, dirname(path))]);
  return Object.fromEntries(entries) as Record<string, OwnAsset>; // the mock checks each one
}

function parse(text: string, path: string): unknown {
  try {
    return load(text); // JSON is YAML; and the messages of JSON.parse have pieces of the file
  } catch (error) {
    const [reason = ""] = (error as Error).message.split("\n");
    throw new ConfigError("assets", `${JSON.stringify(path)} cannot be parsed: ${reason}.`);
  }
}

/** Lets the path of a content begin at the folder of the file that names it. */
function withPath(asset: unknown, folder: string): unknown {
  const content: unknown = Object(asset).content;
  if (typeof content !== "string" || content === "" || /^(data|file):/.test(content)) return asset;
  if (contentFaults.some((fault) => fault === content)) return asset;
  return { ...Object(asset), content: resolve(folder, content) };
}

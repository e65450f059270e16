import type { IncomingMessage } from "node:http";
import { parseAssetId } from "./asset-ref.ts";

/** Splits what is asked for, which may be a whole URL. @see https://www.rfc-editor.org/rfc/rfc9112#name-absolute-form */
export function splitTarget(target = ""): [path: string, query: string] {
  const [path = "", query = ""] = target.replace(/^([a-z][a-z\d+.-]*:\/\/[^/?]*)?\/?/i, "/").split("?");
  return [path, query];
}

/** Finds the id in a path, where the path has the form of the template. */
export function idIn(path: string, template: string): string | undefined {
  const [before = "", after = ""] = template.split("{asset_id}");
  if (!path.startsWith(before) || !path.endsWith(after)) return undefined;
  try {
    const id = decodeURIComponent(path.slice(before.length, path.length - after.length));
    return parseAssetId(id) === id ? id : undefined;
  } catch {
    return undefined;
  }
}

/** Where the asker sees this server: through a port that is mapped, it has another address. */
export function originOf({ headers: { host = "" } }: IncomingMessage): string | undefined {
  return /^[\w.:[\]-]+$/.test(host) && URL.canParse(`http://${host}`) ? `http://${host}` : undefined;
}

import type { IncomingMessage } from "node:http";
import { contentPath, getAssetPath } from "../../generated/document.ts";
import { parseAssetId } from "../core/asset-ref.ts";

/** What a request asks for. */
export interface Target {
  path: string;
  query: string;
  /** The id of a look-up, if it is one. */
  lookUpId: string | undefined;
  /** The id whose content is asked for, if it is that. */
  contentId: string | undefined;
}

/** Reads what is asked for, which may be a whole URL. @see https://www.rfc-editor.org/rfc/rfc9112#name-absolute-form */
export function readTarget(target = ""): Target {
  const [path = "", query = ""] = target.replace(/^([a-z][a-z\d+.-]*:\/\/[^/?]*)?\/?/i, "/").split("?");
  return { path, query, lookUpId: idIn(path, getAssetPath), contentId: idIn(path, contentPath) };
}

/** Finds the id in a path, where the path has the form of the template. */
function idIn(path: string, template: string): string | undefined {
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

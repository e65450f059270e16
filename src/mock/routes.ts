import type { IncomingMessage } from "node:http";
import { contentPath, getAssetPath } from "../../generated/document.ts";
import { parseAssetId } from "../core/asset-ref.ts";

/** Path for a `POST` that does what `reset()` does: for a test in another process than the mock. */
export const resetPath = "/__mock/reset";

/** Where redirects of contents lead, below the path of the content: a Chinese name. @internal */
export const redirectName: string = encodeURIComponent("内容");

/** What a request is for. @internal */
export interface RequestTarget {
  path: string;
  query: URLSearchParams;
  isReset: boolean;
  /** Where the client reaches this server: through a mapped port, it is not the server's own address. */
  origin: string;
  /** Id of the asset, if the path is that of a look-up and the id is valid. */
  lookUpId: string | undefined;
  /** Id of the asset, if the path is that of a content and the id is valid. */
  contentId: string | undefined;
}

/** Reads what a request is for. @param serverUrl - The origin of a request without a valid `Host`. @internal */
export function parseTarget({ method, url = "", headers }: IncomingMessage, serverUrl: string): RequestTarget {
  const { host = "" } = headers;
  // A target may be a whole URL: https://www.rfc-editor.org/rfc/rfc9112#name-absolute-form
  const [path = "", query] = url.replace(/^([a-z][a-z\d+.-]*:\/\/[^/?]*)?\/?/i, "/").split("?");
  return {
    path,
    query: new URLSearchParams(query),
    origin: /^[\w.:[\]-]+$/.test(host) && URL.canParse(`http://${host}`) ? `http://${host}` : serverUrl,
    isReset: method === "POST" && path === resetPath,
    lookUpId: matchAssetId(path, getAssetPath),
    contentId: matchAssetId(path, contentPath) ?? matchAssetId(path, `${contentPath}/${redirectName}`),
  };
}

/** Reads the id out of a path, if the path has the form of the template. */
function matchAssetId(path: string, template: string): string | undefined {
  const [before = "", after = ""] = template.split("{asset_id}");
  if (!path.startsWith(before) || !path.endsWith(after)) return undefined;
  try {
    const id = decodeURIComponent(path.slice(before.length, path.length - after.length));
    return parseAssetId(id) === id ? id : undefined; // an asset URI is no id
  } catch {
    return undefined;
  }
}

import type { IncomingHttpHeaders } from "node:http";
import { contentPath, getAssetPath } from "../../generated/document.ts";
import { parseAssetId } from "../core/asset-ref.ts";

/** Path for a `POST` that does what `reset()` does: for a test in another process than the mock. */
export const resetPath = "/__mock/reset";

/** A request as a socket or `mock.fetch` receives it. Nobody reads its body. @internal */
export interface RequestHead {
  method: string;
  /** Path and query, or a whole URL: https://www.rfc-editor.org/rfc/rfc9112#name-absolute-form */
  url: string;
  headers: IncomingHttpHeaders;
  /** Where the client reaches the mock: through a mapped port, it is not the server's own address. */
  origin: string;
}

/** What a request is for. @internal */
export interface RequestTarget {
  path: string;
  query: URLSearchParams;
  isReset: boolean;
  /** Id of the asset, if the path is that of a look-up and the id is valid. */
  lookUpId: string | undefined;
  /** Id of the asset, if the path is that of a content and the id is valid. */
  contentId: string | undefined;
}

/** Reads what a request is for. @internal */
export function parseTarget({ method, url }: RequestHead): RequestTarget {
  const [path = "", query] = url.replace(/^([a-z][a-z\d+.-]*:\/\/[^/?]*)?\/?/i, "/").split("?");
  return {
    path,
    query: new URLSearchParams(query),
    isReset: method === "POST" && path === resetPath,
    lookUpId: matchAssetId(path, getAssetPath),
    contentId: matchAssetId(path, contentPath),
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

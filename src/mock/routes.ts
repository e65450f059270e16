import type { IncomingHttpHeaders } from "node:http";
import { contentPath, getAssetPath } from "../../generated/document.ts";
import { parseAssetId } from "../core/asset-ref.ts";
import { keyOfSignedUrl } from "./signed-url.ts";
import { fingerprintOf } from "./worlds.ts";

/** Path for a `POST` that does what `reset()` does: for a test in another process than the mock. */
export const resetPath = "/__mock/reset";

/** Path for a `GET` of the requests that the mock has answered, or a `DELETE` of them. */
export const requestsPath = "/__mock/requests";

/** Path for a `GET` of the test assets. Below it, `PUT` and `DELETE` the id of an asset of your own. */
export const assetsPath = "/__mock/assets";

/** Path for a `GET` that is answered as soon as the mock can be used, without a key. */
export const healthPath = "/__mock/health";

/** Says what the mock serves, to whoever asks for anything else. @internal */
export const servedRoutes: string = [`GET ${getAssetPath}`, `GET ${contentPath}`, "GET /", "/__mock/"].join(", ");

/** Where redirects of contents lead, below the path of the content: a Chinese name. @internal */
export const redirectName: string = encodeURIComponent("内容");

/** A request as a socket or `mock.fetch` receives it. @internal */
export interface ReceivedRequest extends RequestHead {
  body: AsyncIterable<Uint8Array>;
}

/** @internal */
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
  /** Whether the request is for the mock itself. */
  isControl: boolean;
  /** Fingerprint of the API key that the request belongs to. */
  key: string | undefined;
  /** Id of the asset that the request is for. */
  assetId: string | undefined;
  /** Whether the path can be that of a look-up, right or wrong: then the document says what the answer is. */
  isApi: boolean;
  /** Id of the asset, if the path is that of a look-up and the id is valid. */
  lookUpId: string | undefined;
  /** Id of the asset, if the path is that of a content and the id is valid. */
  contentId: string | undefined;
}

/** Reads what a request is for. @internal */
export function parseTarget({ url, headers }: RequestHead): RequestTarget {
  const [path = "", ...search] = url.replace(/^([a-z][a-z\d+.-]*:\/\/[^/?]*)?\/?/i, "/").split("?");
  const query = new URLSearchParams(search.join("?"));
  const lookUpId = matchAssetId(path, getAssetPath);
  const contentId = matchAssetId(path, contentPath) ?? matchAssetId(path, `${contentPath}/${redirectName}`);
  const ownKey = contentId === undefined ? undefined : keyOfSignedUrl(query);
  return {
    path,
    query,
    isControl: path === "/" || path.startsWith("/__mock/"),
    isApi: path.startsWith("/api/"),
    key: fingerprintOf(headers) ?? ownKey,
    assetId: lookUpId ?? contentId,
    lookUpId,
    contentId,
  };
}

/** Reads the id out of a path, if the path has the form of the template. @internal */
export function matchAssetId(path: string, template: string): string | undefined {
  const [before = "", after = ""] = template.split("{asset_id}");
  if (!path.startsWith(before) || !path.endsWith(after)) return undefined;
  try {
    const id = decodeURIComponent(path.slice(before.length, path.length - after.length));
    return isAssetId(id) ? id : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a text is the id of an asset. An asset URI is none. @internal */
export function isAssetId(text: string): boolean {
  try {
    return parseAssetId(text) === text;
  } catch {
    return false;
  }
}

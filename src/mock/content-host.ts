import { setTimeout as sleep } from "node:timers/promises";
import { sizeOf } from "../core/asset.ts";
import { hasAsset, type AssetBody } from "./api.ts";
import { makeContent, readOwnFile, type Content, type Version } from "./content.ts";
import type { Prism } from "./prism.ts";
import { selectRange } from "./ranges.ts";
import { textResponse, type MockResponse } from "./response.ts";
import { redirectName, type RequestHead } from "./routes.ts";
import { checkSignature } from "./signed-url.ts";
import type { PlayedAsset } from "./test-assets.ts";

/**
 * Answers a request for the content of an asset. A URL that has a query is checked as a signed one.
 *
 * Keeps no state: what a test asset does in the middle of a file depends on the request alone.
 */
export async function answerContent(
  prism: Prism,
  request: RequestHead,
  id: string,
  query: URLSearchParams,
  asset: PlayedAsset,
): Promise<MockResponse> {
  const { method, headers, url } = request;
  if (!["GET", "HEAD"].includes(method)) return textResponse(405, "Use GET or HEAD.", { Allow: "GET, HEAD" });
  const { answers, fault } = asset;
  const { body } = await prism.getExample(answers.at(-1)!);
  if (!hasAsset(body)) return textResponse(404, "This asset has no content.");
  if (query.size > 0 && headers.authorization !== undefined) {
    return textResponse(400, "A signed URL takes no Authorization header: send one of them.");
  }
  const signature = query.size > 0 ? checkSignature(id, query) : "valid";
  // Whoever has the first bytes asks for the rest.
  const isForRest = /^bytes=0*[1-9]/i.test(headers.range ?? "");
  if (signature === "refused" || (signature === "expiring" && isForRest)) {
    return textResponse(403, "The signed URL has expired, or is wrong.");
  }
  if (fault === "redirects" && !url.includes(`/${redirectName}`)) {
    const signedQuery = query.size > 0 ? `?${query}` : "";
    return { status: 302, headers: { Location: `content/${redirectName}${signedQuery}` } };
  }

  // The file changes when its first bytes have been sent.
  const isOldVersion = signature === "changing" && !isForRest;
  const content = contentOf(id, body.data, asset, isOldVersion ? "old" : "new");
  const { start, end, ...head } = selectRange(request, content, fault);
  if (fault === "closes") head.headers.Connection = "close";
  if (method === "HEAD" || head.status === 304) return head;
  const middle = Math.floor(content.size / 2);
  const mayDrop = fault === "drops" || signature === "expiring" || isOldVersion;
  const drops = mayDrop && start < middle && middle < end;
  const bytes = content.read(start, drops ? middle : end);
  return { ...head, content: fault === "slow" ? throttle(bytes) : bytes, drops };
}

function contentOf(id: string, data: AssetBody["data"], { fault, file }: PlayedAsset, version: Version): Content {
  const { mime_type, original_filename } = data;
  const fullSize = sizeOf(data) ?? 0;
  const size = fault === "short" ? Math.floor(fullSize / 2) : fullSize;
  const mimeType =
    typeof mime_type === "string" && headerValue.test(mime_type) ? mime_type : "application/octet-stream";
  const made = file ? readOwnFile(file, mimeType, version) : makeContent(id, mimeType, size, version);
  const { etag, lastModified, ...content } = made;
  const fileName = typeof original_filename === "string" && original_filename !== "" ? original_filename : undefined;
  if (fault === "no_validator") return { ...content, fileName };
  if (fault === "weak_etag") return { ...content, fileName, etag: `W/${etag}` };
  return { ...content, fileName, etag, lastModified };
}

/** The document takes any text as a media type, and a failure may be without one. A header takes less. */
const headerValue = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/;

const slowBytesPerSecond = 200_000;

async function* throttle(source: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const bytes of source) {
    yield bytes;
    await sleep((bytes.length / slowBytesPerSecond) * 1000);
  }
}

import { setTimeout as sleep } from "node:timers/promises";
import { hasAsset } from "./api.ts";
import { makeContent } from "./content.ts";
import type { Prism } from "./prism.ts";
import { selectRange } from "./ranges.ts";
import { textResponse, type MockResponse } from "./response.ts";
import type { RequestHead } from "./routes.ts";
import { isSignatureValid } from "./signed-url.ts";
import { testAssetOrImage } from "./test-assets.ts";

/** Answers a request for the content of an asset. A URL that has a query is checked as a signed one. */
export async function answerContent(
  prism: Prism,
  request: RequestHead,
  id: string,
  query: URLSearchParams,
): Promise<MockResponse> {
  const { method, headers } = request;
  if (!["GET", "HEAD"].includes(method)) return textResponse(405, "Use GET or HEAD.", { Allow: "GET, HEAD" });
  const { answers, content: fault } = testAssetOrImage(id);
  const { body } = await prism.getExample(answers.at(-1)!);
  if (!hasAsset(body)) return textResponse(404, "This asset has no content.");
  if (query.size > 0 && headers.authorization !== undefined) {
    return textResponse(400, "A signed URL takes no Authorization header: send one of them.");
  }
  if (query.size > 0 && !isSignatureValid(id, query)) {
    return textResponse(403, "The signed URL has expired, or is wrong.");
  }

  const { mime_type, size_bytes } = body.data;
  const content = makeContent(id, mime_type, fault === "short" ? Math.floor(size_bytes / 2) : size_bytes);
  const { start, end, ...head } = selectRange(request, content, fault);
  if (method === "HEAD" || head.status === 304) return head;
  const middle = Math.floor(content.size / 2);
  const drops = fault === "drops" && start < middle && middle < end;
  const bytes = content.read(start, drops ? middle : end);
  return { ...head, content: fault === "slow" ? throttle(bytes) : bytes, drops };
}

const slowBytesPerSecond = 200_000;

async function* throttle(source: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const bytes of source) {
    yield bytes;
    await sleep((bytes.length / slowBytesPerSecond) * 1000);
  }
}

import type { IncomingHttpHeaders } from "node:http";
import { contentPath } from "../../generated/document.ts";
import { fillPath, toAssetUri } from "../core/asset-ref.ts";
import type { ExampleChoice, Prism } from "./prism.ts";
import type { MockResponse } from "./response.ts";
import type { RequestHead, RequestTarget } from "./routes.ts";
import { signUrl } from "./signed-url.ts";
import type { PlayedAnswer, PlayedAsset } from "./test-assets.ts";
import type { World } from "./worlds.ts";

/** Answers a request to the API, as the document says. @param asset - The one that is looked up. */
export async function answerApi(
  prism: Prism,
  { lookUps }: World,
  request: RequestHead,
  { path, lookUpId, key }: RequestTarget,
  asset: PlayedAsset,
): Promise<MockResponse> {
  const failure = await prism.validateRequest(request, path);
  if (failure !== undefined) return failure;
  // An id that the document's pattern allows and a path does not, like `..`.
  if (lookUpId === undefined) return prism.getExample(badRequest);
  if (invalidKey.test(String(request.headers.authorization))) return prism.getExample(unauthenticated);
  const choice = preferredAnswer(request.headers) ?? nextAnswer(lookUps, asset);
  const example = await prism.getExample(choice);
  if (!hasAsset(example.body)) return example;
  const url = request.origin + fillPath(contentPath, lookUpId);
  // Prism has refused a request without a key.
  const signedUrl = signUrl(url, lookUpId, key!, choice.signed_url);
  return { ...example, body: fillExample(example.body, lookUpId, url, signedUrl, choice.fields) };
}

/** A key that the mock refuses. */
const invalidKey = /^bearer\s+cy_invalid/i;
// Constants, because Prism keeps the example of each.
const unauthenticated = { status: 401 };
const badRequest = { status: 400 };

/** The answer that a request asks for, as of plain Prism: `Prefer: code=404, example=not_found`. */
function preferredAnswer({ prefer }: IncomingHttpHeaders): ExampleChoice | undefined {
  const [, status] = /\bcode="?(\d{3})\b/.exec(String(prefer)) ?? [];
  const [, example] = /\bexample="?([\w-]+)/.exec(String(prefer)) ?? [];
  if (status === undefined && example === undefined) return undefined;
  return { ...(status && { status: Number(status) }), ...(example && { example }) };
}

function nextAnswer(lookUps: World["lookUps"], asset: PlayedAsset): PlayedAnswer {
  const { answers } = asset;
  const index = Math.min(lookUps.get(asset) ?? 0, answers.length - 1);
  lookUps.set(asset, index + 1);
  return answers[index]!;
}

/** The body of a look-up that found an asset. */
export interface AssetBody {
  data: { size_bytes: number } & Record<string, unknown>;
}

/** Whether the body of an example has an asset. */
export function hasAsset(body: unknown): body is AssetBody {
  return Object(body).data?.asset_id !== undefined;
}

/**
 * Puts the requested id into an example, with addresses and times that hold now. Null and absent fields stay so.
 *
 * @param given - Fields that stay as they are.
 */
function fillExample(
  body: AssetBody,
  id: string,
  url: string,
  signedUrl: string,
  given: PlayedAnswer["fields"],
): AssetBody {
  const fields = {
    asset_id: id,
    asset_uri: toAssetUri(id),
    url,
    content_url: url,
    signed_url: signedUrl,
    expires_at: inThreeDays(),
  };
  const present = Object.entries(fields).filter(([name]) => body.data[name] != null);
  return { ...body, data: { ...body.data, ...Object.fromEntries(present), ...given } };
}

const dayMs = 86_400_000;

/** In the form of the vendor's example: by China's clock. */
function inThreeDays(): string {
  const today = Math.floor(Date.now() / dayMs);
  return `${new Date((today + 3) * dayMs).toISOString().slice(0, 10)}T08:00:00+08:00`;
}

import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { contentPath, type TestAnswer } from "../../generated/document.ts";
import { fillPath, toAssetUri } from "../core/asset-ref.ts";
import type { ExampleChoice, Prism } from "./prism.ts";
import type { MockResponse } from "./response.ts";
import type { RequestTarget } from "./routes.ts";
import { signUrl } from "./signed-url.ts";
import { testAssetOrImage } from "./test-assets.ts";

/** The API that the mock plays. */
export interface Api {
  /** @param origin - Where the asset's addresses lead to. */
  answer(request: IncomingMessage, target: RequestTarget, origin: string): Promise<MockResponse>;
  /** Begins the sequence of each test asset again. */
  resetSequences(): void;
}

/** Makes the API, with each sequence at its beginning. */
export function createApi(prism: Prism): Api {
  const lookUpCounts = new Map<string, number>();

  function nextAnswer(id: string): TestAnswer {
    const { answers } = testAssetOrImage(id);
    const index = Math.min(lookUpCounts.get(id) ?? 0, answers.length - 1);
    // Only sequences are counted, so that the map does not grow with every id.
    if (answers.length > 1) lookUpCounts.set(id, index + 1);
    return answers[index]!;
  }

  function chooseAnswer(headers: IncomingHttpHeaders, id: string | undefined): ExampleChoice {
    if (id === undefined) return badRequest;
    if (invalidKey.test(String(headers.authorization))) return unauthenticated;
    return preferredAnswer(headers) ?? nextAnswer(id);
  }

  return {
    resetSequences: () => lookUpCounts.clear(),

    async answer(request, { path, lookUpId }, origin) {
      const failure = await prism.validateRequest(request, path);
      if (failure !== undefined) return failure;
      const choice = chooseAnswer(request.headers, lookUpId);
      const example = await prism.getExample(choice);
      if (lookUpId === undefined || !hasAsset(example.body)) return example;
      const expiresInHours = choice.signed_url === "expired" ? -1 : 2;
      return { ...example, body: fillExample(example.body, lookUpId, origin, expiresInHours) };
    },
  };
}

/** A key that the mock refuses. */
const invalidKey = /^bearer +cy_invalid/i;
const unauthenticated = { status: 401 };
/** For an id that the document's pattern allows and a path does not, like `..`. */
const badRequest = { status: 400 };

/** The answer that a request asks for, as of plain Prism: `Prefer: code=404, example=not_found`. */
function preferredAnswer({ prefer }: IncomingHttpHeaders): ExampleChoice | undefined {
  const [, status] = /\bcode="?(\d{3})\b/.exec(String(prefer)) ?? [];
  const [, example] = /\bexample="?([\w-]+)/.exec(String(prefer)) ?? [];
  if (status === undefined && example === undefined) return undefined;
  return { ...(status && { status: Number(status) }), ...(example && { example }) };
}

/** The body of a look-up that found an asset. */
interface AssetBody {
  data: { mime_type: string; size_bytes: number } & Record<string, unknown>;
}

/** Whether the body of an example has an asset. */
export function hasAsset(body: unknown): body is AssetBody {
  return (body as Partial<AssetBody> | null)?.data?.asset_id !== undefined;
}

/** Puts the requested id into an example, with addresses and times that hold now. Null and absent fields stay so. */
function fillExample(body: AssetBody, id: string, origin: string, expiresInHours: number): AssetBody {
  const url = origin + fillPath(contentPath, id);
  const fields = {
    asset_id: id,
    asset_uri: toAssetUri(id),
    url,
    content_url: url,
    signed_url: signUrl(url, id, expiresInHours),
    expires_at: inThreeDays(),
  };
  const present = Object.entries(fields).filter(([name]) => body.data[name] != null);
  return { ...body, data: { ...body.data, ...Object.fromEntries(present) } };
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** In the form of the vendor's example: by China's clock. */
function inThreeDays(): string {
  const today = Math.floor(Date.now() / dayMs);
  return `${new Date((today + 3) * dayMs + 8 * hourMs).toISOString().slice(0, 19)}+08:00`;
}

import { createHash } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { contentPath, getAssetPath, type TestAnswer } from "../../generated/document.ts";
import { fillPath, toAssetUri } from "../core/asset-ref.ts";
import { makeContent } from "./content.ts";
import { deliver, planDelivery } from "./ranges.ts";
import type { AskPrism, Reply } from "./prism.ts";
import { behaviourOf } from "./test-assets.ts";

/** What a request gets. */
export interface Answer {
  status: number;
  headers: OutgoingHttpHeaders;
  body?: string;
  /** Sends the body, where that is no text. */
  send?: (response: ServerResponse) => Promise<void>;
}

/** What the API and its content host answer. */
export interface MockApi {
  /** @param id - The asset's, where the path is the one of a look-up. */
  answer(request: IncomingMessage, path: string, id: string | undefined, origin: string): Promise<Answer>;
  sendContent(request: IncomingMessage, id: string, query: URLSearchParams): Promise<Answer>;
  /** Forgets the look-ups: every sequence begins again. */
  reset(): void;
}

/** Makes the two hosts that the mock plays, with no look-up counted yet. */
export function createApi(askPrism: AskPrism): MockApi {
  const lookUps = new Map<string, number>();

  function nextAnswer(id: string): TestAnswer {
    const { answers } = behaviourOf(id);
    const index = Math.min(lookUps.get(id) ?? 0, answers.length - 1);
    // Only what has a sequence is counted, so the map stays as small as the document.
    if (answers.length > 1) lookUps.set(id, index + 1);
    return answers[index]!;
  }

  return {
    reset: () => lookUps.clear(),

    async answer({ method = "", headers }, path, id, origin) {
      const request = { method, path, headers: headers as Record<string, string> };
      const { accept, ...others } = request.headers;
      // It throws at a path or a header that cannot be read, and finds its own answer wrong for some Accept headers.
      const verdict = await askPrism(request, {}).catch(String);
      if (typeof verdict === "string") return refuse(400, verdict);
      const isOdd = verdict.status === 500 && (await askPrism({ ...request, headers: others }, {})).status === 200;
      if (isOdd) return refuse(400, `Accept: ${accept} cannot be read.`);
      if (verdict.status !== 200 || id === undefined) return toAnswer(verdict);
      // The request is right, and takes what the API gives: from here on, Prism is told what to answer.
      const answer = wishOf(headers) ?? nextAnswer(id);
      const reply = await askPrism({ ...request, headers: others }, answer);
      return toAnswer({ ...reply, body: localise(reply.body, id, origin, answer.signed_url === "expired" ? -1 : 2) });
    },

    async sendContent(request, id, query) {
      const { method, headers } = request;
      const allowed = ["GET", "HEAD"];
      if (!allowed.includes(method!)) return refuse(405, "Use GET or HEAD.", { Allow: allowed.join(", ") });
      const { answers, content: fault } = behaviourOf(id);
      const lookUp = { method: "GET", path: fillPath(getAssetPath, id), headers: { authorization: "Bearer mock" } };
      const { body } = await askPrism(lookUp, answers.at(-1)!);
      if (!hasAsset(body)) return refuse(404, "This asset has no content.");
      if (query.size > 0 && headers.authorization !== undefined) {
        return refuse(400, "A signed URL takes no Authorization header: send one of them.");
      }
      if (query.size > 0 && !isSignedNow(id, query)) return refuse(403, "The signed URL has expired, or is wrong.");

      const { mime_type, size_bytes } = body.data;
      const content = makeContent(id, mime_type, fault === "short" ? Math.floor(size_bytes / 2) : size_bytes);
      const delivery = planDelivery(request, content, fault);
      const head = { status: delivery.status, headers: delivery.headers };
      if (method === "HEAD") return head;
      return { ...head, send: (response) => deliver(response, content, delivery, fault) };
    },
  };
}

/** Which answer a request asks for by itself, whatever the id: a key that starts with `cy_invalid` asks for 401. */
function wishOf({ authorization = "", prefer = "" }: IncomingHttpHeaders): Partial<TestAnswer> | undefined {
  if (/^bearer +cy_invalid/i.test(authorization)) return { status: 401 };
  const [, status] = /\bcode="?(\d{3})\b/.exec(String(prefer)) ?? [];
  const [, example] = /\bexample="?([\w-]+)/.exec(String(prefer)) ?? [];
  if (status === undefined && example === undefined) return undefined;
  return { ...(status && { status: Number(status) }), ...(example && { example }) };
}

function toAnswer({ status, headers, body }: Reply): Answer {
  const allow = status === 405 && { Allow: "GET" }; // which Prism leaves out
  return { status, headers: { ...headers, ...allow }, body: JSON.stringify(body) };
}

/** Answers with a line of text that says why. */
export function refuse(status: number, reason: string, headers: OutgoingHttpHeaders = {}): Answer {
  return { status, headers: { "Content-Type": "text/plain; charset=utf-8", ...headers }, body: `${reason}\n` };
}

interface AssetBody {
  data: { mime_type: string; size_bytes: number } & Record<string, unknown>;
}

function hasAsset(body: unknown): body is AssetBody {
  return (body as Partial<AssetBody> | null)?.data?.asset_id !== undefined;
}

/** Puts the id that was asked for into the example, and addresses and times that hold now. All else stays. */
function localise(body: unknown, id: string, origin: string, validHours: number): unknown {
  if (!hasAsset(body)) return body;
  const url = origin + fillPath(contentPath, id);
  const local: Record<string, string> = {
    asset_id: id,
    asset_uri: toAssetUri(id),
    url,
    content_url: url,
    signed_url: `${url}?${signatureFor(id, validHours)}`,
    expires_at: inThreeDays(),
  };
  const data = Object.entries(body.data).map(([name, value]) => [
    name,
    value === null ? value : (local[name] ?? value),
  ]);
  return { ...body, data: Object.fromEntries(data) };
}

const hour = 3600;
const day = 24 * hour;

/** Whole hours, so that two look-ups in a row give the same URL. */
function signatureFor(id: string, validHours: number): URLSearchParams {
  const thisHour = Math.floor(Date.now() / 1000 / hour);
  const expires = String((thisHour + validHours) * hour);
  return new URLSearchParams({ expires, signature: sign(id, expires) });
}

function isSignedNow(id: string, query: URLSearchParams): boolean {
  const expires = query.get("expires") ?? "";
  return query.get("signature") === sign(id, expires) && Number(expires) * 1000 > Date.now();
}

/** Not a secret: a signed URL outlives the mock that gave it. */
function sign(id: string, expires: string): string {
  return createHash("sha256").update(`${id} ${expires}`).digest("hex").slice(0, 32);
}

/** In the form of the vendor's example: by the clock of China. */
function inThreeDays(): string {
  const thisDay = Math.floor(Date.now() / 1000 / day);
  return `${new Date(((thisDay + 3) * day + 8 * hour) * 1000).toISOString().slice(0, 19)}+08:00`;
}

import { createHash } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { contentPath, getAssetPath } from "../generated/document.ts";
import { fillPath, toAssetUri } from "./asset-ref.ts";
import { makeContent } from "./mock-content.ts";
import { deliver, planDelivery } from "./mock-delivery.ts";
import type { AskPrism, Choice } from "./mock-prism.ts";
import { behaviourOf, type TestAnswer } from "./mock-assets.ts";

/** What a request gets. */
export interface Answer {
  status: number;
  headers: OutgoingHttpHeaders;
  body?: string;
  /** Sends the body, where that is no text. */
  send?: (response: ServerResponse) => Promise<void>;
}

/** What the API and its content host answer, by the id that is asked for. */
export interface MockApi {
  lookUp(request: IncomingMessage, path: string, id: string | undefined, origin: string): Promise<Answer>;
  sendContent(request: IncomingMessage, id: string, query: URLSearchParams): Promise<Answer>;
  /** Forgets the look-ups: every sequence begins again. */
  reset(): void;
}

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

    async lookUp({ method = "", headers }, path, id, origin) {
      const wish = wishOf(method, headers);
      const answer = wish === undefined && id !== undefined ? nextAnswer(id) : undefined;
      const choice = wish ?? (answer && { code: answer.status, exampleKey: answer.example }) ?? {};
      const reply = await askPrism({ method, path, headers: headers as Record<string, string> }, choice);
      const body = id === undefined ? reply.body : localise(reply.body, id, origin, answer?.signed_url !== "expired");
      const allow = reply.status === 405 && { Allow: "GET" }; // which Prism leaves out
      return { status: reply.status, headers: { ...reply.headers, ...allow }, body: JSON.stringify(body) };
    },

    async sendContent(request, id, query) {
      const { method, headers } = request;
      if (method !== "GET" && method !== "HEAD")
        return refuse(405, "The content takes GET and HEAD.", { Allow: "GET, HEAD" });
      const { answers, content: fault } = behaviourOf(id);
      const { status, example } = answers.at(-1)!;
      const lookUp = { method: "GET", path: fillPath(getAssetPath, id), headers: { authorization: "Bearer mock" } };
      const { body } = await askPrism(lookUp, { code: status, exampleKey: example });
      if (!hasAsset(body)) return refuse(404, "This asset has no content.");
      if (query.size > 0 && headers.authorization !== undefined) {
        return refuse(400, "A signed URL takes no Authorization header: send one of them.");
      }
      if (query.size > 0 && !isSignedNow(id, query)) return refuse(403, "The signed URL has expired, or is wrong.");

      const { mime_type, size_bytes } = body.data;
      const content = makeContent(id, mime_type, fault === "short" ? Math.floor(size_bytes / 2) : size_bytes);
      const delivery = planDelivery(request, content, fault);
      const answer = { status: delivery.status, headers: delivery.headers };
      return method === "HEAD"
        ? answer
        : { ...answer, send: (response) => deliver(response, content, delivery, fault) };
    },
  };
}

/** No wish: Prism finds by itself what is wrong with the request. */
const none: Choice = {};

/**
 * Which answer a request gets, whatever the id: `undefined` if it is a look-up that the sequence of the id answers. A key
 * that starts with `cy_invalid` gets 401.
 */
function wishOf(method: string, headers: IncomingHttpHeaders): Choice | undefined {
  const { authorization = "", accept = "*/*", prefer = "" } = headers;
  if (method !== "GET" || !/^bearer +\S/i.test(authorization)) return none;
  if (!/application\/(json|\*)|\*\/\*/i.test(accept)) return none;
  if (/^bearer +cy_invalid/i.test(authorization)) return { code: 401 };
  const [, code] = /\bcode="?(\d{3})\b/.exec(String(prefer)) ?? [];
  const [, exampleKey] = /\bexample="?([\w-]+)/.exec(String(prefer)) ?? [];
  if (code === undefined && exampleKey === undefined) return undefined;
  return { ...(code && { code: Number(code) }), ...(exampleKey && { exampleKey }) };
}

function refuse(status: number, reason: string, headers: OutgoingHttpHeaders = {}): Answer {
  return { status, headers: { "Content-Type": "text/plain; charset=utf-8", ...headers }, body: `${reason}\n` };
}

interface AssetBody {
  data: { mime_type: string; size_bytes: number } & Record<string, unknown>;
}

function hasAsset(body: unknown): body is AssetBody {
  return Object(Object(body).data).asset_id !== undefined;
}

/** Puts the id that was asked for into the example, and addresses and times that hold now. All else stays. */
function localise(body: unknown, id: string, origin: string, isFresh: boolean): unknown {
  if (!hasAsset(body)) return body;
  const url = origin + fillPath(contentPath, id);
  const local: Record<string, string> = {
    asset_id: id,
    asset_uri: toAssetUri(id),
    url,
    content_url: url,
    signed_url: `${url}?${signatureFor(id, isFresh)}`,
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
function signatureFor(id: string, isFresh: boolean): URLSearchParams {
  const thisHour = Math.floor(Date.now() / 1000 / hour);
  const expires = String((thisHour + (isFresh ? 2 : -1)) * hour);
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

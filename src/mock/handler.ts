import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { testAssets } from "../../generated/document.ts";
import { answerApi } from "./api.ts";
import { answerContent } from "./content-host.ts";
import { createControl } from "./control.ts";
import { createJournal, describeRequest, type MockRequest } from "./journal.ts";
import { answerPage } from "./page.ts";
import type { Prism } from "./prism.ts";
import { textResponse, type MockResponse } from "./response.ts";
import { parseTarget, servedRoutes, type RequestHead, type RequestTarget } from "./routes.ts";
import { createWorlds } from "./worlds.ts";

/** A response that a socket or `mock.fetch` can send as it is. */
export interface ReadyResponse {
  status: number;
  headers: OutgoingHttpHeaders;
  /** Absent where HTTP allows none. */
  body: AsyncGenerator<Uint8Array> | string | undefined;
  /** Whether the connection ends after the body, although the headers promise more. */
  drops: boolean;
}

/** Answers requests, without sockets. */
export interface Handler {
  /** Answers a request. Rejects when `onRequest` throws: then the connection ends. */
  handle(request: RequestHead): Promise<ReadyResponse>;
  requests: readonly MockRequest[];
  /** Begins all sequences again, and empties the journal. */
  reset(): void;
}

export interface HandlerOptions {
  cors: boolean;
  /** Where clients reach the mock, without a slash at its end; `undefined` if each request says it. */
  publicUrl: string | undefined;
  onRequest: ((request: MockRequest) => unknown) | undefined;
}

/** Makes a handler with a state of its own. */
export function createHandler(prism: Prism, { cors, publicUrl, onRequest }: HandlerOptions): Handler {
  const worlds = createWorlds();
  const journal = createJournal();
  const answerControl = createControl(worlds, journal);
  let sequence = 0;

  async function answer(request: RequestHead, target: RequestTarget): Promise<MockResponse> {
    if (cors && isPreflight(request)) return answerPreflight(request.headers);
    if (target.path === "/") return answerPage(request, testAssets, journal.requests);
    if (target.isControl) return answerControl(request, target);
    if (!target.isApi && target.contentId === undefined) return notServed;
    if (target.contentId !== undefined) return answerContent(prism, request, target.contentId, target.query);
    return answerApi(prism, worlds.countsOf(target.key), request, target);
  }

  return {
    requests: journal.requests,

    async handle(received) {
      const time = new Date().toISOString();
      const startedAt = performance.now();
      const request = publicUrl === undefined ? received : locate(received, publicUrl);
      const target = parseTarget(request);
      const answered = await answer(request, target).catch((error: unknown) => textResponse(500, String(error)));
      const { status, body: value, content, drops = false } = answered;
      const text = typeof value === "string" ? value : JSON.stringify(value);
      sequence += 1;
      const described = describeRequest(request, target);
      const durationMs = performance.now() - startedAt;
      const record: MockRequest = { sequence, time, ...described, status, durationMs, bytesSent: 0 };
      if (!target.isControl) journal.add(record);
      await onRequest?.(record);

      const length = text === undefined ? 0 : Buffer.byteLength(text);
      const headers = { ...(cors && corsHeaders), ...(text && { "Content-Length": length }), ...answered.headers };
      if (request.method === "HEAD") return { status, headers, body: undefined, drops };
      record.bytesSent = length;
      return { status, headers, body: content ? count(content, record) : text, drops };
    },

    reset() {
      worlds.reset(undefined);
      journal.clear(undefined);
    },
  };
}

/** Replaces where a request says that it came to. A proxy may leave the path of the public URL in front of the request's. */
function locate(request: RequestHead, publicUrl: string): RequestHead {
  const { pathname } = new URL(publicUrl);
  const isBelow = pathname !== "/" && `${request.url.split("?")[0]}/`.startsWith(`${pathname}/`);
  return { ...request, url: isBelow ? request.url.slice(pathname.length) : request.url, origin: publicUrl };
}

async function* count(content: NonNullable<MockResponse["content"]>, record: MockRequest): AsyncGenerator<Uint8Array> {
  for await (const bytes of content) {
    record.bytesSent += bytes.length;
    if (bytes.length > 0) yield bytes;
  }
}

const notServed = textResponse(404, `This mock serves only: ${servedRoutes}.`);

const corsHeaders = { "Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "*" };

function isPreflight({ method, headers }: RequestHead): boolean {
  return method === "OPTIONS" && "access-control-request-method" in headers;
}

/** @see https://fetch.spec.whatwg.org/#http-cors-protocol */
function answerPreflight(headers: IncomingHttpHeaders): MockResponse {
  const allowed = {
    "Access-Control-Allow-Methods": headers["access-control-request-method"],
    "Access-Control-Allow-Headers": headers["access-control-request-headers"] ?? "*",
  };
  return { status: 204, headers: allowed };
}

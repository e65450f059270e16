import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import type { TestAsset } from "../../generated/document.ts";
import { answerApi, type LookUpCounts } from "./api.ts";
import { answerContent } from "./content-host.ts";
import type { Prism } from "./prism.ts";
import { textResponse, type MockResponse } from "./response.ts";
import { parseTarget, type RequestHead, type RequestTarget } from "./routes.ts";
import { testAssetsById } from "./test-assets.ts";

/** A request that the mock has answered. */
export interface MockRequest {
  method: string;
  /** Without the query, because that of a signed URL is a secret. */
  path: string;
  /** HTTP status of the response. */
  status: number;
  /** The test asset that was requested, if it was one. */
  testAsset: TestAsset | undefined;
  /** Time until the response could begin, in milliseconds. */
  durationMs: number;
}

/** A response that a socket or `mock.fetch` can send as it is. */
export interface ReadyResponse {
  status: number;
  headers: OutgoingHttpHeaders;
  /** Absent where HTTP allows none. */
  body: AsyncIterable<Uint8Array> | string | undefined;
  /** Whether the connection ends after the body, although the headers promise more. */
  drops: boolean;
}

/** Answers requests, without sockets. */
export interface Handler {
  /** Answers a request. Rejects when `onRequest` throws: then the connection ends. */
  handle(request: RequestHead): Promise<ReadyResponse>;
  requests: MockRequest[];
  reset(): void;
}

export interface HandlerOptions {
  cors: boolean;
  onRequest: ((request: MockRequest) => unknown) | undefined;
}

const maxRequests = 1000;

/** Makes a handler with a state of its own. */
export function createHandler(prism: Prism, { cors, onRequest }: HandlerOptions): Handler {
  const requests: MockRequest[] = [];
  const lookUpCounts: LookUpCounts = new Map();

  function reset(): void {
    requests.length = 0;
    lookUpCounts.clear();
  }

  async function answer(request: RequestHead, target: RequestTarget): Promise<MockResponse> {
    if (target.isReset) return { status: 204, headers: {} };
    if (cors && isPreflight(request)) return answerPreflight(request.headers);
    if (target.contentId !== undefined) return answerContent(prism, request, target.contentId, target.query);
    return answerApi(prism, lookUpCounts, request, target);
  }

  async function handle(request: RequestHead): Promise<ReadyResponse> {
    const startedAt = performance.now();
    const { method } = request;
    const target = parseTarget(request);
    const answered = await answer(request, target).catch((error: unknown) => textResponse(500, String(error)));
    const { status, headers, body, content, drops = false } = answered;
    const path = target.path.replace(/%3f.*/i, ""); // an encoded query is a secret, too
    const testAsset = testAssetsById.get(target.contentId ?? target.lookUpId ?? "");
    const record = { method, path, status, testAsset, durationMs: performance.now() - startedAt };
    requests.push(record);
    if (target.isReset) reset();
    if (requests.length > maxRequests) requests.shift();
    await onRequest?.(record);
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const length = text !== undefined && { "Content-Length": Buffer.byteLength(text) };
    const bytes = content && iterate(content);
    return { status, headers: { ...(cors && corsHeaders), ...length, ...headers }, body: bytes ?? text, drops };
  }

  return { handle, requests, reset };
}

async function* iterate(content: NonNullable<MockResponse["content"]>): AsyncGenerator<Uint8Array> {
  yield* content;
}

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

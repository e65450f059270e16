import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { answerApi } from "./api.ts";
import type { AssetStore } from "./asset-store.ts";
import { answerContent } from "./content-host.ts";
import { createControl } from "./control.ts";
import { createJournal, describeRequest, type MockRequest } from "./journal.ts";
import { answerPage } from "./page.ts";
import type { Prism } from "./prism.ts";
import { recall } from "./recall.ts";
import { textResponse, type MockResponse } from "./response.ts";
import { parseTarget, servedRoutes, type ReceivedRequest, type RequestHead, type RequestTarget } from "./routes.ts";
import type { PlayedAsset } from "./test-assets.ts";
import { draw, type Forecast, type Weather } from "./weather.ts";
import { createWorlds, digest, type World } from "./worlds.ts";

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
  /** Answers a request. Rejects when `onRequest` throws, or when the mock closes: then the connection ends. */
  handle(request: ReceivedRequest): Promise<ReadyResponse>;
  requests: readonly MockRequest[];
  /** Goes back to the start: sequences, weather, own assets and journal. */
  reset(): void;
}

/** What a handler needs of the options of the mock. */
export interface HandlerOptions {
  store: AssetStore;
  weather: Weather;
  seed: number;
  cors: boolean;
  /** Where clients reach the mock, without a slash at its end; `undefined` if each request says it. */
  publicUrl: string | undefined;
  onRequest: ((request: MockRequest) => unknown) | undefined;
  /** Aborts when the mock closes. */
  signal: AbortSignal;
}

/** Makes a handler with a state of its own. */
export function createHandler(prism: Prism, options: HandlerOptions): Handler {
  const { store, cors, publicUrl, onRequest, signal } = options;
  const worlds = createWorlds();
  const journal = createJournal();
  const answerControl = createControl({ prism, journal, store, reset });
  let sequence = 0;

  function reset(key: string | undefined): void {
    worlds.reset(key);
    store.reset(key);
    journal.clear(key);
  }

  async function answer(request: ReceivedRequest, target: RequestTarget, asset: PlayedAsset): Promise<MockResponse> {
    if (cors && isPreflight(request)) return answerPreflight(request.headers);
    if (target.path === "/") return answerPage(request, store.list(undefined), journal.requests);
    if (target.isControl) return answerControl(request, target);
    if (!target.isApi && target.contentId === undefined) return notServed;
    const world = worlds.of(target.key);
    const { fails, delayMs } = forecast(options, asset, world, target);
    const answered = fails ? await answerFailure(prism, target) : await play(request, target, asset, world);
    if (delayMs > 0) await sleep(delayMs, undefined, { signal });
    return answered;
  }

  function play(request: RequestHead, target: RequestTarget, asset: PlayedAsset, world: World): Promise<MockResponse> {
    return target.contentId === undefined
      ? answerApi(prism, world, request, target, asset)
      : answerContent(prism, request, target.contentId, target.query, asset);
  }

  return {
    requests: journal.requests,

    async handle(received) {
      const time = new Date().toISOString();
      const startedAt = performance.now();
      const request = publicUrl === undefined ? received : locate(received, publicUrl);
      const target = parseTarget(request);
      const asset = store.find(target.assetId ?? "", target.key);
      const answered = await answer(request, target, asset).catch((error: unknown) => {
        signal.throwIfAborted();
        return textResponse(500, String(error));
      });
      const { status, body: value, content, drops = false } = answered;
      const text = typeof value === "string" ? value : JSON.stringify(value);
      sequence += 1;
      const testAsset = asset.shown.asset_id === target.assetId ? asset.shown : undefined;
      const described = { ...describeRequest(request, target), testAsset };
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

    reset: () => reset(undefined),
  };
}

/** Finds the weather of a request: of its asset, else of the mock. */
function forecast(
  { weather, seed }: HandlerOptions,
  asset: PlayedAsset,
  { requests }: World,
  { path, key = "" }: RequestTarget,
): Forecast {
  const latencyMs = asset.weather?.latencyMs ?? weather.latencyMs;
  const errorRate = asset.weather?.errorRate ?? weather.errorRate;
  if (!latencyMs && !errorRate) return fairWeather;
  const place = digest(path); // a path may be long, and many are kept
  const count = recall(requests, place, maxCountedPaths, () => 0) + 1;
  requests.set(place, count);
  return draw({ latencyMs, errorRate }, `${seed} ${key} ${path} ${count}`);
}

const maxCountedPaths = 1000;
const fairWeather: Forecast = { fails: false, delayMs: 0 };

async function answerFailure(prism: Prism, { contentId }: RequestTarget): Promise<MockResponse> {
  return contentId === undefined ? prism.getExample(serverError) : textResponse(500, "The content host failed.");
}

// A constant, because Prism keeps the example of each.
const serverError = { status: 500 };

/**
 * Replaces where a request says that it came to. A proxy may leave the path of the public URL in front of the request's. If
 * it does not, a path such as `/api` is the beginning of what the mock serves, and stays.
 */
function locate(request: ReceivedRequest, publicUrl: string): ReceivedRequest {
  const located = { ...request, origin: publicUrl };
  const { pathname } = new URL(publicUrl);
  if (pathname === "/" || !`${request.url.split("?")[0]}/`.startsWith(`${pathname}/`)) return located;
  const below = { ...located, url: request.url.slice(pathname.length) };
  const { isControl, isApi, contentId } = parseTarget(below);
  return isControl || isApi || contentId !== undefined ? below : located;
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

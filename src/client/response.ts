import { isFrameworkError } from "../core/callback.ts";
import { NetworkError, ResponseError, type ApiError } from "../core/errors.ts";
import { checkResponse } from "../core/options.ts";
import { findFailure, readEnvelope, type Envelope, type ResponseFacts } from "./envelope.ts";

// In characters and milliseconds: far more than the API needs, far less than a hostile server could cost.
const maxAnswerLength = 1 << 20;
const maxErrorLength = 1 << 16;
const maxErrorMs = 1000;

/** The request that a response answers. */
export interface RequestFacts extends Pick<
  ResponseFacts,
  "requestLine" | "host" | "startedAt" | "attempts" | "redact"
> {
  url: string;
}

// Importing must not fail where there is no `fetch`, as in tests with jsdom.
const BaseResponse: typeof Response = globalThis.Response ?? Object;

/**
 * A response that has been read to its end. Its envelope is read once.
 *
 * `new Response(text)` would cost more than the rest of a call, so a stream is only made when somebody reads it.
 */
export class WholeResponse extends BaseResponse implements ResponseFacts {
  declare readonly requestLine: string;
  declare readonly host: string | undefined;
  declare readonly startedAt: number | undefined;
  declare readonly attempts: number;
  declare readonly redact: ResponseFacts["redact"];
  readonly requestId: string | undefined;
  /** Whether the body is JSON. */
  readonly isJson: boolean;
  readonly envelope: Envelope;
  /** The failure that it reports, if any. */
  readonly failure: ApiError | undefined;
  readonly #text: string;
  readonly #url: string;

  constructor(original: Response, text: string, { url, ...facts }: RequestFacts) {
    // No `statusText`: a server may send one that this constructor refuses.
    super(null, { status: original.status, headers: original.headers });
    Object.assign(this, facts);
    this.requestId = requestIdOf(original, facts.redact);
    const body = parseJson(text);
    this.isJson = body !== undefined;
    this.envelope = readEnvelope(body);
    this.failure = findFailure(this, this.envelope);
    this.#text = text;
    this.#url = url;
  }

  override get url(): string {
    return this.#url;
  }
  override get body(): Response["body"] {
    return this.clone().body;
  }
  override clone(): Response {
    return new Response(this.#text, this);
  }
  override text(): Promise<string> {
    return Promise.resolve(this.#text);
  }
  override async bytes(): ReturnType<Response["bytes"]> {
    return new Uint8Array(await this.arrayBuffer()); // Node 20 has no `bytes` of its own
  }
}

for (const name of ["arrayBuffer", "blob", "formData", "json"] as const) {
  WholeResponse.prototype[name] = function read(this: WholeResponse) {
    return this.clone()[name]();
  };
}

/**
 * Reads a response to its end. The body of an HTTP error may be long, slow or cut off: the status says enough.
 *
 * @param unread - A response whose body nobody has read.
 * @param leftMs - Time left for the attempt, in milliseconds.
 * @throws {@link ResponseError} when it cannot be the API's.
 * @throws {@link NetworkError} when its JSON ends too early.
 */
export async function readWhole(unread: Response, leftMs: number, request: RequestFacts): Promise<WholeResponse> {
  checkUnread(unread, request);
  const text = await readText(unread, Math.max(0, Math.min(maxErrorMs, leftMs / 2)));
  const response = new WholeResponse(unread, text, request);
  if (unread.ok && !response.isJson) throw await notJson(response, text, request);
  return response;
}

/** Throws when a response cannot be the API's, whatever its body is. */
function checkUnread(unread: Response, request: RequestFacts): void {
  checkResponse(unread, request);
  const { type, status, headers } = unread;
  if (type === "opaqueredirect" || (status >= 300 && status < 400)) {
    const target = originOf(headers.get("location"), request.url);
    throw notTheApi(unread, `redirects to ${target}, which gets no key`, request);
  }
  if (status < 200 || status > 599) throw notTheApi(unread, "is not a valid status", request);
}

/** Tells JSON that is cut off, which another attempt may fix, from a body that is not JSON. */
async function notJson(
  response: WholeResponse,
  text: string,
  request: RequestFacts,
): Promise<NetworkError | ResponseError> {
  const { status, requestId, headers } = response;
  const { requestLine, redact } = request;
  const contentType = headers.get("content-type");
  // A network that does not give this code may have cut off the response, too.
  const { fault, isCutOff } = await import("./not-json.ts").then(
    ({ findBodyFault }) => findBodyFault(text, maxAnswerLength, contentType, redact),
    () => ({ fault: "is not whole JSON", isCutOff: true }),
  );
  if (!isCutOff) return notTheApi(response, fault, request);
  const message = `${requestLine}: HTTP ${status} ${fault}. Check the network, and any proxy on the way.`;
  return new NetworkError(message, { ...request, cause: new SyntaxError(fault), requestId });
}

function notTheApi(response: Response, fault: string, request: RequestFacts): ResponseError {
  const { status } = response;
  const message = `${request.requestLine}: HTTP ${status} ${fault}. Check baseUrl, and any proxy on the way.`;
  return new ResponseError(message, { ...request, status, requestId: requestIdOf(response, request.redact) });
}

/** Reads up to a limit and cancels the rest. Of an HTTP error, only what comes soon. */
async function readText(unread: Response, errorMs: number): Promise<string> {
  const reader = unread.body?.getReader?.();
  const decoder = new TextDecoder();
  const cancel = (): void => void reader?.cancel().catch(() => {});
  const timer = unread.ok ? undefined : setTimeout(cancel, errorMs);
  let text = "";
  try {
    if (reader === undefined) return await unread.text();
    while (text.length < (unread.ok ? maxAnswerLength : maxErrorLength)) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      text += decoder.decode(value, { stream: true });
    }
    cancel();
    return text;
  } catch (error) {
    if (unread.ok || isFrameworkError(error)) throw error;
    return text;
  } finally {
    clearTimeout(timer);
  }
}

/** By the usual header. The vendor documents none. */
function requestIdOf({ headers }: Response, redact: ResponseFacts["redact"]): string | undefined {
  const requestId = headers.get("x-request-id");
  return requestId ? redact(requestId) : undefined;
}

function originOf(location: string | null, base: string): string {
  return location !== null && URL.canParse(location, base) ? new URL(location, base).origin : "an unknown place";
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

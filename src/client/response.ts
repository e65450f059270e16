import { ConfigError, NetworkError, ResponseError } from "../core/errors.ts";

// In characters and milliseconds: far more than the API needs, far less than a lying server could cost.
const maxAnswerLength = 1 << 20;
const maxErrorLength = 1 << 16;
const maxErrorMs = 1000;

/** What a response answers. */
export interface Exchange {
  url: string;
  /** Method and path, for messages. */
  requestLine: string;
  /** How many requests the call has sent. */
  attempts: number;
  /** Cuts secrets out of a text. */
  redact: (text: string) => string;
}

// Importing must not fail where there is no `fetch`, as in tests with jsdom.
const BaseResponse: typeof Response = globalThis.Response ?? Object;

/**
 * A response that has been read to its end.
 *
 * A `new Response(text)` would cost more than all the rest of a call: whoever asks for its stream gets one made then.
 */
export class WholeResponse extends BaseResponse {
  readonly requestLine: string;
  readonly attempts: number;
  readonly requestId: string | undefined;
  readonly redact: Exchange["redact"];
  /** The parsed body; `undefined` if it is not JSON. */
  readonly value: unknown;
  readonly #text: string;
  readonly #url: string;

  constructor(head: Response, text: string, { url, requestLine, attempts, redact }: Exchange) {
    // No `statusText`: a server may send one that this constructor refuses.
    super(null, { status: head.status, headers: head.headers });
    this.requestLine = requestLine;
    this.attempts = attempts;
    this.requestId = requestIdOf(head, redact);
    this.redact = redact;
    this.value = parseJson(text);
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
  override json(): Promise<unknown> {
    return this.clone().json();
  }
  override blob(): Promise<Blob> {
    return this.clone().blob();
  }
  override arrayBuffer(): Promise<ArrayBuffer> {
    return this.clone().arrayBuffer();
  }
  /** @internal Node 20 has none, nor has the `Response` of TypeScript 5.4. */
  override async bytes(): ReturnType<Response["bytes"]> {
    return new Uint8Array(await this.arrayBuffer());
  }
  override formData(): Promise<FormData> {
    return this.clone().formData();
  }
}

/**
 * Reads a response to its end. An error says enough by its status, so its body may be long, slow or cut off.
 *
 * @param leftMs - How long the attempt may still take.
 * @throws {@link ResponseError} when it cannot be the API's.
 * @throws {@link NetworkError} when its JSON is cut off.
 */
export async function readWhole(head: Response, leftMs: number, exchange: Exchange): Promise<WholeResponse> {
  checkHead(head, exchange);
  const text = await readText(head, Math.min(maxErrorMs, leftMs / 2));
  const response = new WholeResponse(head, text, exchange);
  if (head.ok && response.value === undefined) throw notJson(response, text, exchange);
  return response;
}

/** Refuses what a `fetch` of the caller's may give instead. */
export function checkResponse(head: Response): void {
  if (typeof head?.headers?.get !== "function") throw new ConfigError("fetch: it must give a Response, as fetch does.");
}

/** Refuses what cannot be the API's, whatever its body is. */
function checkHead(head: Response, exchange: Exchange): void {
  checkResponse(head);
  const { type, status, headers } = head;
  if (type === "opaqueredirect" || (status >= 300 && status < 400)) {
    const target = originOf(headers.get("location"), exchange.url);
    throw notTheApi(head, `redirects to ${target}, which gets no key`, exchange);
  }
  if (status < 200 || status > 599) throw notTheApi(head, "is no status of an answer", exchange);
}

/** Tells JSON that is cut off, which another attempt may mend, from all that is not JSON. */
function notJson(response: WholeResponse, text: string, exchange: Exchange): NetworkError | ResponseError {
  const { requestLine, attempts, requestId, headers, redact } = response;
  const contentType = headers.get("content-type");
  if (text.length >= maxAnswerLength) return notTheApi(response, "has a body that does not end", exchange);
  if (/json/i.test(contentType ?? "json") && /^\s*[[{]/.test(text)) {
    // Not the parser's own error: it quotes the text, which may be a signed URL's.
    const cause = new SyntaxError(`The JSON ends after ${text.length} characters.`);
    const message = `${requestLine}: the response was cut off. Look at the network and any proxy on the way.`;
    return new NetworkError(message, { cause, attempts, requestId });
  }
  const start = JSON.stringify(redact(text.slice(0, 1000)).slice(0, 200));
  return notTheApi(response, `with ${redact(contentType ?? "no content type")} is not JSON: ${start}`, exchange);
}

function notTheApi(head: Response, problem: string, { requestLine, attempts, redact }: Exchange): ResponseError {
  const message = `${requestLine}: HTTP ${head.status} ${problem}. Check baseUrl, and any proxy on the way.`;
  return new ResponseError(message, { status: head.status, requestId: requestIdOf(head, redact), attempts });
}

/** Reads up to a limit and lets go of the rest; of an error, only what comes soon. */
async function readText(head: Response, errorMs: number): Promise<string> {
  const reader = head.body?.getReader?.();
  if (reader === undefined) return head.ok ? head.text() : head.text().catch(() => "");
  const decoder = new TextDecoder();
  const cancel = (): void => void reader.cancel().catch(() => {});
  const timer = head.ok ? undefined : setTimeout(cancel, errorMs);
  let text = "";
  try {
    while (text.length < (head.ok ? maxAnswerLength : maxErrorLength)) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      text += decoder.decode(value, { stream: true });
    }
    cancel();
    return text;
  } catch (error) {
    if (head.ok) throw error;
    return text;
  } finally {
    clearTimeout(timer);
  }
}

/** By the header that is usual; the vendor documents none. */
function requestIdOf({ headers }: Response, redact: Exchange["redact"]): string | undefined {
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

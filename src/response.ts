import { ConfigError, NetworkError, ResponseError } from "./errors.ts";

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

/**
 * A response that has been read to its end.
 *
 * A `new Response(text)` would cost more than all the rest of a call: whoever asks for its stream gets one made then.
 */
export class WholeResponse extends Response {
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
}

/**
 * Reads a response to its end. An error says enough by its status, so its body may be long, slow or cut off.
 *
 * @throws {@link ResponseError} when it cannot be the API's.
 * @throws {@link NetworkError} when its JSON is cut off.
 */
export async function readWhole(head: Response, exchange: Exchange): Promise<WholeResponse> {
  if (typeof head?.headers?.get !== "function") throw new ConfigError("fetch: it must give a Response, as fetch does.");
  const { requestLine, attempts, redact } = exchange;
  const refuse = (problem: string): never => {
    const message = `${requestLine}: HTTP ${head.status} ${redact(problem)}. Check baseUrl, and any proxy on the way.`;
    throw new ResponseError(message, { status: head.status, requestId: requestIdOf(head, redact), attempts });
  };
  if (head.type === "opaqueredirect" || (head.status >= 300 && head.status < 400)) {
    refuse(`redirects to ${originOf(head.headers.get("location"), exchange.url)}, which gets no key`);
  }
  if (head.status < 200 || head.status > 599) refuse("is no status of an answer");
  const text = await readText(head);
  const response = new WholeResponse(head, text, exchange);
  if (!head.ok || response.value !== undefined) return response;
  if (/^\s*[[{]/.test(text) && text.length < maxAnswerLength) {
    // Not the parser's own error: it quotes the text, which may be a signed URL's.
    const cause = new SyntaxError(`The JSON ends after ${text.length} characters.`);
    const { requestId } = response;
    throw new NetworkError(`${requestLine}: the response was cut off.`, { cause, attempts, requestId });
  }
  const contentType = head.headers.get("content-type") ?? "no content type";
  return refuse(`with ${contentType} is not JSON: ${JSON.stringify(redact(text.slice(0, 1000)).slice(0, 200))}`);
}

/** Reads up to a limit and lets go of the rest; of an error, only what comes soon. */
async function readText(head: Response): Promise<string> {
  const reader = head.body?.getReader?.();
  if (reader === undefined) return head.text();
  const decoder = new TextDecoder();
  const letGo = (): void => void reader.cancel().catch(() => {});
  const timer = head.ok ? undefined : setTimeout(letGo, maxErrorMs);
  let text = "";
  try {
    while (text.length < (head.ok ? maxAnswerLength : maxErrorLength)) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      text += decoder.decode(value, { stream: true });
    }
    letGo();
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

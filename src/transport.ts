import { ConfigError, NetworkError, ResponseError, TimeoutError } from "./errors.ts";
import { checkApiKey, checkTimeoutMs, type ApiKey, type Fetch, type RequestOptions } from "./options.ts";

interface TransportOptions {
  apiKey: ApiKey | undefined;
  baseUrl: string;
  fetch: Fetch;
  timeoutMs: number;
}

/** Sends a request and reads the whole response. */
export type Send = (request: Request, options: Pick<RequestOptions, "signal" | "timeoutMs">) => Promise<Response>;

/** Makes the `fetch` beneath openapi-fetch: its response is whole, or what went wrong on the wire is a typed error. */
export function createTransport(transport: TransportOptions): Send {
  return (request, { signal, timeoutMs = transport.timeoutMs }) => {
    checkTimeoutMs(timeoutMs);
    if (!request.url.startsWith(`${transport.baseUrl}/`)) {
      throw new ConfigError(`baseUrl: a request carries the API key, so it must stay below ${transport.baseUrl}.`);
    }
    const onTimeout = (): TimeoutError =>
      new TimeoutError(`${describe(request)}: no whole response within ${timeoutMs} ms.`, { retryable: true });
    // Retries go here, around this one attempt.
    return withinDeadline((attemptSignal) => attempt(request, transport, attemptSignal), signal, timeoutMs, onTimeout);
  };
}

async function attempt(request: Request, { apiKey, fetch }: TransportOptions, signal: AbortSignal): Promise<Response> {
  const key = typeof apiKey === "function" ? checkApiKey(await apiKey()) : apiKey;
  const headers: Record<string, string> = { ...Object.fromEntries(request.headers), accept: "application/json" };
  if (key !== undefined) headers.authorization = `Bearer ${key}`;
  let response: Response;
  let body: string;
  try {
    response = await fetch(request.url, { method: request.method, headers, redirect: "manual", signal });
    body = await response.text();
  } catch (cause) {
    const message = `${describe(request)}: no whole response came (${reasonOf(cause)}).`;
    throw new NetworkError(message, { cause, retryable: true });
  }
  if (key !== undefined) body = body.replaceAll(key, "[API key]");
  const problem = findProblem(response, body, request.url);
  if (problem === undefined) return new Response(body, response);
  throw new ResponseError(`${describe(request)}: ${problem}. Check baseUrl, and any proxy on the way.`, response);
}

/** Says why a response cannot be the API's. */
function findProblem({ type, status, ok, headers }: Response, body: string, url: string): string | undefined {
  if (type === "opaqueredirect" || (status >= 300 && status < 400)) {
    const location = headers.get("location");
    const target = location && URL.canParse(location, url) ? new URL(location, url).origin : "an unknown place";
    return `HTTP ${status} redirects to ${target}, where the key must not go`;
  }
  if (status < 200 || status > 599) return `HTTP ${status} is no status of an answer`;
  try {
    if (ok) JSON.parse(body);
    return undefined;
  } catch {
    const start = JSON.stringify(body.slice(0, 200));
    return `HTTP ${status} with ${headers.get("content-type") ?? "no content type"} is not JSON: ${start}`;
  }
}

/** Runs the work until it ends, the signal aborts or the time is up; leaves no timer and no listener behind. */
async function withinDeadline<T>(
  work: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal | undefined,
  timeoutMs: number,
  onTimeout: () => Error,
): Promise<T> {
  signal?.throwIfAborted();
  // Our own controller: `AbortSignal.any` and `.timeout` cost more and leave listeners until they are collected.
  const controller = new AbortController();
  let stop!: (reason: unknown) => void;
  const stopped = new Promise<never>((_resolve, reject) => (stop = reject));
  const onAbort = (): void => stop(signal?.reason);
  const timer = setTimeout(() => stop(onTimeout()), timeoutMs);
  signal?.addEventListener("abort", onAbort);
  stopped.catch((reason: unknown) => controller.abort(reason));
  try {
    return await Promise.race([work(controller.signal), stopped]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

function describe({ method, url }: Request): string {
  return `${method} ${new URL(url).pathname}`;
}

/** What `fetch` threw, in a word or a sentence: Node hides it one level down. */
function reasonOf(error: unknown): string {
  const { message, cause } = Object(error) as { message?: string; cause?: { code?: string; message?: string } };
  return cause?.message || cause?.code || message || String(error);
}

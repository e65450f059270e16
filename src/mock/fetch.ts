import { STATUS_CODES } from "node:http";
import { onAbort } from "../core/abort.ts";
import { untilAbort } from "../core/until-abort.ts";
import type { Handler, ReadyResponse } from "./handler.ts";

/** A `fetch` that the mock itself answers, without a socket. */
export type MockFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** Makes a `fetch` that a handler answers, whatever the host. @param closing - Aborts when the mock closes. @internal */
export function createFetch({ handle }: Pick<Handler, "handle">, closing: AbortSignal): MockFetch {
  const isClosed = (): boolean => closing.aborted;
  return async (input, init) => {
    const { method, url, headers, body } = new Request(input, init);
    const { origin, host, pathname, search } = new URL(url);
    // The caller's own signal, because that of a request may be collected while the body is read.
    const signal: AbortSignal | null | undefined = init?.signal === undefined ? Object(input).signal : init.signal;
    const ownHeaders = { host, ...Object.fromEntries(headers) };
    const request = { method, url: pathname + search, headers: ownHeaders, origin, body: body ?? nothing() };

    async function send(): Promise<ReadyResponse> {
      try {
        closing.throwIfAborted();
        return await untilAbort(closing, () => handle(request));
      } catch (error) {
        throw new TypeError("fetch failed", { cause: error }); // `onRequest` threw, or the mock is closed
      }
    }

    signal?.throwIfAborted();
    const answered = signal ? await untilAbort(signal, send) : await send();
    signal?.throwIfAborted(); // it did after the answer, before this line
    return toResponse(answered, origin + request.url, (body) => toStream(body, answered.drops, signal, isClosed));
  };
}

function toResponse(
  { status, headers, body }: ReadyResponse,
  url: string,
  toStream: (body: Body) => ReadableStream,
): Response {
  const fields = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  const response = new Response(body === undefined ? null : toStream(body), {
    status,
    statusText: STATUS_CODES[status]!,
    headers: [["Date", new Date().toUTCString()], ...fields],
  });
  Object.defineProperty(response, "url", { value: url }); // the constructor leaves it empty
  return response;
}

type Body = NonNullable<ReadyResponse["body"]>;

function toStream(
  body: Body,
  drops: boolean,
  signal: AbortSignal | null | undefined,
  isClosed: () => boolean,
): ReadableStream<Uint8Array> {
  const isText = typeof body === "string"; // arrives together with the headers
  const pieces = isText ? once(Buffer.from(body)) : body;
  let stop = (): void => {};

  function end(): void {
    stop();
    void pieces.return(undefined);
  }

  return new ReadableStream({
    type: "bytes",
    start(controller) {
      if (!signal) return;
      stop = onAbort(signal, () => {
        controller.error(signal.reason);
        end();
      });
    },
    async pull(controller) {
      const { value, done } = await pieces.next();
      const isCut = isClosed() && !isText;
      if (!done && !isCut) return controller.enqueue(new Uint8Array(value)); // a copy, because it is transferred
      end();
      if (drops || isCut) return controller.error(new TypeError("terminated", { cause: new Error("cut by the mock") }));
      controller.close();
      controller.byobRequest?.respond(0); // ends a read that waits for bytes
    },
    cancel: end,
  });
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

async function* once<Value>(value: Value): AsyncGenerator<Value> {
  yield value;
}

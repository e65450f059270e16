import type { OutgoingHttpHeaders } from "node:http";

/** What the mock answers a request with. */
export interface MockResponse {
  status: number;
  headers: OutgoingHttpHeaders;
  /** Text, or a value to send as JSON. */
  body?: unknown;
  /** The bytes of a content, instead of `body`. */
  content?: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /** Whether the connection ends after the bytes of the content, although the headers promise more. */
  drops?: boolean;
}

/** Makes a response whose body is one line of text. */
export function textResponse(status: number, text: string, headers: OutgoingHttpHeaders = {}): MockResponse {
  return { status, headers: { "Content-Type": "text/plain; charset=utf-8", ...headers }, body: `${text}\n` };
}

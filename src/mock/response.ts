import type { OutgoingHttpHeaders, ServerResponse } from "node:http";

/** What the mock answers a request with. */
export interface MockResponse {
  status: number;
  headers: OutgoingHttpHeaders;
  /** Text, or a value to send as JSON. */
  body?: unknown;
  /** Sends the bytes of a content. */
  send?: (response: ServerResponse) => Promise<void>;
}

/** Makes a response whose body is one line of text. */
export function textResponse(status: number, text: string, headers: OutgoingHttpHeaders = {}): MockResponse {
  return { status, headers: { "Content-Type": "text/plain; charset=utf-8", ...headers }, body: `${text}\n` };
}

/**
 * Makes a span of OpenTelemetry for each request of chenyu-assets: to the API, and to content hosts.
 *
 * Call it once, after your OpenTelemetry SDK has started. It needs `@opentelemetry/api`, and Node, Bun or Deno.
 *
 *     traceAssetRequests();
 *
 * The attributes follow https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span
 */
import { tracingChannel } from "node:diagnostics_channel";
import { SpanKind, SpanStatusCode, trace, type Span } from "@opentelemetry/api";
import type { RequestEvent } from "chenyu-assets";

export function traceAssetRequests(): void {
  const tracer = trace.getTracer("chenyu-assets");
  const spans = new WeakMap<RequestEvent, Span>();

  tracingChannel<unknown, RequestEvent>("chenyu-assets:request").subscribe({
    start(event) {
      const { method, host, path, attempt } = event;
      const [address, port] = host.split(/:(?=\d+$)/);
      const attributes = {
        "http.request.method": method,
        "chenyu_assets.attempt": attempt, // counts the look-ups of a download, too
        "server.address": address,
        "server.port": port === undefined ? undefined : Number(port),
        "url.path": path,
      };
      spans.set(event, tracer.startSpan(method, { kind: SpanKind.CLIENT, attributes }));
    },
    asyncEnd(event) {
      const { status, requestId, error } = event;
      const span = spans.get(event);
      if (status !== undefined) span?.setAttribute("http.response.status_code", status);
      if (requestId !== undefined) span?.setAttribute("http.response.header.x-request-id", [requestId]);
      if (error instanceof Error) {
        span?.setAttribute("error.type", error.name).setStatus({ code: SpanStatusCode.ERROR, message: error.message });
      } else if (status !== undefined && status >= 400) {
        span?.setAttribute("error.type", String(status)).setStatus({ code: SpanStatusCode.ERROR });
      }
      span?.end();
    },
    end() {},
    asyncStart() {},
    error() {},
  });
}

/** The example for OpenTelemetry, with the real SDK and spans in memory. */
import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { traceAssetRequests } from "../../examples/opentelemetry.ts";
import { createClient } from "../../src/index.ts";
import { startMockServer } from "../../src/mock.ts";
import { caught } from "../helpers/caught.ts";
import { startFaultServer, reset } from "../servers/fault-server.ts";

const exporter = new InMemorySpanExporter();
const mock = await startMockServer();
const { assets } = createClient({ apiKey: "any", baseUrl: mock.url });
const { hostname: address, port } = new URL(mock.url);

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  traceAssetRequests();
});
beforeEach(() => {
  exporter.reset();
  mock.reset();
});
afterAll(() => mock.close());

test("each attempt of a look-up is a span below the caller's, and a failed one has its error", async () => {
  const { asset_id } = mock.testAssets.rateLimited;
  await trace.getTracer("app").startActiveSpan("job", async (job) => {
    await assets.get(asset_id);
    job.end();
  });
  const [first, second, job] = exporter.getFinishedSpans();
  expect(first).toMatchObject({
    name: "GET",
    kind: 2, // CLIENT
    attributes: {
      "http.request.method": "GET",
      "server.address": address,
      "server.port": Number(port),
      "url.path": `/api/open/v2/assets/${asset_id}`,
      "http.response.status_code": 429,
      "error.type": "ApiError",
    },
    status: { code: 2, message: expect.stringContaining("(rate_limited)") },
  });
  expect(second).toMatchObject({
    attributes: { "http.response.status_code": 200, "chenyu_assets.attempt": 2 },
    status: { code: 0 },
  });
  for (const span of [first!, second!]) expect(span.parentSpanContext?.spanId).toBe(job!.spanContext().spanId);
});

test("a download has a span for its look-up and one for each request for content, without the signature", async () => {
  const { asset_id } = mock.testAssets.drops;
  await assets.download(asset_id).then((download) => download.bytes());
  const spans = exporter.getFinishedSpans();
  expect(spans.map(({ attributes }) => attributes["http.response.status_code"])).toEqual([200, 200, 206]);
  expect(JSON.stringify(spans.map(({ name, attributes, status }) => [name, attributes, status]))).not.toMatch(
    /signature/,
  );
});

test("a content host's refusal is an error with its status", async () => {
  const data = { asset_id: "asset_1", signed_url: "https://a.example/f" };
  const answers = [Response.json({ code: 0, msg: "", data }), new Response("", { status: 501 })];
  const { assets } = createClient({ apiKey: "any", fetch: async () => answers.shift()! });
  await caught(assets.download("asset_1").then((download) => download.bytes()));
  expect(exporter.getFinishedSpans()[1]).toMatchObject({
    attributes: { "http.response.status_code": 501, "error.type": "501" },
    status: { code: 2 },
  });
});

test("a request without a response has a span with the error alone", async () => {
  await using server = await startFaultServer(reset);
  const client = createClient({ apiKey: "any", baseUrl: server.url, maxRetries: 0 });
  await caught(client.assets.get("asset_1"));
  const [span] = exporter.getFinishedSpans();
  expect(span!.attributes).toMatchObject({ "error.type": "NetworkError" });
  expect(span!.attributes).not.toHaveProperty("http.response.status_code");
});

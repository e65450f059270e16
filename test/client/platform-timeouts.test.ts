/** A limit of undici's own, 300 s by default, is a timeout whose message says how to raise it. */
import { expect, test } from "vitest";
import * as undici from "undici";
import type { Fetch } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { makeBytes, readyAsset, serve, startContentServer } from "../servers/content-server.ts";
import { silence, stall, startFaultServer, type Step } from "../servers/fault-server.ts";
import { assetBody, createTestClient, id } from "./test-client.ts";

/** A `fetch` with short limits. They are as exact as a second. */
const shortLimits: Fetch = (url, init) => {
  const dispatcher = new undici.Agent({ headersTimeout: 100, bodyTimeout: 100 });
  return undici.fetch(url, { ...(init as object), dispatcher }) as unknown as Promise<Response>;
};

const options = { fetch: shortLimits, maxRetries: 0 };

test.concurrent.each<[limit: string, step: Step]>([
  ["headersTimeout", silence],
  ["bodyTimeout", stall(200, assetBody, 9)],
])("get rejects with TimeoutError when %s of undici ends it", async (limit, step) => {
  await using server = await startFaultServer(step);
  const error = await caught(createTestClient(server, options).assets.get(id));
  expect(error).toMatchObject({ name: "TimeoutError", clock: "attempt", option: "timeoutMs", attempts: 1 });
  expect(error).toMatchObject({ retryable: true, cause: { name: expect.any(String) } });
  expect(String(error)).toContain(`${limit} of undici, 300 s by default`);
  expect(String(error)).toContain(`fetchOptions: { dispatcher: new Agent({ ${limit} }) }`);
});

const bytes = makeBytes(300_000);

test.concurrent.each([
  ["headersTimeout", serve(bytes, { sent: 0, fault: "stall" })],
  ["bodyTimeout", serve(bytes, { sent: 150_000, fault: "stall" })],
])("a download fails with TimeoutError when %s of undici ends it", async (_limit, step) => {
  await using server = await startContentServer(readyAsset(bytes.length), step);
  const download = await createTestClient(server, options).assets.download(id);
  const error = await caught(new Response(download.stream).arrayBuffer());
  expect(error).toMatchObject({ name: "TimeoutError", clock: "idle", option: "idleTimeoutMs", attempts: 2 });
  expect(String(error)).toMatch(/(headers|body)Timeout of undici, 300 s by default/);
});

test.concurrent("a download goes on after bodyTimeout of undici has ended a request", async () => {
  const stalled = serve(bytes, { sent: 150_000, fault: "stall" });
  await using server = await startContentServer(readyAsset(bytes.length), stalled, serve(bytes));
  const download = await createTestClient(server, { fetch: shortLimits }).assets.download(id);
  expect(Buffer.compare(await download.bytes(), bytes)).toBe(0);
});

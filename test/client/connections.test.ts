/** How connections are used again, and what happens when they fail. */
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { caught } from "../helpers/caught.ts";
import { expectBackoff } from "../helpers/timing.ts";
import { answer, close, cutOff, garbage, late, reset, startFaultServer } from "../servers/fault-server.ts";
import { answerAsset, apiKey, asset, assetBody, busyBody, createTestClient, id } from "./test-client.ts";

// Alone, because so many bytes would delay the tests beside it.
test.each([300_000, 9_000_000])("error bodies of %i bytes leave no connection open", async (size) => {
  const isSent: boolean[] = [];
  const busy = answer(503, busyBody.padEnd(size), {}, (error) => isSent.push(!error));
  await using server = await startFaultServer(busy, busy, answerAsset);
  expect(await createTestClient(server).assets.get(id)).toEqual(asset);
  // The client does not even fetch what the buffers on the way can't hold.
  if (size > 5_000_000) expect(isSent).toEqual([false, false]);
  expect(server.connections.open).toBeLessThanOrEqual(1);
  expectBackoff(server.gapsMs()[1], 2);
});

test.concurrent("retries after small error bodies use one connection", async () => {
  const busy = answer(503, busyBody.padEnd(200));
  await using server = await startFaultServer(busy, busy, answerAsset);
  expect(await createTestClient(server).assets.get(id)).toEqual(asset);
  const [first, second] = server.gapsMs();
  expectBackoff(first, 1);
  expectBackoff(second, 2);
  expect(server.connections.opened).toBe(1);
});

test.concurrent("retries after small error bodies that end late use one connection", async () => {
  const slowlyBusy = late(503, busyBody.padEnd(200), 100, 100);
  await using server = await startFaultServer(slowlyBusy, slowlyBusy, answerAsset);
  expect(await createTestClient(server).assets.get(id)).toEqual(asset);
  expect(server.connections.opened).toBe(1);
});

test.concurrent("get retries a refused connection, then rejects with NetworkError", async () => {
  const server = await startFaultServer(answerAsset);
  await server[Symbol.asyncDispose]();
  const start = performance.now();
  const error = await caught(createTestClient(server, { maxRetries: 1 }).assets.get(id));
  expect(error).toMatchObject({
    name: "NetworkError",
    retryable: true,
    attempts: 2,
    message: expect.stringMatching(
      /^GET http:\/\/127.*: the request failed \(connect ECONNREFUSED .*\)\. Check.* Requests sent: 2, in \d\.\d s\.$/,
    ),
    cause: { name: "TypeError", cause: { code: "ECONNREFUSED" } },
  });
  expect(performance.now() - start).toBeGreaterThan(370);
});

test.concurrent.each([
  ["is reset before the response", reset, { code: "ECONNRESET" }],
  ["ends before the response", close, { code: "UND_ERR_SOCKET" }],
  ["ends inside the headers", garbage("HTTP/1.1 200 OK\r\nContent-"), { code: "UND_ERR_SOCKET" }],
  ["ends inside the body", cutOff("end", 200, assetBody, 20), { code: "UND_ERR_SOCKET" }],
  ["is reset inside the body", cutOff("reset", 200, assetBody, 20), { code: "ECONNRESET" }],
  ["brings what is not HTTP", garbage("SSH-2.0-OpenSSH\r\n\r\n"), { name: "HTTPParserError" }],
])("get retries when the connection %s, then rejects with NetworkError", async (_name, step, cause) => {
  await using server = await startFaultServer(step, answerAsset);
  expect(await createTestClient(server).assets.get(id)).toEqual(asset);
  expectBackoff(server.gapsMs()[0], 1);
  await using brokenServer = await startFaultServer(step);
  const error = await caught(createTestClient(brokenServer, { maxRetries: 1 }).assets.get(id));
  expect(error).toMatchObject({
    name: "NetworkError",
    attempts: 2,
    retryable: true,
    message: expect.stringMatching(
      /^GET http:\/\/127\.0\.0\.1:\d+\/api\/open\/v2\/assets\/asset_[0-9a-f]+: the request failed/,
    ),
    cause: { cause },
  });
  expect((error as Error).cause).toBeInstanceOf(Error);
  expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain(apiKey);
});

test.concurrent("get retries when a whole response has JSON that is cut off, then rejects with NetworkError", async () => {
  const halfAnswer = answer(200, assetBody.slice(0, 60), { "X-Request-Id": "r-1" });
  await using server = await startFaultServer(halfAnswer, answerAsset);
  expect(await createTestClient(server).assets.get(id)).toEqual(asset);
  expectBackoff(server.gapsMs()[0], 1);
  await using brokenServer = await startFaultServer(halfAnswer);
  expect(await caught(createTestClient(brokenServer, { maxRetries: 0 }).assets.get(id))).toMatchObject({
    name: "NetworkError",
    attempts: 1,
    requestId: "r-1",
    cause: { name: "SyntaxError" },
  });
});

test.concurrent("get rejects with ApiError when the body of a 401 is cut off", async () => {
  await using server = await startFaultServer(cutOff("end", 401, busyBody.padEnd(500), 20));
  expect(await caught(createTestClient(server).assets.get(id))).toMatchObject({ kind: "unauthenticated", attempts: 1 });
  expect(server.requests).toHaveLength(1);
});

test.concurrent("a reason phrase outside ASCII does no harm", async () => {
  await using server = await startFaultServer(answer("404 未找到", busyBody), answer("200 成功", assetBody));
  const { assets } = createTestClient(server);
  expect(await caught(assets.get(id))).toMatchObject({ kind: "not_found" });
  expect(await assets.get(id)).toEqual(asset);
});

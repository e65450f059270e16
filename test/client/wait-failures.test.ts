/** Which failures of its look-ups a wait tolerates, and which ones end it. */
import { expect, test, vi } from "vitest";
import type { PollEvent } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { answer, reset, silence, stall, startFaultServer, type Step } from "../servers/fault-server.ts";
import { answerAsset, answerError, answerStatus, assetsWithoutRetries, createTestClient, id } from "./test-client.ts";

const reviewing = answerStatus("reviewing");

test.concurrent.each<[string, Step, errorName: string]>([
  ["server errors", answerError(503), "ApiError"],
  ["200s with code 429", answer(200, '{"code":429,"msg":""}'), "ApiError"],
  ["resets", reset, "NetworkError"],
  ["200s with half of their JSON", answer(200, '{"code":0,"da'), "NetworkError"],
  ["silences", silence, "TimeoutError"],
  ["stalled bodies", stall(200, "{}".padEnd(99), 9), "TimeoutError"],
])("three %s in a row are tolerated, the fourth ends the wait", async (_name, step, errorName) => {
  await using server = await startFaultServer(step, step, step, reviewing, step, step, step, answerAsset, step);
  const assets = assetsWithoutRetries(server, { timeoutMs: errorName === "TimeoutError" ? 500 : 30_000 });
  const events: PollEvent[] = [];
  const options = { intervalMs: 40, onPoll: (event: PollEvent) => events.push(event) };
  expect((await assets.waitUntilReady(id, options)).status).toBe("confirmed");
  expect(server.requests).toHaveLength(8);
  const failures = [errorName, errorName, errorName];
  expect(events.map(({ error }) => error?.name)).toEqual([...failures, undefined, ...failures]);
  for (const gap of server.gapsMs()) expect(gap).toBeGreaterThanOrEqual(25);
  // A deadline of the wait that is nearer than totalTimeoutMs changes nothing.
  const error = await caught(assets.waitUntilReady(id, { intervalMs: 40, waitTimeoutMs: 60_000 }));
  expect(error).toMatchObject({ name: errorName, attempts: 4 });
  expect(server.requests).toHaveLength(12);
});

test.concurrent.each<[string, Step, errorName: string]>([
  ["a 401", answerError(401), "ApiError"],
  ["a 404", answerError(404), "ApiError"],
  ["a business failure", answer(200, '{"code":1003,"msg":"资源审核未通过"}'), "ApiError"],
  ["a gateway's page", answer(200, "<p>", { "Content-Type": "text/html" }), "ResponseError"],
  ["a body without the envelope", answer(200, "{}"), "ResponseError"],
])("%s ends the wait at once", async (_name, step, errorName) => {
  await using server = await startFaultServer(reviewing, step, answerAsset);
  const error = await caught(assetsWithoutRetries(server).waitUntilReady(id, { intervalMs: 20 }));
  expect(error).toMatchObject({ name: errorName });
  expect(server.requests).toHaveLength(2);
});

test.concurrent("what ends a wait tells the requests and the time of all its look-ups", async () => {
  await using server = await startFaultServer(reviewing, answerError(404));
  const error = await caught(assetsWithoutRetries(server).waitUntilReady(id, { intervalMs: 1500 }));
  expect(error).toMatchObject({ name: "ApiError", status: 404, attempts: 2 });
  const [, seconds] = / Requests sent: 2, in (.*) s\.$/.exec((error as Error).message)!;
  expect(Number(seconds)).toBeGreaterThanOrEqual(1.1);
});

test.concurrent("what a function of the caller's throws ends the wait at once, even if it is an error of ours", async () => {
  await using server = await startFaultServer(answerError(503));
  const networkError = await caught(assetsWithoutRetries({ url: "http://127.0.0.1:1" }).get(id));
  const apiError = await caught(assetsWithoutRetries(server).get(id));
  for (const thrown of [new Error("vault closed"), networkError, apiError, "a text"]) {
    const requestsBefore = server.requests.length;
    const apiKey = vi.fn(() => Promise.reject(thrown));
    const waitWithKey = assetsWithoutRetries(server, { apiKey }).waitUntilReady(id, { intervalMs: 20 });
    expect(await caught(waitWithKey)).toBe(thrown);
    expect(apiKey).toHaveBeenCalledTimes(1);
    const onRetry = (): never => {
      throw thrown;
    };
    const { assets } = createTestClient(server, { onRetry, maxRetries: 1 });
    expect(await caught(assets.waitUntilReady(id, { intervalMs: 20 }))).toBe(thrown);
    expect(server.requests.length - requestsBefore).toBe(1);
  }
});

test.concurrent("onPoll gets the error of a look-up that failed, without the status of the one before", async () => {
  await using server = await startFaultServer(reviewing, answerError(503), answerAsset);
  const events: PollEvent[] = [];
  const onPoll = (event: PollEvent): number => events.push(event);
  await assetsWithoutRetries(server).waitUntilReady(id, { intervalMs: 20, onPoll });
  expect(events.map(({ status, error }) => [status, error?.name])).toEqual([
    ["reviewing", undefined],
    [undefined, "ApiError"],
  ]);
});

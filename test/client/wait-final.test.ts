/** `isReady` and `isFailed`: what the caller knows of statuses that nobody documents. */
import { expect, test } from "vitest";
import type { Asset, NotReadyError, WaitOptions } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { startFaultServer } from "../servers/fault-server.ts";
import { answerStatus, assetsWithoutRetries, id } from "./test-client.ts";

const reviewing = answerStatus("reviewing");
const isFailed = ({ status }: Asset): boolean => status === "rejected";

/** What a wait gives or throws. */
async function waitThrough(statuses: string[], options: WaitOptions): Promise<unknown> {
  await using server = await startFaultServer(...statuses.map((status) => answerStatus(status)));
  const waiting = assetsWithoutRetries(server).waitUntilReady(id, { intervalMs: 1, ...options });
  return await waiting.catch((error: unknown) => error);
}

test("isReady decides, in place of the status confirmed", async () => {
  const isReady = ({ status }: Asset): boolean => status === "archived";
  const result = await waitThrough(["confirmed", "reviewing", "archived"], { isReady });
  expect(result).toMatchObject({ status: "archived" });
});

test("isFailed ends the wait at once with NotReadyError `final_status`, which has the asset", async () => {
  const result = await waitThrough(["reviewing", "rejected", "confirmed"], { isFailed });
  const { asset, message } = result as NotReadyError;
  expect(result).toMatchObject({ name: "NotReadyError", reason: "final_status", retryable: false, attempts: 2 });
  expect(message).toBe(`${id}: it will never be ready (look-ups: 2, status: "rejected").`);
  expect(asset).toMatchObject({ status: "rejected" });
});

test("an asset that is ready has not failed", async () => {
  const result = await waitThrough(["confirmed"], { isFailed: () => true });
  expect(result).toMatchObject({ status: "confirmed" });
});

test("without them, rejected is a status like any other, and the reason is `timeout`", async () => {
  const result = await waitThrough(["rejected"], { intervalMs: 60_000, waitTimeoutMs: 9000 });
  expect(result).toMatchObject({ name: "NotReadyError", reason: "timeout", retryable: true });
});

test.each<[what: string, options: object, option: string]>([
  ["isReady that is no function", { isReady: "confirmed" }, "isReady"],
  ["isFailed that is no function", { isFailed: ["rejected"] }, "isFailed"],
])("%s is ConfigError, before a request", async (_what, options, option) => {
  await using server = await startFaultServer(reviewing);
  const error = await caught(assetsWithoutRetries(server).waitUntilReady(id, options));
  expect(error).toMatchObject({ name: "ConfigError", option, attempts: 0 });
});

test.each<[what: string, options: object, option: string]>([
  ["isReady that returns a promise", { isReady: async () => false }, "isReady"],
  ["isFailed that returns nothing", { isFailed: () => {} }, "isFailed"],
])("%s is ConfigError", async (_what, options, option) => {
  const result = await waitThrough(["reviewing"], options);
  expect(result).toMatchObject({ name: "ConfigError", option, attempts: 1 });
  expect((result as Error).message).toContain("Return true or false");
});

test("what isReady or isFailed throws ends the wait as it is", async () => {
  const reason = new Error("mine");
  const throws = (): never => {
    throw reason;
  };
  expect(await waitThrough(["reviewing"], { isReady: throws })).toBe(reason);
  expect(await waitThrough(["reviewing"], { isFailed: throws })).toBe(reason);
});

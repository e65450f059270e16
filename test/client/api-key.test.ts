/** Which key and headers a request carries. */
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { createClient } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { expectBackoff } from "../helpers/timing.ts";
import { reset, startFaultServer } from "../servers/fault-server.ts";
import { always, startServer } from "../servers/server.ts";
import {
  answerAsset,
  answerError,
  apiKey,
  asset,
  assetBody,
  createTestClient,
  getRaw,
  id,
  path,
} from "./test-client.ts";

test("a request carries the key, accepts JSON and adds the headers of the client and of the call", async () => {
  await using server = await startServer(always(200, assetBody));
  const { assets } = createTestClient(server, { headers: { "X-Client": "1", "X-Both": "client" } });
  await assets.get(id, { headers: { "X-Call": "2", "X-Both": "call" } });
  expect(server.requests).toHaveLength(1);
  const { method, url, headers } = server.requests[0]!;
  expect({ method, url }).toEqual({ method: "GET", url: path });
  expect(headers).toMatchObject({ authorization: `Bearer ${apiKey}`, accept: "application/json" });
  expect(headers).toMatchObject({ "x-client": "1", "x-call": "2", "x-both": "call" });
});

test("a request carries the client's key, not the one in the option headers", async () => {
  await using server = await startServer(always(200, assetBody));
  await createTestClient(server, { headers: { Authorization: "Bearer other" } }).assets.get(id);
  expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${apiKey}`);
});

test("a key function is called before each attempt of each call", async () => {
  await using server = await startFaultServer(reset, answerAsset);
  let calls = 0;
  const { assets } = createTestClient(server, { apiKey: async () => `key-${++calls}` });
  expect(await assets.get(id)).toEqual(asset);
  expectBackoff(server.gapsMs()[0], 1);
  await assets.get(id);
  expect(server.requests.map(({ head }) => /authorization: (.*)/i.exec(head)?.[1])).toEqual([
    "Bearer key-1",
    "Bearer key-2",
    "Bearer key-3",
  ]);
});

test("get sends nothing and rejects with the error that the key function throws", async () => {
  await using server = await startFaultServer(answerAsset);
  const failure = new RangeError("vault is sealed");
  const throwing = (): never => {
    throw failure;
  };
  for (const keyFunction of [throwing, () => Promise.reject(failure)]) {
    expect(await caught(createTestClient(server, { apiKey: keyFunction }).assets.get(id))).toBe(failure);
  }
  expect(server.requests).toEqual([]);
});

test("a key function that gives a wrong key for a retry is ConfigError, which counts the requests before", async () => {
  await using server = await startFaultServer(answerError(503));
  const keys = [apiKey, ""];
  const error = await caught(createTestClient(server, { apiKey: () => keys.shift()! }).assets.get(id));
  expect(error).toMatchObject({ name: "ConfigError", option: "apiKey", attempts: 1 });
});

test.each([null, 0, "", false, undefined])(
  "get and raw reject with %o when the key function throws it",
  async (thrown) => {
    const client = createClient({ apiKey: () => Promise.reject(thrown) });
    expect([await caught(client.assets.get(id)), await caught(getRaw(client))]).toEqual([thrown, thrown]);
  },
);

test.each(["", `${apiKey}\n`, undefined])("get sends nothing when the key function returns %j", async (badKey) => {
  await using server = await startFaultServer(answerAsset);
  const error = await caught(createTestClient(server, { apiKey: () => badKey as string }).assets.get(id));
  expect(error).toMatchObject({ name: "ConfigError" });
  expect(inspect(error)).not.toContain(apiKey);
  expect(server.requests).toEqual([]);
});

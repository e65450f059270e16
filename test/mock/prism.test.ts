/** How the mock uses Prism, and what it does when Prism fails. */
import { afterEach, expect, test, vi } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { openapi } from "../../generated/openapi.ts";
import type { OpenApiDocument } from "../../scripts/document.ts";
import type { MockServer } from "../../src/mock.ts";
import type { Prism } from "../../src/mock/prism.ts";
import { lookUp } from "./look-up.ts";

const readyId = testAssets.image.asset_id;

afterEach(() => {
  vi.resetModules();
  vi.doUnmock("@stoplight/prism-http");
  vi.doUnmock("../../generated/openapi.ts");
  vi.doUnmock("../../src/mock/prism.ts");
});

async function start(): Promise<MockServer> {
  const { startMockServer } = await import("../../src/mock.ts");
  return startMockServer();
}

test("Prism does not change the document", async () => {
  const before = structuredClone(openapi);
  await (await start()).close();
  expect((await import("../../generated/openapi.ts")).openapi).toEqual(before);
});

test("an example that breaks its schema is not served", async () => {
  const broken = structuredClone(openapi) as OpenApiDocument;
  (broken.components.examples.Confirmed!.value as { msg?: string }).msg = undefined!;
  vi.doMock("../../generated/openapi.ts", () => ({ openapi: JSON.parse(JSON.stringify(broken)) }));
  const mock = await start();
  const response = await lookUp(mock, readyId);
  expect(response.status).toBe(500);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(await response.json()).toMatchObject({ status: 500, detail: expect.stringContaining("'msg'") });
  await mock.close();
});

test("an example that breaks its schema is not served to a wrong request either", async () => {
  const broken = structuredClone(openapi) as OpenApiDocument;
  (broken.components.examples.InvalidKey!.value as { msg?: string }).msg = undefined!;
  vi.doMock("../../generated/openapi.ts", () => ({ openapi: JSON.parse(JSON.stringify(broken)) }));
  const mock = await start();
  const response = await lookUp(mock, readyId, { authorization: "" });
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({ status: 500, detail: expect.stringContaining("'msg'") });
  expect((await lookUp(mock, readyId)).status).toBe(200);
  await mock.close();
});

test("a look-up calls Prism once, and a content does not call it", async () => {
  let calls = 0;
  vi.doMock("@stoplight/prism-http", async (importOriginal) => {
    const prism = await importOriginal<typeof import("@stoplight/prism-http")>();
    const createInstance: typeof prism.createInstance = (...parameters) => {
      const { request } = prism.createInstance(...parameters);
      return { request: (...input) => ((calls += 1), request(...input)) };
    };
    return { ...prism, createInstance };
  });
  const mock = await start();
  await lookUp(mock, readyId);
  expect(calls).toBe(2); // the second one reads the example, which is kept
  for (const id of [readyId, "asset_1"]) await lookUp(mock, id);
  expect(calls).toBe(4);
  expect((await fetch(`${mock.url}/assets/${readyId}/content`)).status).toBe(200);
  expect(calls).toBe(4);
  await mock.close();
});

test("a failure of Prism is answered with 500, and the next request as usual", async () => {
  const { loadPrism } = await import("../../src/mock/prism.ts");
  const prism = await loadPrism();
  let calls = 0;
  const getExample: Prism["getExample"] = async (choice) => {
    calls += 1;
    if (calls === 1) throw new Error("planted"); // after Prism has found the request right
    return prism.getExample(choice);
  };
  vi.doMock("../../src/mock/prism.ts", () => ({ loadPrism: async () => ({ ...prism, getExample }) }));
  const mock = await start();
  const response = await lookUp(mock, readyId);
  expect([response.status, await response.text()]).toEqual([500, "Error: planted\n"]);
  expect((await lookUp(mock, readyId)).status).toBe(200);
  expect(mock.requests.map(({ status }) => status)).toEqual([500, 200]);
  await mock.close();
});

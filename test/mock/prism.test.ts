/** What the mock does when Prism is not there, or fails. */
import { afterEach, expect, test, vi } from "vitest";
import { getAssetPath, testAssets } from "../../generated/document.ts";
import { openapi } from "../../generated/openapi.ts";
import type { OpenApiDocument } from "../../scripts/document.ts";
import type { MockServer } from "../../src/mock.ts";
import { caught } from "../helpers/caught.ts";

const path = getAssetPath.replace("{asset_id}", testAssets.image.asset_id);

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

test("without Prism, the mock says what to install", async () => {
  vi.doMock("@stoplight/prism-http", () => {
    throw new Error("Cannot find package\nand so on");
  });
  expect(await caught(start())).toMatchObject({
    name: "ConfigError",
    message: expect.stringMatching(
      /^mock: the optional package @stoplight\/prism-http cannot be loaded: [^\n]+\. Run npm install --save-dev @stoplight\/prism-http@5\.$/,
    ),
  });
});

test("the document is left as it is: Prism changes what it is given", async () => {
  const before = structuredClone(openapi);
  await (await start()).close();
  expect((await import("../../generated/openapi.ts")).openapi).toEqual(before);
});

test("an example that breaks its schema is not served", async () => {
  const broken = structuredClone(openapi) as OpenApiDocument;
  (broken.components.examples.Confirmed!.value as { msg?: string }).msg = undefined!;
  vi.doMock("../../generated/openapi.ts", () => ({ openapi: JSON.parse(JSON.stringify(broken)) }));
  const mock = await start();
  const response = await fetch(mock.url + path, { headers: { authorization: "Bearer any" } });
  expect(response.status).toBe(500);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(await response.json()).toMatchObject({ status: 500, detail: expect.stringContaining("'msg'") });
  await mock.close();
});

test("a failure of Prism's own is answered with 500, and the next request as always", async () => {
  const { loadPrism } = await import("../../src/mock/prism.ts");
  const askPrism = await loadPrism();
  let calls = 0;
  vi.doMock("../../src/mock/prism.ts", () => ({
    loadPrism:
      async () =>
      async (...parameters: Parameters<typeof askPrism>) => {
        calls += 1;
        if (calls === 2) throw new Error("planted"); // after it has found the request right
        return askPrism(...parameters);
      },
  }));
  const mock = await start();
  const headers = { authorization: "Bearer any" };
  const response = await fetch(mock.url + path, { headers });
  expect([response.status, await response.text()]).toEqual([500, "Error: planted\n"]);
  expect((await fetch(mock.url + path, { headers })).status).toBe(200);
  expect(mock.requests.map(({ status }) => status)).toEqual([500, 200]);
  await mock.close();
});

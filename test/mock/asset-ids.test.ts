/** Ids that the mock itself refuses, because they cannot be one segment of a path, whatever the document's pattern says. */
import { afterAll, describe, expect, test, vi } from "vitest";
import { assetIdPattern, getAssetPath } from "../../generated/document.ts";
import { openapi } from "../../generated/openapi.ts";
import type { OpenApiDocument } from "../../scripts/document.ts";
import type { MockServer } from "../../src/mock.ts";
import { rawRequest, sendRaw, statusesOf } from "./raw-request.ts";

async function startMockWith(pattern: string): Promise<MockServer> {
  const document = structuredClone(openapi) as OpenApiDocument;
  document.components.parameters.AssetId.schema.pattern = pattern;
  vi.resetModules();
  vi.doMock("../../generated/openapi.ts", () => ({ openapi: document }));
  vi.doMock("../../generated/document.ts", async (importOriginal) => ({
    ...(await importOriginal<object>()),
    assetIdPattern: pattern,
  }));
  const { startMockServer } = await import("../../src/mock.ts");
  return startMockServer();
}

describe.each([
  ["the document's pattern", assetIdPattern],
  ["a pattern without look-ahead", String.raw`^[^\x00-\x20\x7f/\\?#%]+$`],
])("with %s", async (_name, pattern) => {
  const mock = await startMockWith(pattern);
  afterAll(() => mock.close());

  function lookUpRaw(id: string): Promise<string> {
    return sendRaw(mock, rawRequest(`GET ${getAssetPath.replace("{asset_id}", id)}`), 5000);
  }

  test.each([".", "..", "%2e", "%2e%2e", "%2E%2E", ".%2e", "%2e.", "asset_1%0A", "%0A", "%0Aasset_1"])(
    "the id %j is a bad request",
    async (id) => {
      const received = await lookUpRaw(id);
      expect(statusesOf(received)).toEqual([400]);
      expect(received).toContain('{"code":400,"msg":');
    },
  );

  test.each(["%ED%A0%80", "%ED%B0%80", "asset_%ED%A0%80_1", "\xed\xa0\x80", "asset_1\n"])(
    "the id %j cannot be read",
    async (id) => {
      const received = await lookUpRaw(id);
      expect(statusesOf(received)).toEqual([400]);
      expect(received).not.toContain("asset_uri");
    },
  );

  test.each(["...", ".a", "a..", "%E8%B5%84%E6%BA%90.png"])("the id %j is found", async (id) => {
    const received = await lookUpRaw(id);
    expect(statusesOf(received)).toEqual([200]);
    expect(received).toContain(`"asset_id":${Buffer.from(JSON.stringify(decodeURIComponent(id))).toString("latin1")}`);
  });
});

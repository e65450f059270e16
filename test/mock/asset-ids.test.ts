/** Ids that the mock itself refuses: the document's pattern allows them, but they cannot be one segment of a path. */
import { afterAll, expect, test } from "vitest";
import { getAssetPath } from "../../generated/document.ts";
import { startMockServer } from "../../src/mock.ts";
import { rawRequest, sendRaw, statusesOf } from "./raw-request.ts";

const mock = await startMockServer();
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

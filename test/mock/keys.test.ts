import { afterAll, expect, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { startMockServer } from "../../src/mock.ts";
import { pathOf } from "./look-up.ts";

const mock = await startMockServer();
afterAll(() => mock.close());

test.each([
  ["no key", undefined],
  ["a wrong key", "Bearer cy_invalid_1"],
  ["a wrong key after a scheme in small letters", "bearer cy_invalid"],
  ["a wrong key after two spaces", "Bearer  cy_invalid"],
  ["a wrong key after a tab", "Bearer\tcy_invalid"],
  ["another scheme", "Basic Y3lfdGVzdDo="],
])("a request with %s is answered with 401, whatever the id", async (_name, authorization) => {
  for (const id of [testAssets.image.asset_id, "asset_1", testAssets.notFound.asset_id]) {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    const response = await fetch(mock.url + pathOf(id), { headers });
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ code: 401, msg: "API Key 无效" });
  }
});

test.each(["Bearer any", "bearer any", "BEARER any"])(
  "a request with %j is answered, because case is ignored",
  async (authorization) => {
    const response = await fetch(mock.url + pathOf("asset_1"), { headers: { authorization } });
    expect(response.status).toBe(200);
  },
);

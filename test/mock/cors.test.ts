import { afterAll, describe, expect, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { startMockServer } from "../../src/mock.ts";
import { pathOf } from "./look-up.ts";

const mock = await startMockServer();
afterAll(() => mock.close());
const path = pathOf(testAssets.image.asset_id);

describe("a page of another origin", () => {
  const preflight = {
    "access-control-request-method": "GET",
    "access-control-request-headers": "authorization,prefer",
  };

  test.each([path, `/assets/${testAssets.image.asset_id}/content`])("may request %s", async (path) => {
    const response = await fetch(mock.url + path, { method: "OPTIONS", headers: preflight });
    expect(response.status).toBe(204);
    const headers = Object.fromEntries(response.headers);
    expect(headers).toMatchObject({
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "GET",
      "access-control-allow-headers": "authorization,prefer",
    });
    // Only OPTIONS can be a preflight, whatever the headers are.
    const answer = await fetch(mock.url + path, { headers: { ...preflight, origin: "https://app.example" } });
    expect(answer.status).toBe(path.startsWith("/api") ? 401 : 200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "access-control-allow-origin": "*",
      "access-control-expose-headers": "*",
    });
    await answer.body?.cancel();
  });

  test("may send any header, even if the preflight names none", async () => {
    const headers = { "access-control-request-method": "GET" };
    const response = await fetch(mock.url + path, { method: "OPTIONS", headers });
    expect(response.headers.get("access-control-allow-headers")).toBe("*");
  });

  test("may not send requests with cors: false", async () => {
    const closed = await startMockServer({ cors: false });
    const response = await fetch(closed.url + path, { method: "OPTIONS", headers: preflight });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET");
    expect([...response.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
    await closed.close();
  });
});

import { afterAll, expect, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { createClient } from "../../src/index.ts";
import { startMockServer } from "../../src/mock.ts";
import { requestContent } from "./look-up.ts";

const mock = await startMockServer();
afterAll(() => mock.close());

const client = createClient({ apiKey: "any", baseUrl: mock.url });
const readyImage = testAssets.image.asset_id;

test("a signed URL is valid for one to two hours", async () => {
  const { searchParams } = new URL((await client.assets.get(readyImage)).signed_url);
  const hours = (Number(searchParams.get("expires")) * 1000 - Date.now()) / 3_600_000;
  expect(hours).toBeGreaterThan(1);
  expect(hours).toBeLessThanOrEqual(2);
});

test.each<[string, (url: URL) => void]>([
  ["another signature", (url) => url.searchParams.set("signature", "0")],
  ["no signature", (url) => url.searchParams.delete("signature")],
  ["another time", (url) => url.searchParams.set("expires", "9999999999")],
  ["no time", (url) => url.searchParams.delete("expires")],
  ["another id", (url) => (url.pathname = url.pathname.replace(readyImage, "asset_1"))],
])("a signed URL with %s is refused", async (_name, change) => {
  const url = new URL((await client.assets.get(readyImage)).signed_url);
  expect((await fetch(url)).status).toBe(200);
  change(url);
  expect((await fetch(url)).status).toBe(403);
});

test("an expired signed URL is refused; the second look-up and all after it return a fresh one", async () => {
  const id = testAssets.expiredUrl.asset_id;
  const first = await client.assets.get(id);
  expect(Number(new URL(first.signed_url).searchParams.get("expires")) * 1000).toBeLessThan(Date.now() - 3_600_000);
  expect((await fetch(first.signed_url)).status).toBe(403);
  for (const _time of [2, 3]) expect((await requestContent(mock, id)).status).toBe(200);
  expect((await fetch(first.signed_url)).status).toBe(403);
});

test("a signed URL together with an API key is refused, as object stores do", async () => {
  const response = await requestContent(mock, readyImage, { authorization: "Bearer any" });
  expect(response.status).toBe(400);
  expect(await response.text()).toBe("A signed URL takes no Authorization header: send one of them.\n");
});

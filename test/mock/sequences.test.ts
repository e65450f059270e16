/** Each look-up of a test asset plays its next answer, as the document says. */
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { testAssets, type TestAsset } from "../../generated/document.ts";
import { listExamples, readDocument } from "../../scripts/document.ts";
import type { Asset } from "../../src/index.ts";
import { startMockServer } from "../../src/mock.ts";
import { withoutLocal } from "./localised.ts";
import { authorization, bytesOf, lookUp, pathOf } from "./look-up.ts";

const document = await readDocument();
const examples = listExamples(document);
const mock = await startMockServer();
afterAll(() => mock.close());
beforeEach(() => mock.reset());

async function playAll({ asset_id, answers }: TestAsset): Promise<string[]> {
  const statuses: string[] = [];
  for (let count = 0; count <= answers.length; count++) {
    const response = await lookUp(mock, asset_id);
    const { data } = (await response.json()) as { data?: Asset };
    statuses.push(`${response.status} ${data?.status}`);
  }
  return statuses;
}

describe("the look-ups of a test asset are answered in turn, and the last answer repeats", () => {
  const ajv = new Ajv2020({ strict: false });
  ajv.addSchema({ ...document, $id: "document" });

  test.each(Object.entries(testAssets))("%s", async (_name, { asset_id, answers }) => {
    for (const answer of [...answers, answers.at(-1)!]) {
      const response = await lookUp(mock, asset_id);
      expect(response.status).toBe(answer.status);
      expect(response.headers.get("content-type")).toBe("application/json");
      const body = (await response.json()) as { data?: Asset };
      const [path] = Object.values(document.paths);
      const name = path!.get!.responses[answer.status]!.$ref.split("/").at(-1)!;
      const pointer = `document#/components/responses/${name}/content/application~1json/schema`;
      const validate = ajv.compile({ $ref: pointer });
      expect(validate(body), ajv.errorsText(validate.errors)).toBe(true);

      const { value } = examples.find(({ status, example }) => status === answer.status && example === answer.example)!;
      const { data, ...envelope } = value as { data?: Asset };
      expect(body).toEqual({ ...envelope, ...(data && { data: expect.anything() }) });
      if (data === undefined) continue;
      expect(withoutLocal(body.data!, data)).toEqual(data);
      expect(Object.keys(body.data!)).toEqual(Object.keys(data));
      expect(body.data).toMatchObject({ asset_id, asset_uri: `asset://${asset_id}` });
      expect(body.data!.url).toBe(`${mock.url}/assets/${asset_id}/content`);
    }
  });

  test("a 429 says in Retry-After how long to wait", async () => {
    expect((await lookUp(mock, testAssets.rateLimited.asset_id)).headers.get("retry-after")).toBe("1");
  });

  test("an asset expires in two to three days, by China's clock", async () => {
    const { expires_at } = (await (await lookUp(mock, testAssets.image.asset_id)).json()).data as Asset;
    expect(expires_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/);
    const days = (Date.parse(expires_at!) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(2);
    expect(days).toBeLessThanOrEqual(3);
  });
});

describe("any other id is a ready image", () => {
  test.each(["asset_1", `asset_${"0123456789abcdef".repeat(2)}`, "资源.png", "a&b=c"])("%s", async (id) => {
    const encoded = encodeURIComponent(id);
    const [first, second] = await Promise.all([lookUp(mock, encoded), lookUp(mock, encoded)]);
    const body = await first.json();
    expect(first.status).toBe(200);
    expect(body.data).toMatchObject({ asset_id: id, status: "confirmed", media_type: "image" });
    expect(await second.json()).toEqual(body);
    const content = await fetch(body.data.signed_url);
    expect(content.status).toBe(200);
    expect((await bytesOf(content)).length).toBe(body.data.size_bytes);
  });
});

describe("a sequence", () => {
  const { underReview, rateLimited, recovers } = testAssets;
  const statuses = ["200 reviewing", "200 reviewing", "200 confirmed", "200 confirmed"];

  test("begins again after reset()", async () => {
    expect(await playAll(underReview)).toEqual(statuses);
    mock.reset();
    expect(await playAll(underReview)).toEqual(statuses);
  });

  test("begins again after POST /__mock/reset, but not after GET", async () => {
    await lookUp(mock, underReview.asset_id);
    expect((await fetch(`${mock.url}/__mock/reset`)).status).toBe(405);
    expect(mock.requests.map(({ path }) => path)).toEqual([pathOf(underReview.asset_id)]);
    expect((await (await lookUp(mock, underReview.asset_id)).json()).data.status).toBe("reviewing");
    const response = await fetch(`${mock.url}/__mock/reset`, { method: "POST", body: "whatever" });
    expect(response.status).toBe(204);
    expect(mock.requests).toEqual([]);
    expect(await playAll(underReview)).toEqual(statuses);
  });

  test("does not depend on look-ups of other ids", async () => {
    await lookUp(mock, underReview.asset_id);
    await lookUp(mock, rateLimited.asset_id);
    expect((await lookUp(mock, recovers.asset_id)).status).toBe(500);
    expect((await lookUp(mock, rateLimited.asset_id)).status).toBe(200);
    expect((await (await lookUp(mock, underReview.asset_id)).json()).data.status).toBe("reviewing");
  });

  test("does not depend on other servers", async () => {
    const second = await startMockServer();
    await lookUp(mock, rateLimited.asset_id);
    expect((await lookUp(second, rateLimited.asset_id)).status).toBe(429);
    await second.close();
  });

  test("does not move on when a request is refused, or is not a look-up", async () => {
    const id = rateLimited.asset_id;
    const wrongKeys = [{ authorization: "" }, { authorization: "Bearer" }, { authorization: "Bearer cy_invalid" }];
    const others = [{ prefer: "code=404" }, { accept: "text/html" }, { accept: "404" }];
    for (const headers of [...wrongKeys, ...others]) await lookUp(mock, id, headers);
    await lookUp(mock, encodeURIComponent(`asset://${id}`));
    await fetch(mock.url + pathOf(id), { method: "HEAD", headers: { authorization } });
    await fetch(mock.url + pathOf(id), { method: "OPTIONS", headers: { "access-control-request-method": "GET" } });
    await fetch(`${mock.url}${pathOf(id)}/content`, { headers: { authorization } });
    expect((await lookUp(mock, id)).status).toBe(429);
  });

  test("gives each of many look-ups at the same time its own answer", async () => {
    const responses = await Promise.all(Array.from({ length: 20 }, () => lookUp(mock, recovers.asset_id)));
    expect(responses.filter(({ status }) => status === 500)).toHaveLength(2);
  });
});

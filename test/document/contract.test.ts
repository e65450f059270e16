/**
 * The document is the contract: every example of every status of every operation is served by Prism, and by our mock,
 * and handled by the client. The list of cases is read from the document; a case without an expectation here fails.
 */
import { afterAll, describe, expect, inject, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { listExamples, readDocument } from "../../scripts/document.ts";
import { startPrism } from "../../scripts/prism.ts";
import { ApiError, createClient, type Asset } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { withoutLocal } from "../mock/localised.ts";

type Failure = Partial<Pick<ApiError, "kind" | "code" | "msg" | "reason" | "retryAfterMs" | "retryable">>;

/** What the client makes of each case: the asset, or the failure. */
const expectations: Record<string, "asset" | Failure> = {
  "getAsset 200 confirmed": "asset",
  "getAsset 200 video": "asset",
  "getAsset 200 audio": "asset",
  "getAsset 200 large": "asset",
  "getAsset 200 empty": "asset",
  "getAsset 200 persistent": "asset",
  "getAsset 200 under_review": "asset",
  "getAsset 200 unknown_status": "asset",
  "getAsset 200 expired": { kind: "rejected", code: 1001, reason: "expired", retryable: false },
  "getAsset 200 no_permission": { kind: "rejected", code: 1002, reason: "no_permission", retryable: false },
  "getAsset 200 review_failed": { kind: "rejected", code: 1003, reason: "review_failed", retryable: false },
  "getAsset 200 rate_limited": { kind: "rate_limited", code: 429, retryable: true },
  "getAsset 400 bad_request": { kind: "bad_request", code: 400, retryable: false },
  "getAsset 401 invalid_key": { kind: "unauthenticated", code: 401, retryable: false },
  "getAsset 403 permission_denied": { kind: "permission_denied", code: 403, retryable: false },
  "getAsset 404 not_found": { kind: "not_found", code: 404, retryable: false },
  "getAsset 429 too_many_requests": { kind: "rate_limited", code: 429, retryAfterMs: 1000, retryable: true },
  "getAsset 500 server_error": { kind: "server_error", code: 500, retryable: true },
  "getAsset 500 error_text": { kind: "server_error", code: undefined, msg: "internal error", retryable: true },
  "getAsset 500 error_object": { kind: "server_error", code: undefined, msg: "internal error", retryable: true },
};

const { asset_id: id } = testAssets.image;
const document = await readDocument();
const cases = listExamples(document).map(({ operationId, status, example, value }) => {
  const body = value as { msg?: string; data?: Asset };
  const assetId = body.data?.asset_id ?? idOfTestAsset(status, example);
  return { name: `${operationId} ${status} ${example}`, status, example, body, assetId };
});

/** The id that is answered with an example which has none; any id, if no test asset is answered so. */
function idOfTestAsset(status: number, example: string): string {
  const answered = Object.values(testAssets).find(({ answers }) =>
    answers.some((answer) => answer.status === status && answer.example === example),
  );
  return answered?.asset_id ?? id;
}

describe.each(["prism", "mock"] as const)(
  "every case of the document is served by %s and handled by the client",
  (server) => {
    const handled = new Set<string>();

    afterAll(() => {
      console.log(`contract by ${server}: operation × status × example: ${handled.size} of ${cases.length}`);
      expect([...handled].toSorted()).toEqual(cases.map(({ name }) => name).toSorted());
    });

    test.each(cases)("$name", async ({ name, status, example, body, assetId }) => {
      const expected = expectations[name];
      const headers = { Prefer: `code=${status}, example=${example}` };
      const { assets } = createClient({ apiKey: "cy_test", maxRetries: 0, baseUrl: inject(server) });
      const lookUp = assets.get(assetId, { headers });
      if (expected === "asset") {
        const asset = await lookUp;
        expect(asset.asset_id).toBe(assetId);
        expect(server === "prism" ? asset : withoutLocal(asset, body.data!)).toEqual(body.data);
      } else {
        expect(expected, `no expectation for ${name}: add one`).toBeDefined();
        const error = await caught(lookUp);
        expect(error).toBeInstanceOf(ApiError);
        expect(error).toMatchObject({ name: "ApiError", status, msg: body.msg, ...expected });
      }
      handled.add(name);
    });

    test("no expectation is left over from an older document", () => {
      expect(Object.keys(expectations).toSorted()).toEqual(cases.map(({ name }) => name).toSorted());
    });
  },
);

describe.each(["prism", "mock"] as const)("%s checks requests", (server) => {
  const url = `${inject(server)}/api/open/v2/assets/${id}`;
  const authorization = "Bearer cy_test";

  test.each([
    { request: "the right request", url, headers: { authorization }, status: 200 },
    { request: "no key", url, headers: {}, status: 401 },
    { request: "another scheme", url, headers: { authorization: "Basic Y3lfdGVzdDo=" }, status: 401 },
    { request: "a bad id", url: `${url}%20x`, headers: { authorization }, status: 400 },
    { request: "an unknown path", url: `${url}/x`, headers: { authorization }, status: 404 },
  ])("$request is answered with $status", async ({ url, headers, status }) => {
    const response = await fetch(url, { headers });
    await response.body?.cancel();
    expect(response.status).toBe(status);
  });

  const otherId = "asset_of_no_example";
  const played = server === "prism" ? { asset_id: id } : { asset_id: otherId };

  test(`an id that no example has is answered with the asset ${played.asset_id}`, async () => {
    const { assets } = createClient({ apiKey: "cy_test", maxRetries: 0, baseUrl: inject(server) });
    expect(await assets.get(otherId)).toMatchObject(played);
    expect(await assets.waitUntilReady(otherId)).toMatchObject(played);
  });

  test("raw is typed by the document and answered with the envelope", async () => {
    const { raw } = createClient({ apiKey: "cy_test", maxRetries: 0, baseUrl: inject(server) });
    const { data } = await raw.GET("/api/open/v2/assets/{asset_id}", { params: { path: { asset_id: id } } });
    expect(data).toMatchObject({ code: 0, msg: cases[0]?.body.msg, data: { asset_id: id } });
  });
});

describe("Prism checks bodies", () => {
  const broken: Record<string, (body: { code: unknown; msg: unknown; data: Record<string, unknown> }) => void> = {
    "code as a text": (body) => (body.code = "zero"),
    "msg missing": (body) => delete body.msg,
    "asset_uri missing": (body) => delete body.data.asset_uri,
    "size_bytes as a text": (body) => (body.data.size_bytes = "102400"),
    "persistent as a number": (body) => (body.data.persistent = 1),
  };

  test.each(Object.keys(broken))("a body with %s is refused", async (name) => {
    const variant = structuredClone(document);
    broken[name]!(variant.components.examples.Confirmed!.value as Parameters<(typeof broken)[string]>[0]);
    const prism = await startPrism(variant);
    try {
      const headers = { Prefer: "code=200, example=confirmed" };
      const lookUp = createClient({ apiKey: "cy_test", maxRetries: 0, baseUrl: prism.url }).assets.get(id, { headers });
      expect(await caught(lookUp)).toMatchObject({ name: "ApiError", status: 500 });
    } finally {
      await prism.close();
    }
  });
});

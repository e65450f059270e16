/** Sequences and requests belong to the API key, so that tests which run at the same time do not meet. */
import { createHash } from "node:crypto";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { createClient, type Asset } from "../../src/index.ts";
import { keyFingerprint, resetPath, startMockServer } from "../../src/mock.ts";
import { createWorlds } from "../../src/mock/worlds.ts";
import { pathOf } from "./look-up.ts";

const mock = await startMockServer();
afterAll(() => mock.close());
beforeEach(() => mock.reset());

const { underReview, rateLimited, image } = testAssets;
const bearer = (key: string): { authorization: string } => ({ authorization: `Bearer ${key}` });

async function statusOf(key: string, id = underReview.asset_id): Promise<string> {
  const response = await fetch(mock.url + pathOf(id), { headers: bearer(key) });
  const { data } = (await response.json()) as { data?: Asset };
  return data?.status ?? String(response.status);
}

function pathsOf(key: string): string[] {
  return mock.requests.filter((request) => request.key === keyFingerprint(key)).map(({ path }) => path);
}

describe("each API key", () => {
  test("has sequences of its own", async () => {
    expect(await Promise.all(["a", "b", "c"].map((key) => statusOf(key, rateLimited.asset_id)))).toEqual(
      Array.from({ length: 3 }, () => "429"),
    );
    for (const expected of ["reviewing", "reviewing", "confirmed", "confirmed"]) {
      for (const key of ["a", "b", "c"]) expect(await statusOf(key)).toBe(expected);
    }
  });

  test("is the same however its scheme is written", async () => {
    await statusOf("a", rateLimited.asset_id);
    for (const scheme of ["Bearer  ", "Bearer\t"]) {
      const response = await fetch(mock.url + pathOf(rateLimited.asset_id), {
        headers: { authorization: `${scheme}a` },
      });
      expect(response.status).toBe(200);
    }
    expect(new Set(mock.requests.map(({ key }) => key))).toEqual(new Set([keyFingerprint("a")]));
  });

  test("has the requests of its look-ups and of the signed URLs that they gave", async () => {
    const { assets } = createClient({ apiKey: "a", baseUrl: mock.url });
    const other = createClient({ apiKey: "b", baseUrl: mock.url });
    const [asset, again, others] = await Promise.all([assets, assets, other.assets].map((own) => own.get(image)));
    expect(again!.signed_url).toBe(asset!.signed_url);
    expect(others!.signed_url).not.toBe(asset!.signed_url);
    for (const { signed_url } of [asset!, others!, others!]) await (await fetch(signed_url)).body?.cancel();
    const content = new URL(image.asset_id, `${mock.url}/assets/`).pathname + "/content";
    expect(pathsOf("a")).toEqual([pathOf(image.asset_id), pathOf(image.asset_id), content]);
    expect(pathsOf("b")).toEqual([pathOf(image.asset_id), content, content]);
  });

  test("has the requests that fail, too", async () => {
    await statusOf("cy_invalid_1");
    const { signed_url } = await createClient({ apiKey: "a", baseUrl: mock.url }).assets.get(image);
    const changed = new URL(signed_url);
    changed.searchParams.set("signature", "0");
    expect((await fetch(changed)).status).toBe(403);
    const [refused, , content] = mock.requests;
    expect(refused).toMatchObject({ status: 401, key: keyFingerprint("cy_invalid_1") });
    expect(content).toMatchObject({ status: 403, key: keyFingerprint("a") });
  });

  test("has no request that names another one's world by a query alone", async () => {
    const query = `?world=${keyFingerprint("a")}`;
    await fetch(mock.url + pathOf(image.asset_id) + query);
    await fetch(`${mock.url}/assets/${image.asset_id}/content?world=a`);
    await fetch(`${mock.url}/assets/${image.asset_id}/content`);
    expect(mock.requests.map(({ key }) => key)).toEqual([undefined, undefined, undefined]);
  });
});

test("a signed URL is refused in another world", async () => {
  const { signed_url } = await createClient({ apiKey: "a", baseUrl: mock.url }).assets.get(image);
  const changed = new URL(signed_url);
  changed.searchParams.set("world", keyFingerprint("b"));
  expect((await fetch(changed)).status).toBe(403);
});

describe("a reset", () => {
  beforeEach(async () => {
    for (const key of ["a", "b"]) await statusOf(key, rateLimited.asset_id);
  });

  test("with a key concerns the sequences and requests of that key alone", async () => {
    const response = await fetch(mock.url + resetPath, { method: "POST", headers: bearer("a") });
    expect(response.status).toBe(204);
    expect([pathsOf("a"), pathsOf("b")]).toEqual([[], [pathOf(rateLimited.asset_id)]]);
    expect(await statusOf("a", rateLimited.asset_id)).toBe("429");
    expect(await statusOf("b", rateLimited.asset_id)).toBe("confirmed");
  });

  test("with a fingerprint does the same", async () => {
    await fetch(`${mock.url}${resetPath}?key=${keyFingerprint("a")}`, { method: "POST" });
    expect(await statusOf("a", rateLimited.asset_id)).toBe("429");
    expect(await statusOf("b", rateLimited.asset_id)).toBe("confirmed");
  });

  test.each(["by POST without a key", "by reset()"])("%s concerns all", async (way) => {
    if (way === "by reset()") mock.reset();
    else await fetch(mock.url + resetPath, { method: "POST" });
    expect(mock.requests).toEqual([]);
    for (const key of ["a", "b"]) expect(await statusOf(key, rateLimited.asset_id)).toBe("429");
  });

  test.each(["worker-1", "Basic YTpi", "Bearer"])(
    "is refused when the key cannot be read: %s",
    async (authorization) => {
      const response = await fetch(mock.url + resetPath, { method: "POST", headers: { authorization } });
      expect([response.status, await response.text()]).toEqual([
        400,
        "Authorization: pass Bearer and a key, or leave it out.\n",
      ]);
      expect(mock.requests).toHaveLength(2);
    },
  );
});

describe("keyFingerprint", () => {
  test("is the beginning of the key's SHA-256, and no request shows the key", async () => {
    await statusOf("cy_s3cret");
    const fingerprint = keyFingerprint("cy_s3cret");
    expect(fingerprint).toBe(createHash("sha256").update("cy_s3cret").digest("hex").slice(0, 12));
    expect(mock.requests[0]!.key).toBe(fingerprint);
    expect(JSON.stringify(mock.requests)).not.toContain("s3cret");
  });

  test.each(["", "a b", undefined])("throws when %j is passed", (key) => {
    expect(() => keyFingerprint(key as string)).toThrow(expect.objectContaining({ name: "ConfigError" }));
  });
});

test("the keys that were used last keep their sequences, up to 10,000", () => {
  const worlds = createWorlds();
  const [first, second] = ["first", "second"].map((key) => worlds.of(key));
  for (let count = 0; count < 9999; count++) worlds.of(String(count));
  expect(worlds.of("second")).toBe(second);
  expect(worlds.of("first")).not.toBe(first); // the first one has gone
  expect(worlds.of("second")).toBe(second);
});

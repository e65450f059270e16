/**
 * The vendor's page rules. Its text is kept in `vendor-page.zh.txt`, as copied on 2026-11-22 from
 * https://enterprise.chenyu.cn/api-reference/workflow/assets-info
 */
import { readFile } from "node:fs/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { getAssetPath, serverUrl } from "../../generated/document.ts";
import { readDocument, type Evidence } from "../../scripts/document.ts";

const page = await readFile(new URL("./vendor-page.zh.txt", import.meta.url), "utf8");
const document = await readDocument();
const { Asset, AssetResponse } = document.components.schemas;

interface Envelope {
  code: unknown;
  msg: unknown;
  data: Record<string, unknown>;
}
const [schemaBlock, , example] = envelopes(page) as [Envelope, Envelope, Envelope];

describe("the vendor's schema block", () => {
  test("is found: 11 fields in the envelope", () => {
    expect(Object.keys(schemaBlock)).toEqual(["code", "msg", "data"]);
    expect(Object.keys(schemaBlock.data)).toHaveLength(11);
  });

  test("names all fields that the document requires, and no other", () => {
    expect(Asset!.required!.toSorted()).toEqual(Object.keys(schemaBlock.data).toSorted());
    expect(AssetResponse!.required!.toSorted()).toEqual(Object.keys(schemaBlock).toSorted());
  });

  test.each(Object.entries(schemaBlock.data))("has %s with the type that the document says", (name, value) => {
    // The page says nothing about the expiry of a persistent asset, so the document leaves it open.
    const openType = name === "expires_at" ? ["string", "null"] : undefined;
    expect(Asset!.properties![name]!.type).toEqual(openType ?? typeOf(value));
  });

  test("has code and msg with the types that the document says", () => {
    expect(AssetResponse!.properties!.code!.type).toBe(typeOf(schemaBlock.code));
    expect(AssetResponse!.properties!.msg!.type).toBe(typeOf(schemaBlock.msg));
  });
});

describe("the vendor's example", () => {
  const ajv = new Ajv2020({ strict: false });
  ajv.addSchema({ ...document, $id: "document" });
  const validate = ajv.compile({ $ref: "document#/components/schemas/AssetResponse" });

  test("is found, and is the document's example `confirmed` word for word", () => {
    expect(example.msg).toBe("查询成功");
    expect(document.components.examples.Confirmed!.value).toEqual(example);
  });

  test("is valid by the document, which knows all of its fields", () => {
    expect(validate(example), ajv.errorsText(validate.errors)).toBe(true);
    expect(Object.keys(Asset!.properties!).toSorted()).toEqual(Object.keys(example.data).toSorted());
  });

  test.each(Object.keys(schemaBlock.data))("is no longer valid without %s", (name) => {
    const { [name]: _removed, ...data } = example.data;
    expect(validate({ ...example, data })).toBe(false);
  });
});

describe("what is called documented on this page", () => {
  const isOnPage = (fact: Evidence) =>
    fact["x-evidence"] === "documented" && (fact["x-source"] ?? "lookup") === "lookup";
  const { schemas, responses, examples, headers } = document.components;

  test.each(Object.keys(schemaBlock.data))("%s of the schema block is documented", (name) => {
    expect(Asset!.properties![name]).toHaveProperty("x-evidence", "documented");
  });

  test.each(["content_url", "original_filename"])(
    "%s is documented by the example alone, so it may be missing",
    (name) => {
      expect(isOnPage(Asset!.properties![name]!)).toBe(true);
      expect(schemaBlock.data).not.toHaveProperty(name);
      expect(example.data).toHaveProperty(name);
      expect(Asset!.required).not.toContain(name);
      expect(Asset!.properties![name]!.description).toContain(
        "May be missing: the vendor's example has it, the vendor's schema does not.",
      );
    },
  );

  test("is a property that the page has", () => {
    const properties = Object.values(schemas).flatMap((schema) => Object.entries(schema.properties ?? {}));
    const names = properties.filter(([, property]) => isOnPage(property)).map(([name]) => name);
    expect(names.length).toBeGreaterThan(13);
    for (const name of names) expect(page, name).toContain(`"${name}":`);
  });

  test("is the response and the example that the page has, and no header", () => {
    const namesOnPage = (facts: Record<string, Evidence>) =>
      Object.keys(facts).filter((name) => isOnPage(facts[name]!));
    expect(namesOnPage(responses)).toEqual(["AssetOrFailure"]);
    expect(namesOnPage(examples)).toEqual(["Confirmed"]);
    expect(examples.Confirmed!.value).toEqual(example);
    expect(namesOnPage(headers)).toEqual([]);
  });
});

test("the vendor's request is the document's: method, server, path and bearer token", () => {
  expect(page).toContain(
    `curl --request GET \\\n--url ${serverUrl}${getAssetPath} \\\n--header 'Authorization: Bearer <token>'`,
  );
  expect(document.paths[getAssetPath]).toHaveProperty("get.operationId", "getAsset");
});

/** The envelopes in the page, in order. Nothing in it is indented, so one ends where two braces close in a row. */
function envelopes(text: string): unknown[] {
  return [...text.matchAll(/\{\n"code"[^]*?\n\}\n\}/g)].map(([block]) => JSON.parse(block));
}

/** `<string>`, `123` and `true` stand for types on the page. */
function typeOf(sample: unknown): string {
  return typeof sample === "number" ? "integer" : typeof sample;
}

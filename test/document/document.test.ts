import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { listExamples, readDocument } from "../../scripts/document.ts";

const document = await readDocument();

test("the document has the version of the package", async () => {
  const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
  expect(document.info.version).toBe(version);
});

describe("every text of a fact says how well it is known", () => {
  const { schemas, responses, examples, ...others } = document.components;
  const descriptions = [...findDescriptions({ schemas, responses, ...others }), ...findDescriptions(document.paths)];

  test("there are many", () => {
    expect(descriptions.length).toBeGreaterThan(30);
  });

  test.each(descriptions)("%s", (_where, text) => {
    expect(text).toMatch(/documented|observed|illustrative/i);
    expect(text).toMatch(/\]\(https:\/\/[a-z.]+\/[a-z-]+\/[a-z/-]+\)/);
  });

  test.each(Object.entries(examples))("example %s", (_name, { summary }) => {
    expect(summary).toMatch(/documented|observed|illustrative/i);
  });
});

describe("x-test-assets", () => {
  const assets = document["x-test-assets"];

  test("starts with the vendor's own example", () => {
    expect(Object.keys(assets)[0]).toBe("image");
    expect(assets.image?.asset_id).toBe(
      (document.components.examples.Confirmed!.value as { data: { asset_id: string } }).data.asset_id,
    );
  });

  test("shows every named example but the variants of a server error", () => {
    const shown = new Set(
      Object.values(assets).flatMap(({ answers }) => answers.map(({ status, example }) => `${status} ${example}`)),
    );
    const named = listExamples(document).map(({ status, example }) => `${status} ${example}`);
    const missing = named.filter((answer) => !shown.has(answer));
    // A wrong key belongs to no asset, and the object form is the text form again.
    expect(missing).toEqual(["401 invalid_key", "500 error_object"]);
  });
});

function findDescriptions(node: unknown, where = ""): [string, string][] {
  if (typeof node !== "object" || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === "description" && typeof value === "string"
      ? [[where, value] as [string, string]]
      : findDescriptions(value, `${where}/${key}`),
  );
}

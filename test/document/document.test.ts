import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { listExamples, readDocument } from "../../scripts/document.ts";

const document = await readDocument();

test("the document has the version of the package", async () => {
  const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
  expect(document.info.version).toBe(version);
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

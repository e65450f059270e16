import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";
import { expect, test } from "vitest";
import { findFaults, lazyCode, measureBundle } from "../../scripts/size.ts";

/** Lets the client load the download at once. */
const staticImport: Plugin = {
  name: "static import of the download",
  setup(build) {
    build.onLoad({ filter: /src\/client\/client\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      return {
        loader: "ts",
        contents: `import * as download from "../download/download.ts";\nconsole.log(download);\n${text}`,
      };
    });
  },
};

test("a page that only looks an asset up loads neither the wait nor the download", async () => {
  const [firstLoad, wait, download] = await measureBundle();
  expect(wait).toMatchObject({ loadedEarly: [], bytes: expect.any(Number) });
  expect(download).toMatchObject({ loadedEarly: [], bytes: expect.any(Number) });
  expect(wait!.bytes).toBeGreaterThan(500);
  expect(download!.bytes).toBeGreaterThan(1000);
  expect(firstLoad!.bytes).toBeGreaterThan(5000);
});

test("a static import of the download from the client is a fault that names the files", async () => {
  const faults = findFaults(await measureBundle(lazyCode, [staticImport]));
  expect(faults).toContain(
    "assets.download, when called: src/download/download.ts is loaded by a page that only looks an asset up",
  );
});

test("a figure over its budget is a fault that says by how much", async () => {
  const [firstLoad, , download] = await measureBundle(lazyCode.map((code) => ({ ...code, budget: 1 })));
  const over = (download!.bytes - 1).toLocaleString("en");
  expect(findFaults([download!])).toEqual([`assets.download, when called: ${over} bytes over its budget of 1 bytes`]);
  expect(findFaults([{ ...firstLoad!, budget: firstLoad!.bytes }])).toEqual([]);
});

test("code that is not loaded lazily has no figure", async () => {
  const notLazy = { name: "client", budget: 1, entry: "src/client/client.ts", files: "src/client/client.ts" };
  await expect(measureBundle([notLazy])).rejects.toThrow("src/client/client.ts is not loaded with import()");
});

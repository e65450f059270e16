/**
 * What a call costs beside the wire: over a `fetch` that answers at once, against openapi-fetch alone and `fetch` alone.
 *
 *     npm run bench
 */
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import createOpenapiClient from "openapi-fetch";
import { getAssetPath, testAssets } from "../../generated/document.ts";
import type { paths } from "../../generated/schema.ts";
import { createClient } from "../../src/index.ts";
import { readDocument } from "../document.ts";
import { median } from "./median.ts";

const rounds = 15;
const callsPerRound = 20_000;
const { asset_id } = testAssets.image;
const baseUrl = "https://chenyu.example";

const { components } = await readDocument();
const body = JSON.stringify(components.examples.Confirmed!.value);
const fetch = async (): Promise<Response> => new Response(body, { headers: { "content-type": "application/json" } });
const headers = { authorization: "Bearer cy_bench" };
const openapi = createOpenapiClient<paths>({ baseUrl, fetch, headers });
const chenyu = createClient({ apiKey: "cy_bench", baseUrl, fetch });

const contestants: Record<string, () => Promise<unknown>> = {
  "fetch alone": async () => (await fetch()).json(),
  "openapi-fetch alone": () => openapi.GET(getAssetPath, { params: { path: { asset_id } } }),
  "chenyu.assets.get": () => chenyu.assets.get(asset_id),
};

async function microsecondsPerCall(call: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  for (let count = 0; count < callsPerRound; count++) await call();
  return ((performance.now() - start) * 1000) / callsPerRound;
}

// In turns, so that a busy moment of the machine meets all of them.
const results = new Map<string, number[]>(Object.keys(contestants).map((name) => [name, []]));
for (let round = -1; round < rounds; round++) {
  for (const [name, call] of Object.entries(contestants)) {
    const us = await microsecondsPerCall(call);
    if (round >= 0) results.get(name)!.push(us);
  }
}

const bare = median(results.get("fetch alone")!);
console.log(
  `Node ${process.version}, medians of ${rounds} rounds of ${callsPerRound} calls, over a fetch that answers at once`,
);
for (const [name, values] of results) {
  const us = median(values);
  console.log(
    `  ${name.padEnd(22)}${us.toFixed(1).padStart(6)} µs  ${(us / bare).toFixed(2)}×  ${(us - bare).toFixed(1).padStart(5)} µs on top`,
  );
}

console.log("Bundled for browsers in chunks, minified, gzipped");
for (const [name, contents] of Object.entries({
  "openapi-fetch alone": 'import createClient from "openapi-fetch"; console.log(createClient);',
  createClient: 'import { createClient } from "./src/index.ts"; console.log(createClient);',
})) {
  const stdin = { contents, resolveDir: new URL("../..", import.meta.url).pathname };
  const chunks = { splitting: true, format: "esm", outdir: "out" } as const;
  const options = { stdin, bundle: true, minify: true, platform: "browser", write: false } as const;
  const { outputFiles } = await build({ ...options, ...chunks });
  const gzipped = (files: typeof outputFiles): number =>
    files.reduce((sum, { contents: bytes }) => sum + gzipSync(bytes, { level: 9 }).length, 0);
  const later = outputFiles.filter(({ path }) => path.includes("/download-"));
  const atOnce = outputFiles.filter((file) => !later.includes(file));
  console.log(
    `  ${name.padEnd(22)}${String(gzipped(atOnce)).padStart(6)} bytes, and ${gzipped(later)} when download() is called`,
  );
}

/**
 * How much time a call takes without the network: over a `fetch` that answers at once, compared to openapi-fetch alone
 * and to `fetch` alone.
 *
 *     npm run bench
 */
import createOpenapiClient from "openapi-fetch";
import { getAssetPath, testAssets } from "../../generated/document.ts";
import type { paths } from "../../generated/schema.ts";
import { createClient } from "../../src/index.ts";
import { readDocument } from "../document.ts";
import { measureInRounds } from "./rounds.ts";

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

const calls: Record<string, () => Promise<unknown>> = {
  "fetch alone": async () => (await fetch()).json(),
  "openapi-fetch alone": () => openapi.GET(getAssetPath, { params: { path: { asset_id } } }),
  "chenyu.assets.get": () => chenyu.assets.get(asset_id),
};

const results = await measureInRounds(rounds, Object.keys(calls), async (name) => {
  const call = calls[name]!;
  const start = performance.now();
  for (let count = 0; count < callsPerRound; count++) await call();
  return { us: ((performance.now() - start) * 1000) / callsPerRound };
});

console.log(
  `Node ${process.version}, medians of ${rounds} rounds of ${callsPerRound} calls, over a fetch that answers at once`,
);
const bareUs = results.get("fetch alone")!.median("us");
for (const [name, { median, ratio }] of results) {
  const us = median("us");
  const times = ratio("us", "fetch alone").toFixed(2);
  console.log(
    `  ${name.padEnd(22)}${us.toFixed(1).padStart(6)} µs  ${times}×  ${(us - bareUs).toFixed(1).padStart(5)} µs on top`,
  );
}

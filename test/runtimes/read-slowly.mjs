/**
 * Downloads assets, one after the other, and waits after each piece. Prints the versions, and a hash of each asset.
 *
 *     node read-slowly.mjs SDK FETCH BASE_URL READS
 *
 * `SDK` is a bundle, because Node 20 runs no TypeScript. `FETCH` is `global`, or the main file of a copy of undici. `READS`
 * is a JSON list of `{ id, range }`.
 */
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";

const [sdk, fetchFile, baseUrl, reads] = process.argv.slice(2);
const isGlobal = fetchFile === "global";
const version = isGlobal ? process.versions.undici : createRequire(fetchFile)("./package.json").version;
console.log(`Node ${process.version}, ${isGlobal ? "its own fetch" : "the fetch"} of undici ${version}`);

// Before the SDK, which uses Node's own copy of undici: all copies in a process send by that which was loaded first.
const { fetch } = isGlobal ? globalThis : await import(fetchFile);
const { createClient } = await import(sdk);
const client = createClient({ apiKey: "any", baseUrl, fetch });

const hashes = [];
for (const { id, range } of JSON.parse(reads)) {
  const { stream } = await client.assets.download(id, { range });
  const hash = createHash("sha256");
  for await (const piece of stream) {
    hash.update(piece);
    await sleep(20);
  }
  hashes.push(hash.digest("hex"));
}
console.log(JSON.stringify(hashes));

// The client is the copy of the ES modules, `downloadToFile` that of CommonJS. It starts a changed file again all the same.
import { createRequire } from "node:module";
import { createClient } from "chenyu-assets";

const { downloadToFile } = createRequire(import.meta.url)("chenyu-assets/node");
const [, , baseUrl, target] = process.argv;
const { size } = await downloadToFile(createClient({ apiKey: "any", baseUrl }), "asset_1", target);
console.log(size);

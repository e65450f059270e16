// The client of the ES modules, the files of CommonJS: a file that changes is begun anew all the same.
import { createRequire } from "node:module";
import { createClient } from "chenyu-assets";

const { downloadToFile } = createRequire(import.meta.url)("chenyu-assets/node");
const [, , baseUrl, target] = process.argv;
const { size } = await downloadToFile(createClient({ apiKey: "any", baseUrl }), "asset_1", target);
console.log(size);

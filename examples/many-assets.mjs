import { createClient } from "chenyu-assets";
import { downloadAll } from "chenyu-assets/node";

const client = createClient();
const ids = [
  "asset_38d2ff7769fb3b7267039941547e6a78",
  "asset_7e570000000000000000000000c00001", // its connection breaks in the middle
  "asset_7e570000000000000000000000001001", // it has expired
];
const failed = [];
// Run it again: files that are there are skipped, and what is unfinished continues.
const options = { concurrency: 4, fileName: "original-id", overwrite: "skip", wait: true };
for await (const { asset, file, error } of downloadAll(client, ids, "pictures/", options)) {
  if (error) failed.push({ asset, error });
  else console.error(file.skipped ? "kept" : "saved", file.path);
}
console.log(failed.map(({ asset, error }) => `${asset}: ${error.reason}`)); // [ 'asset_7e570000000000000000000000001001: expired' ]

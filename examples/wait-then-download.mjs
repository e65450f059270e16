import { createClient } from "chenyu-assets";
import { downloadToFile } from "chenyu-assets/node";

const client = createClient();
const { path, size } = await downloadToFile(client, "asset_7e570000000000000000000000000004", "pictures/", {
  overwrite: "replace",
  wait: { intervalMs: 500, waitTimeoutMs: 60_000 },
});
console.log(path, size); // pictures/input.png 102400

import { createClient, isChenyuError } from "chenyu-assets";

const messages = {
  expired: "This file has expired. Please upload it again.",
  no_permission: "You may not see this file.",
  review_failed: "This file did not pass review. Please choose another one.",
};

// What to show a person. The error itself belongs in your log.
function messageFor(error) {
  if (!isChenyuError(error)) throw error;
  return messages[error.reason] ?? (error.retryable ? "Please try again later." : "This file cannot be opened.");
}

const { assets } = createClient();
const ids = [
  "asset_7e570000000000000000000000001001",
  "asset_7e570000000000000000000000001003",
  "asset_7e570000000000000000000000000404",
];
for (const id of ids) {
  await assets.get(id).catch((error) => console.error(messageFor(error)));
}
console.log(await assets.get("asset_7e570000000000000000000000001002").catch(messageFor)); // You may not see this file.

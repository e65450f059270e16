import { createClient } from "chenyu-assets";
import { startMockServer } from "chenyu-assets/mock";
const { url, fetch, testAssets } = await startMockServer({ listen: false });
const { assets } = createClient({ apiKey: "any", baseUrl: url, fetch });
console.log((await assets.get(testAssets.image)).status); // confirmed

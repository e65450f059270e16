import { createClient } from "chenyu-assets";

const { assets } = createClient(); // the key comes from CHENYU_API_KEY
const asset = await assets.get("asset_38d2ff7769fb3b7267039941547e6a78");
console.log(asset.status, asset.signed_url);

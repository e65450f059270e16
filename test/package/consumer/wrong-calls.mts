// Each statement is a mistake that the compiler must find.
import { createClient } from "chenyu-assets";

const chenyu = createClient({ apiKey: 7 });
const asset = await chenyu.assets.get("asset_1");
export const url = asset.signedUrl;
export const size: number = asset;
asset satisfies { asset_id: number };
export const incomplete: typeof asset = { url };

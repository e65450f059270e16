import { createClient } from "chenyu-assets";

const { assets } = createClient();
const { asset, size, stream } = await assets.download("asset_7e570000000000000000000000c00001");
// A presigned URL for one PUT, made by the SDK of your store: S3, OSS, COS, R2 or MinIO.
const response = await fetch(process.env.UPLOAD_URL, {
  method: "PUT",
  headers: { "content-type": asset.mime_type, "content-length": String(size) },
  body: stream,
  duplex: "half", // fetch wants this for a stream
});
console.log(response.status, size); // 200 7340032

import { createHash, createHmac } from "node:crypto";
import { readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Place, RealServer } from "../real-server.ts";

const account = { id: "S3RVER", secret: "S3RVER" };
const bucket = "contents";

/** Makes a store that speaks S3. @param folder - Where npm has installed it. */
function makeStore(name: string, folder: string, presign: Presign): RealServer {
  const program = join(folder, "node_modules", "s3rver", "bin", "s3rver.js");
  return {
    name: `s3rver, ${name}`,
    program,
    packages: { npm: "s3rver@3.7.1" },
    async configure({ files, port }) {
      const address = ["--address", "127.0.0.1", "--port", String(port)];
      return ["--directory", files, ...address, "--configure-bucket", bucket];
    },
    async store(place, key, body) {
      const url = presign("PUT", place, key, Math.floor(Date.now() / 1000) + 60);
      const response = await fetch(url, { method: "PUT", body: new Uint8Array(body) });
      if (!response.ok) throw new Error(`the store refuses a file: ${response.status} ${await response.text()}`);
    },
    async move({ files }, from, to) {
      const objects = join(files, bucket);
      const names = (await readdir(objects)).filter((object) => object.startsWith(`${from}._S3rver`));
      for (const object of names) await rename(join(objects, object), join(objects, object.replace(from, to)));
    },
    sign: (place, key, expiresAtS) => presign("GET", place, key, expiresAtS),
    hasNoLog: true,
  };
}

type Presign = (method: "GET" | "PUT", place: Place, key: string, expiresAtS: number) => string;

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html */
const presignV2: Presign = (method, { url }, key, expiresAtS) => {
  const path = `/${bucket}/${key}`;
  const text = `${method}\n\n\n${expiresAtS}\n${path}`;
  const signature = createHmac("sha1", account.secret).update(text).digest("base64");
  const query = { AWSAccessKeyId: account.id, Expires: String(expiresAtS), Signature: signature };
  return `${url}${path}?${new URLSearchParams(query)}`;
};

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */
const presignV4: Presign = (method, { url }, key, expiresAtS) => {
  const nowMs = Math.floor(Date.now() / 1000) * 1000;
  const date = new Date(nowMs).toISOString().replaceAll(/[-:]|\.000/g, "");
  const scope = [date.slice(0, 8), "us-east-1", "s3", "aws4_request"];
  const path = `/${bucket}/${key}`;
  const query = new URLSearchParams({
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": [account.id, ...scope].join("/"),
    "X-Amz-Date": date,
    "X-Amz-Expires": String(expiresAtS - nowMs / 1000),
    "X-Amz-SignedHeaders": "host",
  });
  const request = [method, path, query, `host:${new URL(url).host}\n`, "host", "UNSIGNED-PAYLOAD"].join("\n");
  const hash = createHash("sha256").update(request).digest("hex");
  const text = ["AWS4-HMAC-SHA256", date, scope.join("/"), hash].join("\n");
  let signingKey = Buffer.from(`AWS4${account.secret}`);
  for (const part of [...scope, text]) signingKey = createHmac("sha256", signingKey).update(part).digest();
  return `${url}${path}?${query}&X-Amz-Signature=${signingKey.toString("hex")}`;
};

export const makeStores = (folder: string): RealServer[] => [
  makeStore("presigned V2", folder, presignV2),
  makeStore("presigned V4", folder, presignV4),
];

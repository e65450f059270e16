/**
 * Downloads one asset, in a process that has variables of its own.
 *
 *     node test/interop/download-in-process.ts API_URL ASSET_ID TARGET
 */
import { createClient } from "../../src/index.ts";
import { downloadToFile } from "../../src/node.ts";
import { secretKey } from "../servers/content-server.ts";

const [baseUrl, asset, target] = process.argv.slice(2) as [string, string, string];
await downloadToFile(createClient({ apiKey: secretKey, baseUrl, maxRetries: 0 }), asset, target);

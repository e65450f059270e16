import { createClient, type ChenyuClient } from "../../src/index.ts";
import { secretKey } from "../servers/content-server.ts";
import { startServer } from "../servers/server.ts";
import { renameFile, writeOldFile, type RunningServer } from "./real-server.ts";

/** An asset API whose contents are on a server of others. */
export interface AssetApi extends AsyncDisposable {
  url: string;
  client: ChenyuClient;
  /** Stores a file on the content host, as the content of `asset_NAME`. */
  store(name: string, bytes: Buffer): Promise<void>;
  /** Puts the file of one asset in the place of another's. */
  move(from: string, to: string): Promise<void>;
  /** Forgets the look-ups so far. */
  reset(): void;
  /** How often assets were looked up since then. */
  lookUps(): number;
  /** How long the signed URL of the first look-up lasts, in seconds. */
  firstExpiresInS: number;
}

const laterExpiresInS = 3600;

/** Starts the API, and makes a client of it that reaches the content host. */
export async function startAssetApi({ server, place }: RunningServer): Promise<AssetApi> {
  const sizes = new Map<string, number>();
  let lookUps = 0;

  function addressOf(name: string): string {
    const expiresInS = lookUps === 1 ? api.firstExpiresInS : laterExpiresInS;
    const expiresAtS = Math.floor(Date.now() / 1000) + expiresInS;
    return server.sign?.(place, name, expiresAtS) ?? server.addressOf?.(place, name) ?? `${place.url}/${name}`;
  }

  const http = await startServer((request, response) => {
    lookUps += 1;
    const asset_id = request.url!.split("/").at(-1)!;
    const name = asset_id.replace("asset_", "");
    const file = { mime_type: "application/octet-stream", size_bytes: sizes.get(name), signed_url: addressOf(name) };
    const envelope = { code: 0, msg: "", data: { asset_id, status: "confirmed", ...file } };
    response.setHeader("Content-Type", "application/json").end(JSON.stringify(envelope));
  });

  const api: AssetApi = {
    url: http.url,
    client: createClient({ apiKey: secretKey, baseUrl: http.url, fetchOptions: server.fetchOptions?.(place) }),
    async store(name, bytes) {
      await (server.store ?? writeOldFile)(place, name, bytes);
      sizes.set(name, bytes.length);
    },
    async move(from, to) {
      await (server.move ?? renameFile)(place, from, to);
      sizes.set(to, sizes.get(from)!);
    },
    reset: () => void (lookUps = 0),
    lookUps: () => lookUps,
    firstExpiresInS: laterExpiresInS,
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  };
  return api;
}

/** The client under test, the asset that it looks up, and what the server answers. */
import { getAssetPath } from "../../generated/document.ts";
import { createClient, type Assets, type ChenyuClient, type ClientOptions, type Fetch } from "../../src/index.ts";
import { answer, type Step } from "../servers/fault-server.ts";

export const id = "asset_38d2ff7769fb3b7267039941547e6a78";
export const path = `/api/open/v2/assets/${id}`;
export const asset = { asset_id: id, status: "confirmed" };

export const assetBody: string = JSON.stringify({ code: 0, msg: "查询成功", data: asset });
export const busyBody: string = JSON.stringify({ code: 503, msg: "服务繁忙" });

export const answerAsset: Step = answer(200, assetBody);

/** Answers that the asset has this status. */
export function answerStatus(status: unknown, headers: Record<string, string> = {}): Step {
  return answer(200, JSON.stringify({ code: 0, msg: "", data: { asset_id: id, status } }), headers);
}

/** Answers with an HTTP error. */
export function answerError(status: number, headers: Record<string, string> = {}): Step {
  return answer(status, "{}", headers);
}

export const apiKey = "cy_s3cret";

export function createTestClient(server: { url: string }, options: ClientOptions = {}): ChenyuClient {
  return createClient({ apiKey, baseUrl: server.url, ...options });
}

/** The `assets` of a client that sends one request for each look-up. */
export function assetsWithoutRetries(server: { url: string }, options: ClientOptions = {}): Assets {
  return createTestClient(server, { maxRetries: 0, ...options }).assets;
}

/** Looks the asset up by `raw.GET`. */
export function getRaw(
  { raw }: ChenyuClient,
  init: { signal?: AbortSignal; baseUrl?: string; fetch?: Fetch } = {},
): Promise<{ data?: unknown; error?: unknown; response: Response }> {
  return raw.GET(getAssetPath, { params: { path: { asset_id: id } }, ...init });
}

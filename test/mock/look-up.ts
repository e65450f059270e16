import { getAssetPath } from "../../generated/document.ts";
import { createClient } from "../../src/index.ts";
import type { MockServer } from "../../src/mock.ts";

/** The key of all look-ups. No record of the mock may show it. */
export const authorization = "Bearer cy_s3cret";

export function pathOf(id: string): string {
  return getAssetPath.replace("{asset_id}", id);
}

/** Looks an asset up as plain HTTP. */
export function lookUp({ url }: Pick<MockServer, "url">, id: string, headers: object = {}): Promise<Response> {
  return fetch(url + pathOf(id), { headers: { authorization, ...headers } });
}

/** Requests the content of an asset by its signed URL. */
export async function requestContent(
  { url: baseUrl }: MockServer,
  id: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<Response> {
  const { signed_url } = await createClient({ apiKey: "any", baseUrl }).assets.get(id);
  return fetch(signed_url, { method, headers });
}

export async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

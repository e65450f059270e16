import { createHash } from "node:crypto";
import { fingerprintForm } from "./worlds.ts";

const hourSeconds = 3600;

/**
 * Signs a URL of an asset's content.
 *
 * @param key - Fingerprint of the key that looked the asset up: the request for the content belongs to it.
 * @param hours - When it expires, in hours from the start of this hour: two look-ups in a row give the same URL.
 */
export function signUrl(url: string, id: string, key: string, hours: number): string {
  const thisHour = Math.floor(Date.now() / 1000 / hourSeconds);
  const expires = String((thisHour + hours) * hourSeconds);
  return `${url}?${new URLSearchParams({ expires, world: key, signature: sign(id, expires, key) })}`;
}

/** Whether the query of a signed URL is for this asset, and has not expired. */
export function isSignatureValid(id: string, query: URLSearchParams): boolean {
  const { expires = "", world = "", signature } = Object.fromEntries(query);
  return signature === sign(id, expires, world) && Number(expires) * 1000 > Date.now();
}

/** Without a secret, so that a signed URL outlives the mock that made it. */
function sign(id: string, expires: string, world: string): string {
  return createHash("sha256").update(`${id} ${expires} ${world}`).digest("hex").slice(0, 32);
}

/** Reads the fingerprint of the key that a signed URL was made for. */
export function keyOfSignedUrl(query: URLSearchParams): string | undefined {
  const world = query.get("world") ?? "";
  return fingerprintForm.test(world) ? world : undefined;
}

import { createHash } from "node:crypto";

const hourSeconds = 3600;

/**
 * Signs a URL of an asset's content.
 *
 * @param hours - When it expires, in hours from the start of this hour: two look-ups in a row give the same URL.
 */
export function signUrl(url: string, id: string, hours: number): string {
  const thisHour = Math.floor(Date.now() / 1000 / hourSeconds);
  const expires = String((thisHour + hours) * hourSeconds);
  return `${url}?${new URLSearchParams({ expires, signature: sign(id, expires) })}`;
}

/** Whether the query of a signed URL is for this asset, and has not expired. */
export function isSignatureValid(id: string, query: URLSearchParams): boolean {
  const expires = query.get("expires") ?? "";
  return query.get("signature") === sign(id, expires) && Number(expires) * 1000 > Date.now();
}

/** Without a secret, so that a signed URL outlives the mock that made it. */
function sign(id: string, expires: string): string {
  return createHash("sha256").update(`${id} ${expires}`).digest("hex").slice(0, 32);
}

import { createHash } from "node:crypto";
import type { SignedUrlFault } from "../../generated/document.ts";

const hourSeconds = 3600;

/** Signs a URL of an asset's content. Two look-ups in one hour give the same URL. */
export function signUrl(url: string, id: string, fault?: SignedUrlFault): string {
  const thisHour = Math.floor(Date.now() / 1000 / hourSeconds);
  const expires = String((thisHour + (fault === "expired" ? -1 : 2)) * hourSeconds);
  return `${url}?${new URLSearchParams({ expires, signature: sign(id, expires, fault) })}`;
}

/**
 * Checks the query of a signed URL: whether it is for this asset, and has not expired.
 *
 * @returns What is wrong with a URL that is valid.
 */
export function checkSignature(id: string, query: URLSearchParams): "valid" | "refused" | SignedUrlFault {
  const expires = query.get("expires") ?? "";
  if (!(Number(expires) * 1000 > Date.now())) return "refused";
  const signature = query.get("signature");
  if (signature === sign(id, expires)) return "valid";
  return (["expiring", "changing"] as const).find((fault) => signature === sign(id, expires, fault)) ?? "refused";
}

/** Without a secret, so that a signed URL outlives the mock that made it. The fault is known by the signature alone. */
function sign(id: string, expires: string, fault?: SignedUrlFault): string {
  const text = [id, expires, fault].filter(Boolean).join(" ");
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

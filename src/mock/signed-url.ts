import { createHash } from "node:crypto";
import type { SignedUrlFault } from "../../generated/document.ts";
import { fingerprintForm } from "./worlds.ts";

const hourSeconds = 3600;

/**
 * Signs a URL of an asset's content. Two look-ups in one hour give the same URL.
 *
 * @param key - Fingerprint of the key that looked the asset up: the request for the content belongs to it.
 */
export function signUrl(url: string, id: string, key: string, fault?: SignedUrlFault): string {
  const thisHour = Math.floor(Date.now() / 1000 / hourSeconds);
  const expires = String((thisHour + (fault === "expired" ? -1 : 2)) * hourSeconds);
  return `${url}?${new URLSearchParams({ expires, world: key, signature: sign(id, expires, key, fault) })}`;
}

/**
 * Checks the query of a signed URL: whether it is for this asset, and has not expired.
 *
 * @returns What is wrong with a URL that is valid.
 */
export function checkSignature(id: string, query: URLSearchParams): "valid" | "refused" | SignedUrlFault {
  const { expires = "", world = "", signature } = Object.fromEntries(query);
  if (!(Number(expires) * 1000 > Date.now())) return "refused";
  if (signature === sign(id, expires, world)) return "valid";
  return (
    (["expiring", "changing"] as const).find((fault) => signature === sign(id, expires, world, fault)) ?? "refused"
  );
}

/** Without a secret, so that a signed URL outlives the mock that made it. The fault is known by the signature alone. */
function sign(id: string, expires: string, world: string, fault?: SignedUrlFault): string {
  const text = [id, expires, world, fault].filter((part) => part !== undefined).join(" ");
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

/** Reads the fingerprint of the key that a signed URL was made for. */
export function keyOfSignedUrl(query: URLSearchParams): string | undefined {
  const world = query.get("world") ?? "";
  return fingerprintForm.test(world) ? world : undefined;
}

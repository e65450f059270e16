import { ConfigError } from "../core/errors.ts";
import { isBrowser } from "../core/runtime.ts";
import type { Digest, DigestCheck } from "./digest.ts";
import { downloadError, type ErrorFacts } from "./errors.ts";

const digestHeaders = ["repr-digest", "content-digest", "content-md5"];

/** Few downloads have a digest, so the code that checks it is loaded by those alone. */
function loadDigestCode(): Promise<typeof import("./digest.ts")> {
  return import("./digest.ts");
}

/**
 * Checks the option `sha256`.
 *
 * @param place - Where the bytes are hashed: in memory by `crypto.subtle`, in a file by `node:crypto`.
 * @throws {@link ConfigError} when it is not a SHA-256 in hexadecimal digits, or cannot be checked here.
 */
export async function checkSha256(value: unknown, place: "memory" | "file"): Promise<Digest> {
  const { readSha256 } = await loadDigestCode();
  return readSha256(value, place, (text) => {
    throw new ConfigError("sha256", text);
  });
}

/** Finds the digests of the whole file in a response. @param response - One whose body `fetch` has not decoded. */
export async function findDigests(response: Pick<Response, "status" | "headers">): Promise<Digest[]> {
  const { headers } = response;
  if (!digestHeaders.some((name) => headers.get(name) !== null)) return [];
  // A browser hides another origin's encoding. Without a length, nothing shows whether the body was encoded.
  if (isBrowser() && headers.get("content-length") === null) return [];
  return (await loadDigestCode()).readDigests(response);
}

/** Starts to hash a file that comes piece by piece. @returns `undefined` if there is nothing to check, or no `node:crypto`. */
export async function startDigestCheck(digests: readonly Digest[]): Promise<DigestCheck | undefined> {
  return digests.length === 0 ? undefined : (await loadDigestCode()).createDigestCheck(digests);
}

/** Checks a whole file in memory. @throws {@link DownloadError} `corrupt` when a digest does not hold. */
export async function checkBytes(facts: ErrorFacts, bytes: Uint8Array, digests: readonly Digest[]): Promise<void> {
  if (digests.length > 0) throwIfCorrupt(facts, await (await loadDigestCode()).findMismatch(bytes, digests));
}

/** Throws when a digest does not hold. @param mismatch - What the check has found. */
export function throwIfCorrupt(facts: ErrorFacts, mismatch: string | undefined): void {
  if (mismatch !== undefined) throw downloadError(facts, "corrupt", mismatch);
}

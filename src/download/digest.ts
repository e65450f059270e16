// This file is loaded only where there is a digest to check. It imports nothing, because a bundler would move what it
// shares with the page into one more file, which makes the page larger.

/** A digest that a whole file must have. */
export interface Digest {
  algorithm: Algorithm;
  /** In hexadecimal digits, in lower case. */
  value: string;
  /** The option or the header that gives it. */
  from: "sha256" | "Repr-Digest" | "Content-Digest" | "Content-MD5";
  /** The `Content-Length` beside the header. */
  length?: number | undefined;
}

/** Hashes the bytes of a file as they come. */
export interface DigestCheck {
  /** Adds the next bytes, from the first byte of the file on. */
  update(bytes: Uint8Array): void;
  /** Compares the digests; called once. @returns What is wrong, if a digest does not hold. */
  end(): string | undefined;
}

type Algorithm = keyof typeof base64Lengths;

/** Number of base64 digits of a digest, without padding. */
const base64Lengths = { "sha-256": 43, "sha-512": 86, md5: 22 };

/** Reads the option `sha256`. @param refuse - Throws an error with the fault and the fix. */
export function readSha256(value: unknown, place: "memory" | "file", refuse: (text: string) => never): Digest {
  const fix = "Pass 64 hexadecimal digits, as sha256sum prints them; base64 and prefixes are not read.";
  if (typeof value !== "string") return refuse(`it is ${value === null ? "null" : `of type ${typeof value}`}. ${fix}`);
  if (!/^[\da-f]{64}$/i.test(value)) {
    const fault = value.length === 64 ? "a character that is no hexadecimal digit" : `${value.length} characters`;
    return refuse(`${JSON.stringify(value.slice(0, 100))} has ${fault}. ${fix}`);
  }
  if (place === "file" && nodeCrypto() === undefined) {
    return refuse("there is no node:crypto to hash the file. Leave sha256 out.");
  }
  if (place === "memory" && subtleCrypto() === undefined) {
    return refuse("there is no crypto.subtle, as in pages that are served by http:. Use https:, or leave sha256 out.");
  }
  return { algorithm: "sha-256", value: value.toLowerCase(), from: "sha256" };
}

/**
 * Reads the digests of the whole file from the headers of a response whose body `fetch` has not decoded.
 * A value that cannot be read is passed over, because nobody documents what the hosts send.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9530 for `Repr-Digest` and `Content-Digest`
 * @see https://www.rfc-editor.org/rfc/rfc2616#section-14.15 for `Content-MD5`
 */
export function readDigests({ status, headers }: Pick<Response, "status" | "headers">): Digest[] {
  const length = headers.get("content-length") === null ? undefined : Number(headers.get("content-length"));
  const found: [Digest["from"], Algorithm, string][] = [];
  for (const member of parseDictionary(headers.get("repr-digest"))) found.push(["Repr-Digest", ...member]);
  // The content of a 206 is not the whole file.
  if (status === 200) {
    for (const member of parseDictionary(headers.get("content-digest"))) found.push(["Content-Digest", ...member]);
    found.push(["Content-MD5", "md5", headers.get("content-md5") ?? ""]);
  }
  return found.flatMap(([from, algorithm, base64]) => {
    const value = decodeDigest(algorithm, base64);
    return value === undefined ? [] : { algorithm, value, from, length };
  });
}

/**
 * Reads the base64 of each known algorithm. Of two members with the same name, the last one counts.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9651#name-dictionaries
 */
function parseDictionary(text: string | null): Map<Algorithm, string> {
  const digests = new Map<Algorithm, string>();
  // A comma within quotes does not end a member.
  for (const member of text?.match(/(?:"(?:\\.|[^"\\])*"?|[^,"])+/g) ?? []) {
    const [, algorithm, base64] = /^[ \t]*(sha-256|sha-512)=:([^:]*):[ \t]*(?:;.*)?$/.exec(member) ?? [];
    if (base64 !== undefined) digests.set(algorithm as Algorithm, base64); // the pattern names both algorithms
  }
  return digests;
}

function decodeDigest(algorithm: Algorithm, base64: string): string | undefined {
  const [, digits] = /^([A-Za-z\d+/]+)={0,2}$/.exec(base64) ?? [];
  if (digits?.length !== base64Lengths[algorithm]) return undefined;
  return toHex(Uint8Array.from(atob(digits), (character) => character.charCodeAt(0)));
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Makes a check for bytes that come piece by piece. A file that begins anew needs a new one.
 *
 * @returns `undefined` where there is no `node:crypto`, as in browsers: {@link findMismatch} can check bytes in memory there.
 */
export function createDigestCheck(digests: readonly Digest[]): DigestCheck | undefined {
  const crypto = nodeCrypto();
  if (crypto === undefined) return undefined;
  const hashes = new Map(digests.map(({ algorithm }) => [algorithm, createHash(crypto, algorithm)]));
  return {
    update(bytes) {
      for (const hash of hashes.values()) hash?.update(bytes);
    },
    end() {
      const found = [...hashes].map(([algorithm, hash]) => [algorithm, hash?.digest("hex")] as const);
      return compare(digests, new Map(found));
    },
  };
}

function createHash(crypto: NodeCrypto, algorithm: Algorithm): NodeHash | undefined {
  try {
    return crypto.createHash(algorithm.replace("-", ""));
  } catch (error) {
    if (algorithm === "md5") return undefined; // where FIPS 140 is enforced, there is no MD5
    throw error;
  }
}

/**
 * Checks a whole file in memory, without MD5. Where a browser hides that a body was encoded, its length shows it: then
 * the host's digests are passed over.
 *
 * @returns What is wrong, if a digest does not hold.
 */
export async function findMismatch(bytes: Uint8Array, digests: readonly Digest[]): Promise<string | undefined> {
  const subtle = subtleCrypto();
  const applicable = digests.filter(({ length = bytes.length }) => length === bytes.length);
  const found = new Map<Algorithm, string>();
  for (const { algorithm } of applicable) {
    if (subtle === undefined || algorithm === "md5" || found.has(algorithm)) continue;
    // A cast for the types of TypeScript 5.9, which tell shared memory apart.
    found.set(algorithm, toHex(new Uint8Array(await subtle.digest(algorithm, bytes as BufferSource))));
  }
  return compare(applicable, found);
}

function compare(
  digests: readonly Digest[],
  foundDigests: ReadonlyMap<Algorithm, string | undefined>,
): string | undefined {
  for (const { algorithm, value, from } of digests) {
    const found = foundDigests.get(algorithm);
    if (found === undefined || found === value) continue;
    const [giver, fix] =
      from === "sha256"
        ? ["the option sha256", "Check it, and download the file again"]
        : [`the ${from} of the content host`, "Download the file again. If this repeats, the host has a damaged file"];
    return `${giver} says ${algorithm.toUpperCase()} ${value}, but the bytes have ${found}. ${fix}`;
  }
  return undefined;
}

interface NodeCrypto {
  createHash(algorithm: string): NodeHash;
}

interface NodeHash {
  update(bytes: Uint8Array): unknown;
  digest(encoding: "hex"): string;
}

/** The module `node:crypto`, in Node, Bun and Deno. */
function nodeCrypto(): NodeCrypto | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (id: string) => NodeCrypto } };
  return process?.getBuiltinModule?.("node:crypto");
}

/** Pages that are served by `http:` have none, and some runtimes have no `crypto` at all. */
function subtleCrypto(): SubtleCrypto | undefined {
  return (globalThis as { crypto?: { subtle?: SubtleCrypto } }).crypto?.subtle;
}

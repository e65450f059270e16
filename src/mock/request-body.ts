import { ConfigError } from "../core/errors.ts";

/** The largest body of a request. */
export const maxBodyBytes = 1_000_000;

/** Reads the body of a request. @returns `undefined` if it is too large: then the rest is not read. */
export async function readBody(body: AsyncIterable<Uint8Array>): Promise<Buffer | undefined> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.length;
    if (size > maxBodyBytes) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** Parses the body of a request. @throws {@link ConfigError} when it is not JSON. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    throw new ConfigError("body", "it is not JSON. Send an object with the fields of the asset.");
  }
}

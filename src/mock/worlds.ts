import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { checkApiKey } from "../core/options.ts";
import { recall } from "./recall.ts";
import type { PlayedAsset } from "./test-assets.ts";

/**
 * Makes the fingerprint of an API key, as it is in `mock.requests`: the first 12 digits of its SHA-256.
 *
 * @throws {@link ConfigError} when it is not a key.
 */
export function keyFingerprint(apiKey: string): string {
  return digest(checkApiKey(apiKey));
}

/** @internal */
export const fingerprintForm: RegExp = /^[\da-f]{12}$/;

/** The fingerprint of the key that a request sends, if it sends one. @internal */
export function fingerprintOf({ authorization = "" }: IncomingHttpHeaders): string | undefined {
  const [, key] = /^bearer\s+(.+)$/i.exec(authorization) ?? [];
  return key && digest(key);
}

/** The first 12 digits of the SHA-256 of a text. @internal */
export function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

/** What the mock remembers of the look-ups of one key. Requests without a key share a world. @internal */
export interface World {
  /** How many answers of each sequence have been played. */
  lookUps: WeakMap<PlayedAsset, number>;
  /** How many requests have had weather, by what they were for. */
  requests: Map<string, number>;
}

/** The world of each key. @internal */
export interface Worlds {
  of(key: string | undefined): World;
  /** Begins the sequences and the weather again: of one key, or of all. */
  reset(key: string | undefined): void;
}

const maxWorlds = 10_000;

/** @internal */
export function createWorlds(): Worlds {
  const worlds = new Map<string | undefined, World>();
  return {
    of: (key) => recall(worlds, key, maxWorlds, () => ({ lookUps: new WeakMap(), requests: new Map() })),
    reset: (key) => void (key === undefined ? worlds.clear() : worlds.delete(key)),
  };
}

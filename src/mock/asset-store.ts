import { testAssets, type TestAsset } from "../../generated/document.ts";
import { ConfigError } from "../core/errors.ts";
import type { PlayedAsset } from "./test-assets.ts";

/** The assets that the mock plays: yours, and the test assets of the document. */
export interface AssetStore {
  /** Finds an asset for a key: the key's own, else one for all keys. An id that nobody knows is a ready image. */
  find(id: string, key: string | undefined): PlayedAsset;
  /** Adds an asset for a key, or for all; it may replace another one. @throws {@link ConfigError} when there are too many. */
  put(asset: PlayedAsset, key: string | undefined): void;
  /** Removes an asset that was put. @returns Whether it was there. */
  delete(id: string, key: string | undefined): boolean;
  /** Lists what a key sees: test assets by name, or what replaces them, and your own by id. */
  list(key: string | undefined): Record<string, TestAsset>;
  /** Goes back to the assets of the start: for one key, or for all. */
  reset(key: string | undefined): void;
}

/** How many assets of your own there may be. */
export const maxOwnAssets = 1000;

const documentAssets = Object.values(testAssets).map((shown): PlayedAsset => ({
  shown,
  answers: shown.answers,
  fault: shown.content,
}));
const documentAssetsById = new Map(documentAssets.map((asset) => [asset.shown.asset_id, asset]));
const image = documentAssetsById.get(testAssets.image.asset_id)!;

/** @param first - Your own assets of the start. They are for all keys. */
export function createAssetStore(first: readonly PlayedAsset[]): AssetStore {
  const firstById = new Map(first.map((asset) => [asset.shown.asset_id, asset]));
  const added = new Map<string | undefined, Map<string, PlayedAsset>>(); // by key, then by id

  function count(): number {
    return [...added.values()].reduce((total, assets) => total + assets.size, firstById.size);
  }

  return {
    find(id, key) {
      const put = added.get(key)?.get(id) ?? added.get(undefined)?.get(id);
      return put ?? firstById.get(id) ?? documentAssetsById.get(id) ?? image;
    },

    put(asset, key) {
      const assets = added.get(key) ?? new Map<string, PlayedAsset>();
      if (!assets.has(asset.shown.asset_id) && count() >= maxOwnAssets) {
        throw new ConfigError("assets", `there are ${maxOwnAssets} already. Delete some, or reset the mock.`);
      }
      added.set(key, assets.set(asset.shown.asset_id, asset));
    },

    delete(id, key) {
      const wasThere = added.get(key)?.delete(id) ?? false;
      if (added.get(key)?.size === 0) added.delete(key);
      return wasThere;
    },

    list(key) {
      const named = Object.entries(testAssets).map(([name, { asset_id }]) => [name, this.find(asset_id, key).shown]);
      const own = [...firstById, ...(added.get(undefined) ?? []), ...(added.get(key) ?? [])];
      return { ...Object.fromEntries(named), ...Object.fromEntries(own.map(([id, { shown }]) => [id, shown])) };
    },

    reset: (key) => void (key === undefined ? added.clear() : added.delete(key)),
  };
}

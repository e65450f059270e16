/** What the tests of `downloadAll` share: six assets, a server of them, and their results. */
import { downloadAll, type DownloadAllOptions, type DownloadResult } from "../../src/node.ts";
import type { AssetRef } from "../../src/index.ts";
import { clientFor } from "../download/downloads.ts";
import type { TemporaryFolder } from "../helpers/temporary-folder.ts";
import { makeBytes, readyAsset, serve, startContentServer } from "../servers/content-server.ts";
import type { AssetOf, ContentServer, ContentStep, ServeOptions } from "../servers/content-server.ts";

export const size = 200_000;
export const ids = ["asset_a", "asset_b", "asset_c", "asset_d", "asset_e", "asset_f"];
export const fileNames = ids.map((id) => `${id}.png`);
/** The first half arrives, then nothing. */
export const stalled: ServeOptions = { sent: size / 2, fault: "stall" };

export type Assets = Iterable<AssetRef> | AsyncIterable<AssetRef>;

export function bytesOf(id: string): Buffer {
  return makeBytes(size, id);
}

export function idIn(path: string): string {
  return path.slice(1).split("?")[0]!;
}

/** The asset of each id has bytes, a URL and a file name of its own. */
export const assetOfId: AssetOf = (url, lookUp, id) => ({
  ...readyAsset(size)(url, lookUp),
  signed_url: `${url}/${id}?signature=s1`,
  original_filename: `${id}.png`,
});

/** @param steps - How the content of an asset is served, by its id; others arrive whole. */
export function startServerOfMany(
  steps: Record<string, ContentStep | ServeOptions> = {},
  assetOf = assetOfId,
): Promise<ContentServer> {
  return startContentServer(assetOf, (request) => {
    const id = idIn(request.path);
    const step = steps[id];
    return (typeof step === "function" ? step : serve(bytesOf(id), step))(request);
  });
}

/** Serves every asset in the same way. */
export function everyAsset<T>(step: T): Record<string, T> {
  return Object.fromEntries(ids.map((id) => [id, step]));
}

export function saveAll(
  server: ContentServer,
  assets: Assets,
  folder: TemporaryFolder,
  options?: DownloadAllOptions,
): AsyncGenerator<DownloadResult, void> {
  return downloadAll(clientFor(server), assets, folder.path, options);
}

export async function collect(results: AsyncIterable<DownloadResult>): Promise<DownloadResult[]> {
  const collected = [];
  for await (const result of results) collected.push(result);
  return collected;
}

/** The ids of the assets that were saved, sorted. */
export function savedIds(results: DownloadResult[]): string[] {
  return results
    .flatMap(({ asset, file }) => (file === undefined ? [] : [typeof asset === "string" ? asset : asset.asset_id]))
    .toSorted();
}

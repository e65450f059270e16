// Compiled as ES module and as CommonJS, without Node's types and with them; run on the oldest Node that is supported.
import { createClient, type Download, type Progress } from "chenyu-assets";
import { downloadAll, downloadToFile, type DownloadResult, type SavedFile } from "chenyu-assets/node";

declare const process: { argv: string[] };

async function main(): Promise<void> {
  const [, , baseUrl, folder] = process.argv as [string, string, string, string];
  const chenyu = createClient({ apiKey: "any", baseUrl });
  const download: Download = await chenyu.assets.download("asset_1", { range: { start: 1, end: 4 } });
  const events: Progress[] = [];
  const options = { overwrite: "replace", onProgress: (progress: Progress) => events.push(progress) } as const;
  const file: SavedFile = await downloadToFile(chenyu, "asset_1", `${folder}/one.bin`, options);
  const all: DownloadResult[] = [];
  for await (const result of downloadAll(chenyu, ["asset_2", "asset_404"], folder, { concurrency: 1 }))
    all.push(result);
  const ends = all.map(({ asset, file: saved, error }) => [asset, saved?.path ?? (error as Error).name]);
  console.log(JSON.stringify([await download.text(), file.size, events[events.length - 1]?.receivedBytes, ends]));
}

void main();

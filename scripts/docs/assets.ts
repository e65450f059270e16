/** The page of the mock's test assets: each with its id, what it shows, and a line to copy. */
import type { OpenApiDocument } from "../document.ts";
import { groupOf, testAssetGroups } from "../test-assets.ts";
import { mockUrl, type Page } from "./page.ts";
import { fence } from "./reference.ts";
import type { Word } from "./words.ts";

/** The line that looks an asset up on the mock. */
export function curlLine(document: OpenApiDocument, name: string): string {
  const asset = document["x-test-assets"][name]!;
  const [path] = Object.keys(document.paths);
  return `curl -i -H "Authorization: Bearer any" ${mockUrl}${path!.replace("{asset_id}", asset.asset_id)}`;
}

export function testAssetsPage(document: OpenApiDocument, words: Record<Word, string>): Page {
  const groups = testAssetGroups.map((group) => {
    const assets = Object.entries(document["x-test-assets"]).filter(([, asset]) => groupOf(document, asset) === group);
    const entries = assets.map(
      ([name, { asset_id, summary }]) =>
        `### \`${name}\` {#${name}}\n\n${summary}\n\n${fence("text", asset_id)}\n\n${fence("sh", curlLine(document, name))}\n`,
    );
    return `## ${words[`assets.${group}`]} {#${group}}\n\n${entries.join("\n")}`;
  });
  const body = `${words["assets.intro"]}\n\n${groups.join("\n")}`;
  return { slug: "test-assets", title: words["assets.title"], description: words["assets.description"], body };
}

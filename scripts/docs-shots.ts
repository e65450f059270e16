/**
 * Takes pictures of the built docs, in both languages, by day and by night, on a desktop and on a phone: `dist/shots/`.
 *
 *     npm run docs && npm run docs:shots
 */
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { startBrowser } from "./docs/browser.ts";
import { serveDocs } from "./docs/server.ts";

const [docs, shots] = ["docs", "shots"].map((name) => fileURLToPath(new URL(`../dist/${name}`, import.meta.url)));
const paths = [
  "",
  "api/",
  "guide/download/",
  "guide/options/",
  "sdk/",
  "test-assets/",
  "errors/",
  "errors/api-rejected/",
];
const widths = [360, 1280];

await mkdir(shots!, { recursive: true });
const site = await serveDocs(docs!, process.env.DOCS_BASE);
const browser = await startBrowser(process.env.CHROMIUM ?? "chromium");
const page = await browser.newPage();
for (const language of ["en", "zh"]) {
  for (const path of paths) {
    for (const width of widths) {
      for (const colorScheme of ["light", "dark"] as const) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme });
        await page.goto(`${site.url}${language}/${path}`);
        const name = `${language}-${path.replaceAll("/", "-")}${width}-${colorScheme}.png`;
        await page.screenshot({ path: `${shots}/${name}` });
      }
    }
  }
}
await browser.close();
await site.close();
console.log("docs: pictures in dist/shots/");

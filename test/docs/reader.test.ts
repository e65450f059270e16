/** The site in a real Chromium whose network is cut, as a reader uses it. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, inject, test } from "vitest";
import { axePath, startBrowser, type BrowserPage, type PageOptions } from "../../scripts/docs/browser.ts";
import { findProgram } from "../helpers/programs.ts";

const { folder, url } = inject("site");
const below = inject("siteBelow");
const chromium = findProgram("chromium");
const browser = chromium === undefined ? undefined : await startBrowser(chromium);
afterAll(() => browser?.close());

const names = await readdir(folder, { recursive: true });
const paths = names.flatMap((name) => /^((?:en|zh)\/.*)index\.html$/.exec(name)?.[1] ?? []).toSorted();
const widths = [320, 800, 1152, 1600]; // 800 and 1152 are where the theme changes its layout

/** A page that writes down what should not happen: an error, or a request that leaves this site. */
async function openPage(
  options: PageOptions = {},
): Promise<{ page: BrowserPage; faults: string[]; bytes: () => Promise<number> }> {
  const page = await browser!.newPage(options);
  const faults: string[] = [];
  page.on("console", (message) => message.type() === "error" && faults.push(`console: ${message.text()}`));
  page.on("pageerror", ({ message }) => faults.push(`error: ${message}`));
  page.on("request", (request) => {
    const { origin } = new URL(request.url());
    if (![url, below.url].some((own) => own.startsWith(`${origin}/`))) faults.push(`request: ${request.url()}`);
  });
  const bytes = (): Promise<number> =>
    page.evaluate(`performance.getEntries().reduce((sum, entry) => sum + (entry.transferSize ?? 0), 0)`);
  return { page, faults, bytes };
}

async function search(page: BrowserPage, text: string): Promise<string> {
  await page.keyboard.press("Control+k");
  await page.locator("input.pagefind-ui__search-input").fill(text);
  await page.locator(".pagefind-ui__result-link").first().waitFor();
  return page.locator(".pagefind-ui__results").innerText();
}

describe.skipIf(browser === undefined)("in Chromium", () => {
  test(
    "every page renders without an error, no request leaves, and nothing scrolls sideways from 320 to 1600 px",
    { timeout: 600_000 },
    async () => {
      const { page, faults } = await openPage();
      const wide: string[] = [];
      for (const path of paths) {
        await page.goto(url + path);
        for (const width of widths) {
          await page.setViewportSize({ width, height: 800 });
          const scrollWidth = await page.evaluate<number>("document.documentElement.scrollWidth");
          if (scrollWidth > width) wide.push(`${path} at ${width}: ${scrollWidth}`);
        }
      }
      expect(wide).toEqual([]);
      expect(faults).toEqual([]);
      await page.close();
    },
  );

  test.each([
    ["en", "asset_id", /asset_id/],
    ["en", "waitUntilReady", /waitUntilReady/],
    ["zh", "资源", /资源/],
    ["zh", "已过期", /已过期/],
    ["zh", "asset_id", /asset_id/],
    ["zh", "限流", /限流/],
  ])("search in %s finds %s, without a request that leaves", async (language, text, expected) => {
    const { page, faults } = await openPage();
    await page.goto(`${url}${language}/`);
    expect(await search(page, text)).toMatch(expected);
    expect(faults).toEqual([]);
    await page.close();
  });

  test("below another base path, pages, search and the language switch work", async () => {
    const { page, faults } = await openPage();
    await page.goto(`${below.url}zh/`);
    expect(await search(page, "审核")).toMatch(/审核/);
    await page.goto(`${below.url}zh/guide/wait/`);
    await page.locator("[data-language-switch]").first().click();
    await page.waitForURL(/\/pages\/chenyu-assets\/en\/guide\/wait\/$/);
    expect(faults).toEqual([]);
    await page.close();
  });

  test("the first page leads a reader of Chinese to Chinese, and anybody else to English", async () => {
    for (const [locale, expected] of [
      ["zh-CN", /\/zh\/$/],
      ["zh-TW", /\/zh\/$/],
      ["en-GB", /\/en\/$/],
      ["fr-FR", /\/en\/$/],
    ] as const) {
      const { page } = await openPage({ locale });
      await page.goto(url);
      await page.waitForURL(expected);
      await page.close();
    }
  });

  test("without JavaScript, the first page has links, and the landing page its text and its code", async () => {
    const { page } = await openPage({ javaScriptEnabled: false });
    await page.goto(url);
    await page.locator('a[href="zh/"]').click();
    await page.waitForURL(/\/zh\/$/);
    const text = await page.locator("main").innerText();
    expect(text).toContain("startMockServer({ listen: false })");
    expect(text).toContain("资源");
    await page.close();
  });

  test("a deep link lands on its field, in a new tab, too", async () => {
    const { page } = await openPage();
    await page.goto(`${url}en/api/`);
    const opened = page.context().waitForEvent("page");
    opened.catch(() => {}); // the click fails first
    await page
      .locator('.sl-markdown-content p a[href="#AssetResponse"]')
      .first()
      .click({ modifiers: ["Control"] });
    const tab = await opened;
    await tab.waitForURL(/\/en\/api\/#Asset/);
    await tab.goto(`${url}zh/api/#Asset.signed_url`);
    const top = await tab.evaluate<number>('document.getElementById("Asset.signed_url").getBoundingClientRect().top');
    expect(top).toBeGreaterThanOrEqual(0);
    expect(top).toBeLessThan(300);
    await page.close();
  });

  test("the language switch keeps the page and the heading", async () => {
    const { page } = await openPage();
    await page.goto(`${url}en/api/#Asset.expires_at`);
    await page.waitForTimeout(300); // the browser scrolls there
    await page.locator("[data-language-switch]").first().click();
    await page.waitForURL(/\/zh\/api\/#Asset\.expires_at$/);
    await page.close();
  });

  test("a copy button copies the line, for the server that the reader has chosen", async () => {
    const { page } = await openPage({ permissions: ["clipboard-read", "clipboard-write"] });
    await page.goto(`${url}zh/api/`);
    const copied = async (): Promise<string> => {
      await page.locator("code-tabs .expressive-code:not([hidden]) .copy button").first().click();
      return page.evaluate("navigator.clipboard.readText()");
    };
    expect(await copied()).toContain("https://www.chenyu.cn/api/open/v2/assets/asset_38d2ff7769fb3b7267039941547e6a78");
    await page.locator('code-tabs input[value="mock"]').first().click();
    expect(await copied()).toContain("http://127.0.0.1:4010/api/open/v2/assets/asset_38d2ff7769fb3b7267039941547e6a78");
    await page.close();
  });

  test("a sample's language, once chosen, is shown after a reload", async () => {
    const { page } = await openPage();
    await page.goto(`${url}en/api/`);
    await page.locator('[role="tab"]:text("Python")').first().click();
    await page.goto(`${url}en/api/`);
    expect(await page.locator("code-tabs .expressive-code:not([hidden])").first().innerText()).toContain(
      "import requests",
    );
    await page.close();
  });

  test("“try it” asks the mock on this machine, and no other host", async () => {
    const { page } = await openPage();
    await page.goto(`${url}en/api/`);
    const server = page.locator("try-it input").first();
    await server.fill(inject("docsMock"));
    await page.locator("try-it select").selectOption("asset_7e570000000000000000000000001001");
    await page.locator("try-it button").click();
    await page.locator("try-it output pre").waitFor();
    expect(await page.locator("try-it output").innerText()).toMatch(/^HTTP 200[^]*"code": 1001/);
    await server.fill("https://www.chenyu.cn");
    await page.locator("try-it button").click();
    await page.locator('try-it output:text("Only this machine")').waitFor();
    await page.close();
  });

  test("axe-core finds no serious fault, by day and by night", { timeout: 120_000 }, async () => {
    const axe = await readFile(axePath(), "utf8");
    const { page } = await openPage();
    const faults: string[] = [];
    for (const path of [
      "en/",
      "zh/",
      "en/api/",
      "zh/api/",
      "zh/guide/options/",
      "en/test-assets/",
      "zh/errors/",
      "en/errors/api-rejected/",
      "en/sdk/",
      "zh/sdk/mock/",
    ]) {
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        await page.goto(url + path);
        await page.waitForTimeout(500); // blocks of code that scroll become reachable by key when the browser is idle
        await page.evaluate(axe);
        const found = await page.evaluate<string[]>(
          `axe.run().then(({ violations }) => violations.filter(({ impact }) => impact === "serious" || impact === "critical")
            .flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ html, failureSummary }) => id + ": " + html.slice(0, 150) + " " + failureSummary.slice(0, 200))))`,
        );
        faults.push(...found.map((fault) => `${path} ${colorScheme}: ${fault}`));
      }
    }
    expect(faults).toEqual([]);
    await page.close();
  });

  test("the landing page takes less than 60 kB, any page less than 3 MB", { timeout: 120_000 }, async () => {
    const sizes: string[] = [];
    for (const path of ["en/", "zh/", "en/api/", "zh/api/", "zh/guide/options/", "zh/test-assets/", "en/sdk/"]) {
      const { page, bytes } = await openPage();
      await page.goto(url + path);
      await page.waitForTimeout(500);
      const size = await bytes();
      const loaded = await page.evaluate<number>('performance.getEntriesByType("navigation")[0].loadEventEnd');
      sizes.push(`${path}: ${(size / 1000).toFixed(1)} kB, loaded in ${Math.round(loaded)} ms`);
      expect(size, path).toBeLessThan(path.length === 3 ? 60_000 : 3_000_000);
      await page.close();
    }
    console.log(sizes.join("\n"));
  });
});

test("no page is larger than 3 MB on disk", async () => {
  for (const path of paths)
    expect((await readFile(join(folder, path, "index.html"))).length, path).toBeLessThan(3_000_000);
});

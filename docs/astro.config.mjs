/**
 * The docs site. Its pages come from `scripts/docs.ts`, which writes them to `DOCS_FOLDER` and then runs this build.
 *
 * `DOCS_BASE` is the path that the site is served below, `DOCS_SIDEBAR` what the sidebar lists.
 */
import { satteri } from "@astrojs/markdown-satteri";
import starlight from "@astrojs/starlight";
import { defineConfig, passthroughImageService } from "astro/config";

const sidebar = JSON.parse(process.env.DOCS_SIDEBAR ?? "[]");

/** The page may load its own files and ask a mock on this machine: nobody else is asked, whatever a page contains. */
const policy = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'", // the search is WebAssembly
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self' http://127.0.0.1:* http://localhost:*",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** The theme loads its search when the browser is idle. On a busy machine that is never, so here it is after a second. */
const idleWithinASecond = `
  const whenIdle = window.requestIdleCallback?.bind(window);
  if (whenIdle) window.requestIdleCallback = (work, options) => whenIdle(work, { timeout: 1000, ...options });
`;

/** A link with the title `evidence: …` says how well a fact is known. It is shown as a badge. */
const evidenceBadges = {
  name: "evidence-badges",
  element: {
    filter: ["a"],
    visit(node, context) {
      const [, evidence] = /^evidence: (\w+)$/.exec(node.properties?.title ?? "") ?? [];
      if (evidence === undefined) return;
      context.setProperty(node, "className", ["evidence", evidence]);
      context.setProperty(node, "title", null);
    },
  },
};

export default defineConfig({
  base: process.env.DOCS_BASE ?? "/",
  cacheDir: `${process.env.DOCS_FOLDER}/cache`,
  outDir: process.env.DOCS_OUTPUT,
  trailingSlash: "always",
  image: { service: passthroughImageService() },
  markdown: {
    processor: satteri({
      features: { headingAttributes: true, smartPunctuation: false },
      hastPlugins: [evidenceBadges],
    }),
  },
  integrations: [
    starlight({
      title: "chenyu-assets",
      defaultLocale: "en",
      locales: { en: { label: "English", lang: "en" }, zh: { label: "简体中文", lang: "zh-CN" } },
      sidebar,
      customCss: ["./src/styles/site.css"],
      components: {
        Head: "./src/components/Head.astro",
        LanguageSelect: "./src/components/LanguageSelect.astro",
        PageTitle: "./src/components/PageTitle.astro",
        SiteTitle: "./src/components/SiteTitle.astro",
      },
      head: [{ tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: policy } }, { tag: "script", content: idleWithinASecond }],
      expressiveCode: {
        themes: ["github-dark-high-contrast", "github-light"],
        defaultProps: { overridesByLang: { sh: { frame: "none" } } },
        styleOverrides: {
          borderRadius: "6px",
          frames: {
            editorActiveTabIndicatorTopColor: "transparent",
            editorActiveTabIndicatorBottomColor: "var(--sl-color-text-accent)",
            frameBoxShadowCssValue: "none",
          },
        },
      },
      disable404Route: true,
      credits: false,
    }),
  ],
});

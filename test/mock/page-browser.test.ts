/** The page at `/` in Chromium: nothing is blocked or loaded, everything can be read, nothing scrolls sideways. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { startMockServer } from "../../src/mock.ts";
import { answerPage } from "../../src/mock/page.ts";
import { openTab, type Tab } from "../helpers/chromium.ts";
import { findProgram } from "../helpers/programs.ts";
import { lookUp } from "./look-up.ts";

const chromium = findProgram("chromium");

/** Texts that take as much room as they can, and would be markup. */
const long = `<script>alert(1)</script>${"W".repeat(300)}\u202e图${"像".repeat(100)}`;
const longId = `<b>${"W".repeat(200)}`;
const hostileAssets = Object.fromEntries(
  [longId, "a"].map((id) => [`${id}${long}`, { asset_id: id, summary: `${long} \`${long}\`` }]),
);

describe.skipIf(chromium === undefined)("Chromium", { timeout: 60_000 }, () => {
  let tab: Tab;
  const urls: string[] = [];
  const requested: string[] = [];
  const closers: (() => unknown)[] = [];

  beforeAll(async () => {
    const mock = await startMockServer({ onRequest: ({ path }) => requested.push(path) });
    for (const { asset_id } of Object.values(testAssets)) await lookUp(mock, asset_id);
    await fetch(`${mock.url}/${"x".repeat(2000)}`);
    const hostile = createServer(({ method = "", url = "" }, response) => {
      requested.push(url);
      const origin = `http://${"w".repeat(63)}.example`;
      const requests = mock.requests.map((request) => ({
        ...request,
        method: long,
        path: long,
        testAsset: { ...testAssets.image, summary: long },
      }));
      const { status, headers, body } = answerPage({ method, url, headers: {}, origin }, hostileAssets, requests);
      response.writeHead(status, headers).end(body);
    });
    await once(hostile.listen(0, "127.0.0.1"), "listening");
    urls.push(`${mock.url}/`, `http://127.0.0.1:${(hostile.address() as AddressInfo).port}/`);
    requested.length = 0;
    tab = await openTab(chromium!);
    closers.push(
      () => tab[Symbol.asyncDispose](),
      () => mock.close(),
      () => hostile.closeAllConnections(),
      () => hostile.close(),
    );
  }, 60_000);

  afterAll(async () => {
    for (const close of closers) await close();
  });

  /** Opens the page, with all its commands unfolded. */
  async function show(url: string, width: number, scheme = "light"): Promise<void> {
    const features = [{ name: "prefers-color-scheme", value: scheme }];
    await tab.send("Emulation.setEmulatedMedia", { features });
    const size = { width, height: 800, deviceScaleFactor: 1, mobile: width < 500 };
    await tab.send("Emulation.setDeviceMetricsOverride", size);
    await tab.open(url);
    await tab.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true })");
  }

  test.each([320, 360, 895, 896, 1280, 1600])("shows nothing beside the window at %i px", async (width) => {
    for (const url of urls) {
      await show(url, width);
      expect(await tab.evaluate("[innerWidth, document.documentElement.scrollWidth <= innerWidth]")).toEqual([
        width,
        true,
      ]);
      // Also nothing that is cut off, or that lies over what is beside it.
      const wide = await tab.evaluate(`[...document.querySelectorAll("body *")].filter((element) =>
        element.clientWidth > 0 && element.scrollWidth > element.clientWidth).map((element) => element.outerHTML.slice(0, 99))`);
      expect(wide).toEqual([]);
    }
  });

  test.each([
    ["light", "rgb(255, 255, 255)"],
    ["dark", "rgb(20, 23, 26)"],
  ])("shows all texts with a contrast of at least 4.5 in %s", async (scheme, background) => {
    for (const width of [360, 1280]) {
      await show(urls[0]!, width, scheme);
      expect(await tab.evaluate("getComputedStyle(document.body).backgroundColor")).toBe(background);
      const contrasts = await tab.evaluate<[contrast: number, text: string][]>(`(${measureContrasts})()`);
      expect(contrasts.length).toBeGreaterThan(150);
      expect(contrasts.filter(([contrast]) => contrast < 4.5)).toEqual([]);
    }
  });

  test.each([360, 1280])("selects an id or a command whole at a click, at %i px", async (width) => {
    await show(urls[0]!, width);
    for (const box of ["dd .copy", ".assets td > .copy", "details .copy"]) {
      const [x, y, text] = await tab.evaluate<[number, number, string]>(`(() => {
        const box = document.querySelector(${JSON.stringify(box)});
        box.scrollIntoView({ block: "center" });
        const { left, top } = box.getBoundingClientRect();
        return [left + 40, top + 12, box.textContent];
      })()`);
      const click = { x, y, button: "left", clickCount: 1 };
      for (const type of ["mousePressed", "mouseReleased"]) {
        await tab.send("Input.dispatchMouseEvent", { type, ...click });
      }
      expect(await tab.evaluate("getSelection().toString()")).toBe(text);
    }
  });

  test("shows where the keyboard is", async () => {
    await show(urls[0]!, 1280);
    const seen: string[] = [];
    for (let count = 0; count < 5; count++) {
      for (const type of ["keyDown", "keyUp"]) {
        await tab.send("Input.dispatchKeyEvent", { type, key: "Tab", code: "Tab", windowsVirtualKeyCode: 9 });
      }
      const outline = "getComputedStyle(document.activeElement).outline";
      expect(await tab.evaluate(outline)).toMatch(/^rgb\(5, 80, 174\) solid 3px$/);
      seen.push(await tab.evaluate("document.activeElement.textContent"));
    }
    expect(seen).toEqual(["Test assets", "Last requests", "Requests as JSON", "Health", "curl"]);
  });

  test("loads nothing but the page, and reports nothing", async () => {
    for (const url of urls) await show(url, 1280);
    const sent = tab.events.filter(({ method }) => method === "Network.requestWillBeSent");
    expect(new Set(sent.map(({ params }) => params.request.url))).toEqual(new Set(urls));
    expect(new Set(requested)).toEqual(new Set(["/"]));
    const reports =
      /^(Log\.entryAdded|Audits\.issueAdded|Runtime\.(consoleAPICalled|exceptionThrown)|Page\.javascriptDialog)/;
    expect(tab.events.filter(({ method }) => reports.test(method))).toEqual([]);
  });
});

/** Runs in the page. @see https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
const measureContrasts = `function () {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const luminance = (color) => {
    const [red, green, blue] = channels(color).map((value) => value / 255)
      .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const backgroundOf = (element) => {
    const { backgroundColor } = getComputedStyle(element);
    return channels(backgroundColor)[3] === 0 ? backgroundOf(element.parentElement) : backgroundColor;
  };
  return [...document.querySelectorAll("body, body *")]
    .filter((element) => [...element.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim() !== ""))
    .map((element) => {
      const levels = [getComputedStyle(element).color, backgroundOf(element)].map(luminance).sort((a, b) => b - a);
      return [(levels[0] + 0.05) / (levels[1] + 0.05), element.textContent.slice(0, 40)];
    });
}`;

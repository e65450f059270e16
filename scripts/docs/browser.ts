/** The installed Chromium, driven by Playwright, with every network but this machine's cut off. */
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";

/** The little that we use of Playwright's types: it is installed in `docs/` alone. */
export interface BrowserPage {
  goto(url: string): Promise<unknown>;
  evaluate<T>(work: string): Promise<T>;
  screenshot(options: { path: string; fullPage?: boolean }): Promise<unknown>;
  setViewportSize(size: { width: number; height: number }): Promise<void>;
  emulateMedia(options: { colorScheme: "light" | "dark" }): Promise<void>;
  waitForTimeout(ms: number): Promise<void>;
  waitForURL(url: RegExp): Promise<void>;
  url(): string;
  locator(selector: string): BrowserLocator;
  on(event: string, listener: (value: BrowserEvent) => void): void;
  keyboard: { press(key: string): Promise<void> };
  context(): { waitForEvent(event: "page"): Promise<BrowserPage> };
  close(): Promise<void>;
}

export interface BrowserLocator {
  first(): BrowserLocator;
  click(options?: { modifiers: "Control"[] }): Promise<void>;
  fill(text: string): Promise<void>;
  selectOption(value: string): Promise<unknown>;
  waitFor(): Promise<void>;
  count(): Promise<number>;
  innerText(): Promise<string>;
  getAttribute(name: string): Promise<string | null>;
}

interface BrowserEvent {
  message: string;
  type(): string;
  text(): string;
  url(): string;
}

export interface PageOptions {
  locale?: string;
  javaScriptEnabled?: boolean;
  permissions?: string[];
}

export interface Browser {
  newPage(options?: PageOptions): Promise<BrowserPage>;
  close(): Promise<void>;
}

const require = createRequire(new URL("../../docs/package.json", import.meta.url));

/** Starts Chromium, from the path or the name of its program. Names that are not of this machine are not found. */
export async function startBrowser(program: string): Promise<Browser> {
  const { chromium } = require("playwright-core");
  return chromium.launch({
    executablePath: execFileSync("sh", ["-c", 'command -v "$1"', "sh", program], { encoding: "utf8" }).trim(),
    args: ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
  });
}

/** The source of axe-core, which finds faults of accessibility in a page. */
export function axePath(): string {
  return require.resolve("axe-core/axe.min.js");
}

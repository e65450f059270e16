import { createHash } from "node:crypto";
import { getAssetPath, version, type TestAsset } from "../../generated/document.ts";
import { fillPath } from "../core/asset-ref.ts";
import { isLoopback } from "../core/runtime.ts";
import type { MockRequest } from "./journal.ts";
import { style } from "./page-style.ts";
import { textResponse, type MockResponse } from "./response.ts";
import { healthPath, requestsPath, resetPath, type RequestHead } from "./routes.ts";

/** What the page says about an asset. Users may have chosen the texts. */
type ShownAsset = Pick<TestAsset, "asset_id" | "summary">;

/** Answers a request for the page that says what the mock is. The page has no script and loads nothing. */
export function answerPage(
  { method, origin }: RequestHead,
  assets: Readonly<Record<string, ShownAsset>>,
  requests: readonly MockRequest[],
): MockResponse {
  if (!["GET", "HEAD"].includes(method)) return textResponse(405, "Use GET.", { Allow: "GET, HEAD" });
  return { status: 200, headers, body: makePage(origin, Object.entries(assets), requests.slice(-20).reverse()).html };
}

function makePage(origin: string, assets: [name: string, ShownAsset][], requests: MockRequest[]): Markup {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mock of the Chenyu asset API</title>
<link rel="icon" href="data:,">
<style>${{ html: style }}</style>
</head>
<body>
<h1>Mock of the Chenyu asset API</h1>
<p>This test server answers like the asset API of Chenyu Cloud (<span lang="zh-CN">晨羽智云</span>). It needs no account
and no real key. The asset id in a request decides what happens.</p>
<nav><a href="#assets">Test assets</a> <a href="#requests">Last requests</a>
<a href="${origin}${requestsPath}">Requests as JSON</a> <a href="${origin}${healthPath}">Health</a></nav>
<p class="hint">Click a grey box to select all of its text.</p>
<dl>
<dt>Your app</dt>
<dd>${copyable(`CHENYU_BASE_URL=${origin} CHENYU_API_KEY=any${allowHost(new URL(origin))}`)}
Environment variables for <code>chenyu-assets</code>. In other clients, use this base URL.</dd>
<dt>Try it</dt>
<dd>${assets.slice(0, 1).map(([, { asset_id }]) => copyable(lookUpCommand(origin, asset_id)))}</dd>
<dt>Key</dt>
<dd>Any key is accepted, except keys that start with <code>cy_invalid</code>: they get 401.</dd>
<dt>Start again</dt>
<dd>${copyable(`curl -X POST "${origin}${resetPath}"`)}
This removes the requests below and assets that were put, and starts sequences such as “ready on the third look-up” again.</dd>
</dl>
<h2 id="assets">Test assets</h2>
<table class="assets">
<thead><tr><th scope="col">Name</th><th scope="col">Asset id</th><th scope="col">What happens</th></tr></thead>
<tbody>
${assets.map(([name, asset]) => assetRow(origin, name, asset))}
<tr><th scope="row">any other id</th><td></td><td>Ready image</td></tr>
</tbody>
</table>
<h2 id="requests">Last requests</h2>
${requests.length === 0 ? markup`<p>None yet. Send one, then reload this page.</p>` : requestTable(requests)}
<footer>chenyu-assets ${version}, unofficial</footer>
</body>
</html>
`;
}

function assetRow(origin: string, name: string, { asset_id, summary }: ShownAsset): Markup {
  return markup`<tr><th scope="row">${name === asset_id ? "" : name}</th><td>${copyable(asset_id)}</td><td>${summaryText(summary)}
<details><summary>curl</summary>${copyable(lookUpCommand(origin, asset_id))}</details></td></tr>
`;
}

function requestTable(requests: MockRequest[]): Markup {
  return markup`<p class="hint">The newest is first. Reload this page to see newer ones.</p>
<table class="requests">
<thead><tr><th scope="col">Time (UTC)</th><th scope="col">Status</th><th scope="col">ms</th>
<th scope="col">Request</th><th scope="col">Test asset</th></tr></thead>
<tbody>
${requests.map(requestRow)}</tbody>
</table>`;
}

function requestRow({ time, status, durationMs, method, path, testAsset }: MockRequest): Markup {
  return markup`<tr><td><time datetime="${time}">${time.slice(11, 19)}</time></td>
<td>${status < 400 ? `${status}` : markup`<strong>${status}</strong>`}</td><td>${durationMs.toFixed(1)}</td>
<td><code>${method} ${path.length > 200 ? `${path.slice(0, 200)}…` : path}</code></td>
<td>${summaryText(testAsset?.summary ?? "")}</td></tr>
`;
}

/** Shows a text that one click selects whole. */
function copyable(text: string): Markup {
  return markup`<code class="copy">${text}</code>`;
}

/** Shows what is between backticks as code. In `<bdi>`, text from right to left cannot turn what is beside it. */
function summaryText(summary: string): Markup {
  return markup`<bdi>${{ html: escape(summary).replace(/`([^`]+)`/g, "<code>$1</code>") }}</bdi>`;
}

/** Makes a command for any shell: of what an encoded id can contain, only `!` has a meaning between double quotes. */
function lookUpCommand(origin: string, id: string): string {
  return `curl -H "Authorization: Bearer any" "${origin}${fillPath(getAssetPath, id).replaceAll("!", "%21")}"`;
}

/** Makes the setting without which `chenyu-assets` refuses `http:` to another machine. */
function allowHost({ protocol, hostname }: URL): string {
  return protocol === "https:" || isLoopback(hostname) ? "" : ` CHENYU_ALLOW_INSECURE_HOSTS=${hostname}`;
}

/** Text that is HTML. All other text is escaped. */
interface Markup {
  html: string;
}

function markup(texts: TemplateStringsArray, ...values: (Markup | Markup[] | string | number)[]): Markup {
  const toHtml = (value: Markup | string | number): string =>
    typeof value === "object" ? value.html : escape(`${value}`);
  return { html: String.raw({ raw: texts }, ...values.map((value) => [value].flat().map(toHtml).join(""))) };
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}

const headers = {
  "Content-Type": "text/html; charset=utf-8",
  "Cache-Control": "no-store",
  "Content-Security-Policy": [
    "default-src 'none'",
    `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
    "img-src data:", // the empty icon, which spares a request for /favicon.ico
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

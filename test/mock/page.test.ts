/** The page at `/`, as text. How a browser shows it: see page-browser.test.ts. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { startMockServer, type MockRequest } from "../../src/mock.ts";
import { answerPage } from "../../src/mock/page.ts";
import { findProgram } from "../helpers/programs.ts";
import { authorization, lookUp, pathOf, requestContent } from "./look-up.ts";

const mock = await startMockServer();
afterAll(() => mock.close());
beforeEach(() => mock.reset());

const run = promisify(execFile);
const curl = findProgram("curl");
const { image, drops, notFound } = testAssets;

async function read(url = `${mock.url}/`): Promise<string> {
  const response = await mock.fetch(url);
  expect(response.status).toBe(200);
  return response.text();
}

/** Makes the page of other assets and requests. */
function render(assets: Parameters<typeof answerPage>[1], requests: MockRequest[] = [], origin = mock.url): string {
  return String(answerPage({ method: "GET", url: "/", headers: {}, origin }, assets, requests).body);
}

/** Lists the texts of the boxes that a click selects. */
function boxesOf(page: string): string[] {
  return [...page.matchAll(/<code class="copy">(.*?)<\/code>/g)].map(([, text]) =>
    text!.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code))),
  );
}

const requestsOf = (page: string): string[] =>
  [...page.matchAll(/<td><code>(.*?)<\/code><\/td>/g)].map(([, text]) => text!);

test("the page says how to use the mock, in the words of its introduction", async () => {
  const page = await read();
  expect(boxesOf(page).slice(0, 3)).toEqual([
    `CHENYU_BASE_URL=${mock.url} CHENYU_API_KEY=any`,
    `curl -H "Authorization: Bearer any" "${mock.url}${pathOf(image.asset_id)}"`,
    `curl -X POST "${mock.url}/__mock/reset"`,
  ]);
  expect(page).toContain("keys that start with <code>cy_invalid</code>: they get 401.");
  expect(page).toContain('<html lang="en">');
  expect(page).toContain('<link rel="icon" href="data:,">'); // else browsers request /favicon.ico
  expect(page).toContain("<title>Mock of the Chenyu asset API</title>");
});

test("it lists assets of one's own by their ids", async () => {
  const own = await startMockServer({ assets: { "asset_<b>": { summary: "Own <b>" } }, listen: false });
  const text = await (await own.fetch(`${own.url}/`)).text();
  expect(boxesOf(text)).toContain("asset_<b>");
  expect(text).toContain(
    '<tr><th scope="row"></th><td><code class="copy">asset_&#60;b&#62;</code></td><td><bdi>Own &#60;b&#62;',
  );
  await own.close();
});

test("its links lead to routes of the mock", async () => {
  const links = [...(await read()).matchAll(/<a href="([^"#]+)"/g)].map(([, link]) => link!);
  expect(links).toEqual([`${mock.url}/__mock/requests`, `${mock.url}/__mock/health`]);
  for (const link of links) expect((await fetch(link)).status).toBe(200);
});

test("it lists the test assets with their ids, each with a command, and what any other id does", async () => {
  const page = await read();
  const expected = Object.values(testAssets).flatMap(({ asset_id }) => [
    asset_id,
    `curl -H "Authorization: Bearer any" "${mock.url}${pathOf(asset_id)}"`,
  ]);
  expect(boxesOf(page).slice(3)).toEqual(expected);
  for (const name of Object.keys(testAssets)) expect(page).toContain(`<th scope="row">${name}</th>`);
  expect(page).toContain("<bdi>Ready video whose content ignores <code>Range</code></bdi>");
  expect(page).toContain('<tr><th scope="row">any other id</th><td></td><td>Ready image</td></tr>');
});

describe("the last requests", () => {
  test("are twenty, newest first, without those for the page itself", async () => {
    for (let count = 1; count <= 25; count++) await mock.fetch(`${mock.url}/${count}`);
    await read();
    const expected = Array.from({ length: 20 }, (_, index) => `GET /${25 - index}`);
    expect(requestsOf(await read())).toEqual(expected);
    expect(mock.requests).toHaveLength(25);
  });

  test("show time, status, duration, path and test asset", async () => {
    await lookUp(mock, drops.asset_id);
    await lookUp(mock, notFound.asset_id);
    const rows = (await read()).split('<table class="requests">')[1]!.split("<tr>").slice(2);
    const [failed, ready] = mock.requests.toReversed();
    expect(rows).toHaveLength(2);
    expect(rows[0]).toContain(`<time datetime="${failed!.time}">${failed!.time.slice(11, 19)}</time>`);
    expect(rows[0]).toContain("<td><strong>404</strong></td>");
    expect(rows[1]).toContain(`<td>200</td><td>${ready!.durationMs.toFixed(1)}</td>`);
    expect(rows[1]).toContain(`<code>GET ${pathOf(drops.asset_id)}</code>`);
    expect(rows[1]).toContain("<bdi>Ready video whose connection drops in the middle;");
  });

  test("are missing at first, and the page says so", async () => {
    expect(await read()).toContain("<p>None yet. Send one, then reload this page.</p>");
  });

  test("have long paths cut", async () => {
    await mock.fetch(`${mock.url}/${"x".repeat(10_000)}`);
    expect(requestsOf(await read())).toEqual([`GET /${"x".repeat(199)}…`]);
  });
});

test("the page shows no key, no fingerprint and no signature", async () => {
  await lookUp(mock, image.asset_id, { cookie: "s3cret" });
  await requestContent(mock, image.asset_id);
  await fetch(`${mock.url}/nowhere%3Fsignature=s3cret?signature=s3cret&token=s3cret`);
  const page = await read();
  expect(requestsOf(page)).toHaveLength(4);
  expect(authorization).toContain("s3cret");
  expect(page).not.toMatch(/s3cret|signature|expires=/i);
  for (const { key } of mock.requests.slice(0, 2)) expect(page).not.toContain(key!);
});

test("texts of users and clients are no markup", async () => {
  const attack = `"><svg/onload=alert(1)>'&lt;<script>alert(1)</script>\u202e{{1}}`;
  const attackId = `"><b>'&lt;`; // of what an id may contain
  const [request] = await requestsFor("/a");
  const of = (text: string, asset_id: string): string =>
    render({ [text]: { asset_id, summary: text } }, [
      { ...request!, method: text, path: text, time: text, testAsset: { asset_id, summary: text, answers: [] } },
    ]);
  const marksOf = (page: string): string => page.replaceAll(/[^<>"']/g, "");
  const page = of(attack, attackId);
  expect(marksOf(page)).toBe(marksOf(of("harmless", "asset_1")));
  expect(boxesOf(page)).toContain(attackId);
  expect(page).not.toMatch(/<script|<svg|&lt;/); // the text `&lt;` has its ampersand escaped
});

async function requestsFor(path: string): Promise<MockRequest[]> {
  await mock.fetch(mock.url + path);
  return [...mock.requests];
}

test("the headers let the page load and run nothing, and let nobody keep or frame it", async () => {
  const response = await fetch(mock.url);
  const [, style] = /<style>(.*?)<\/style>/s.exec(await response.text())!;
  const hash = createHash("sha256").update(style!).digest("base64");
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy":
      `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; ` +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  });
});

test("a HEAD request gets the headers alone", async () => {
  const [head, get] = [await fetch(mock.url, { method: "HEAD" }), await fetch(mock.url)];
  expect([head.status, await head.text()]).toEqual([200, ""]);
  expect(head.headers.get("content-length")).toBe(`${Buffer.byteLength(await get.text())}`);
  expect(head.headers.get("content-security-policy")).toBe(get.headers.get("content-security-policy"));
});

test.each(["POST", "PUT", "DELETE", "OPTIONS"])(
  "%s is refused, and the answer says what is allowed",
  async (method) => {
    const response = await fetch(mock.url, { method });
    expect([response.status, response.headers.get("allow"), await response.text()]).toEqual([
      405,
      "GET, HEAD",
      "Use GET.\n",
    ]);
  },
);

test("with publicUrl, the page leads there, whether or not the proxy strips the path", async () => {
  const publicUrl = "https://dev.example/base";
  const behind = await startMockServer({ publicUrl });
  const pages = await Promise.all(
    ["", "/", "/?a=1", "/base", "/base?a=1", "/base/", "/base/?a=1"].map(async (path) => {
      const response = await fetch(behind.url + path);
      return response.text();
    }),
  );
  await behind.close();
  expect(new Set(pages).size).toBe(1);
  expect(boxesOf(pages[0]!).slice(0, 3)).toEqual([
    `CHENYU_BASE_URL=${publicUrl} CHENYU_API_KEY=any`,
    `curl -H "Authorization: Bearer any" "${publicUrl}${pathOf(image.asset_id)}"`,
    `curl -X POST "${publicUrl}/__mock/reset"`,
  ]);
  expect(pages[0]).toContain(`<a href="${publicUrl}/__mock/health">`);
  expect(pages[0]).not.toContain(behind.url);
});

test.each([
  ["http://mock:4010", " CHENYU_ALLOW_INSECURE_HOSTS=mock"],
  ["http://192.168.0.7:4010", " CHENYU_ALLOW_INSECURE_HOSTS=192.168.0.7"],
  ["http://localhost:4010", ""],
  ["http://[::1]:4010", ""],
  ["https://dev.example", ""],
])("an app that uses the mock at %s sets all that it needs", async (url, extra) => {
  expect(boxesOf(await read(`${url}/`))[0]).toBe(`CHENYU_BASE_URL=${url} CHENYU_API_KEY=any${extra}`);
});

describe.skipIf(curl === undefined)("the commands", () => {
  const env = { ...process.env, NO_PROXY: "*", no_proxy: "*" };
  const shell = async (command: string): Promise<string> => (await run("sh", ["-c", command], { env })).stdout;

  test("look up and reset", async () => {
    const [, lookUpCommand, resetCommand] = boxesOf(await read());
    expect(JSON.parse(await shell(lookUpCommand!)).data.asset_id).toBe(image.asset_id);
    expect(mock.requests).toHaveLength(1);
    expect(await shell(resetCommand!)).toBe("");
    expect(mock.requests).toEqual([]);
  });

  test("work with ids that shells would read as something else", async () => {
    const id = "a!b'c(d)*$HOME`e`;f&g|h\"i{j,k}[1-2]~图";
    const command = boxesOf(render({ own: { asset_id: id, summary: "" } })).at(-1)!;
    expect(command).not.toMatch(/[!$`]/); // bash and zsh read these between double quotes, too
    expect(JSON.parse(await shell(command)).data.asset_id).toBe(id);
  });
});

/** What the client says about where it reached the mock gets into an answer only if it is a host. */
import { afterAll, expect, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { startMockServer } from "../../src/mock.ts";
import { pathOf } from "./look-up.ts";
import { sendRaw } from "./raw-request.ts";

const mock = await startMockServer();
afterAll(() => mock.close());
const { asset_id: id } = testAssets.image;

async function originFor(host: string): Promise<string> {
  const head = `GET ${pathOf(id)} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer any\r\nConnection: close\r\n\r\n`;
  const received = await sendRaw(mock, head, 5000);
  expect(received).toMatch(/^HTTP\/1\.1 200 /);
  return new URL(JSON.parse(received.slice(received.indexOf("\r\n\r\n"))).data.url).origin;
}

test.each([
  ["mock:4010", "http://mock:4010"],
  ["my_mock.internal", "http://my_mock.internal"],
  ["LOCALHOST:80", "http://localhost"],
  ["[::1]:4010", "http://[::1]:4010"],
  ["127.1:4010", "http://127.0.0.1:4010"],
])("the host %s is used", async (host, origin) => {
  expect(await originFor(host)).toBe(origin);
});

test.each([
  "",
  "a b",
  "a<script>",
  'a"b',
  "a/b",
  "a\\b",
  "a?b",
  "a#b",
  "user@evil.example",
  "evil.example:99999",
  "evil.example:x",
  "[::1",
  "1.2.3.4.5",
  "a%2fb",
  "a,b",
  "\u00e9vil",
  "x".repeat(300),
])("the host %j is not used", async (host) => {
  expect(await originFor(host)).toBe(mock.url);
});

/** Requests that no client of ours sends. After each of them, the mock answers a look-up as usual. */
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { startMockServer } from "../../src/mock.ts";
import { lookUp, pathOf } from "./look-up.ts";
import { rawRequest, sendRaw, statusesOf } from "./raw-request.ts";

const mock = await startMockServer();
const readyId = testAssets.image.asset_id;
const path = pathOf(readyId);

afterAll(() => mock.close());
afterEach(async () => {
  const response = await lookUp(mock, readyId);
  expect(response.status).toBe(200);
  await response.body?.cancel();
});

describe.concurrent("the mock answers", () => {
  test.each<[name: string, sent: string, statuses: number[]]>([
    [
      "a body that is not JSON",
      rawRequest(`POST ${path}`, "Content-Type: application/json\r\nContent-Length: 5\r\n", '{"a":'),
      [405],
    ],
    [
      "a body on GET",
      rawRequest(`GET ${path}`, "Content-Type: application/json\r\nContent-Length: 5\r\n", '{"a":'),
      [400],
    ],
    ["an invalid media type", rawRequest(`GET ${path}`, "Content-Type: json\r\n"), [400]],
    ["an Accept that is a number", rawRequest(`GET ${path}`, "Accept: 404\r\n"), [400]],
    ["an Accept with more characters after it", rawRequest(`GET ${path}`, "Accept: */*0-9\r\n"), [400]],
    ["an empty Accept", rawRequest(`GET ${path}`, "Accept: ,\r\n"), [400]],
    ["a body that never arrives", rawRequest(`POST ${path}`, "Content-Length: 500\r\n", "a"), [405]],
    [
      "a broken multipart body",
      rawRequest(`PUT ${path}`, "Content-Type: multipart/form-data\r\nContent-Length: 3\r\n", "--x"),
      [405],
    ],
    ["a header of 100 kB", rawRequest(`GET ${path}`, `X-Long: ${"a".repeat(100_000)}\r\n`), [431]],
    ["a path of 100 kB", rawRequest(`GET /${"a".repeat(100_000)}`), [431]],
    ["an id of 10 kB", rawRequest(`GET /api/open/v2/assets/${"a".repeat(10_000)}`), [200]],
    ["a Prefer of 10 kB", rawRequest(`GET ${path}`, `Prefer: ${"code=".repeat(2000)}\r\n`), [200]],
    ["a Prefer for an unknown example", rawRequest(`GET ${path}`, "Prefer: example=none\r\n"), [404]],
    ["an unknown route", rawRequest("GET /nowhere"), [404]],
    ["an asterisk as path", rawRequest("GET *"), [404]],
    ["a whole URL as path", rawRequest(`GET http://other.example${path}`), [200]],
    ["an authority as path", rawRequest("CONNECT other.example:443"), []],
    ["an unknown method", rawRequest(`PROPFIND ${path}`), [405]],
    ["an invalid method", rawRequest(`G\x00T ${path}`), [400]],
    ["an escape character of terminals in a path", rawRequest("GET /\u001b[31m"), [400]],
    ["a control character of terminals in a path", rawRequest("GET /\u009b31m"), [400]],
    ["another protocol", "SSH-2.0-OpenSSH_9.2\r\n\r\n", [400]],
    ["an old protocol", `GET ${path} HTTP/1.0\r\nAuthorization: Bearer any\r\n\r\n`, [200]],
    ["no Host", `GET ${path} HTTP/1.1\r\n\r\n`, [400]],
    [
      "an invalid Host",
      `GET ${path} HTTP/1.1\r\nHost: a b<>\r\nAuthorization: Bearer any\r\nConnection: close\r\n\r\n`,
      [200],
    ],
    ["two lengths", rawRequest(`POST ${path}`, "Content-Length: 1\r\nContent-Length: 2\r\n", "ab"), [400]],
    ["an invalid percent-encoding", rawRequest("GET /api/open/v2/assets/%E0%A4%A"), [400]],
    ["an invalid percent-encoding in a path of content", rawRequest("GET /assets/%/content"), [404]],
    ["an encoded slash", rawRequest("GET /api/open/v2/assets/a%2Fb"), [400]],
    ["an encoded NUL", rawRequest("GET /api/open/v2/assets/a%00b"), [400]],
    ["dot segments", rawRequest("GET /api/open/v2/assets/../../../etc/passwd"), [404]],
    ["encoded dot segments", rawRequest("GET /api/open/v2/assets/%2e%2e"), [400]],
    ["dot segments in a path of content", rawRequest("GET /assets/../content"), [404]],
    ["an asset URI as id", rawRequest("GET /api/open/v2/assets/asset%3A%2F%2Fasset_1"), [400]],
    ["__proto__ as id", rawRequest("GET /api/open/v2/assets/__proto__"), [200]],
    [
      "a range with thousands of digits",
      rawRequest(`GET /assets/a/content`, `Range: bytes=0-${"9".repeat(5000)}\r\n`),
      [206],
    ],
    ["two requests at once", `GET /a HTTP/1.1\r\nHost: m\r\n\r\n${rawRequest("GET /b")}`, [404, 404]],
  ])("%s", async (_name, sent, statuses) => {
    expect(statusesOf(await sendRaw(mock, sent, 5000))).toEqual(statuses);
  });
});

test("a request that does not accept JSON is answered with 406", async () => {
  const id = testAssets.rateLimited.asset_id;
  const others = ["text/html", "text/*", "image/*", "text/html, image/png", "application/problem+json"];
  for (const accept of [...others, "application/jsonl", "application/json-patch+json", "application/json;q=0"]) {
    expect((await lookUp(mock, id, { accept })).status, accept).toBe(406);
  }
  expect((await lookUp(mock, id)).status).toBe(429);
  for (const accept of ["*/*", "application/*", "application/json;q=0.5", "text/html, */*;q=0.1"]) {
    expect((await lookUp(mock, readyId, { accept })).status).toBe(200);
  }
});

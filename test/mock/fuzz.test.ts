/** Garbage, half requests and readers that leave never stop the mock: after each of them, it answers a look-up as usual. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import fc from "fast-check";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { startMockServer } from "../../src/mock.ts";
import { lookUp, pathOf } from "./look-up.ts";
import { rawRequest, sendRaw, statusesOf } from "./raw-request.ts";

const seed = Number(process.env.FAST_CHECK_SEED ?? Date.now() % 2 ** 31);
let successes = 0;
const mock = await startMockServer({ onRequest: ({ status }) => (successes += status < 300 ? 1 : 0) });
const port = Number(new URL(mock.url).port);
const readyId = testAssets.image.asset_id;
const halfOpen: Socket[] = [];

afterAll(async () => {
  for (const socket of halfOpen) socket.destroy();
  await mock.close();
});
afterEach(async () => {
  const response = await lookUp(mock, readyId);
  expect(response.status).toBe(200);
  await response.body?.cancel();
});

test("half a request on each of 100 sockets does not delay others", async () => {
  for (let count = 0; count < 100; count++) {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    halfOpen.push(socket);
    await once(socket, "connect");
    socket.write(`GET ${pathOf(readyId)} HTTP/1.1\r\nHost: m\r\nX-Half: `);
  }
});

test("a reader that leaves in the middle of 100 MB, thirty times, breaks nothing", async () => {
  const large = testAssets.large.asset_id;
  for (let count = 0; count < 30; count++) {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write(`GET /assets/${large}/content HTTP/1.1\r\nHost: m\r\n\r\n`);
    await once(socket, "data");
    if (count % 2 === 0) socket.resetAndDestroy();
    else socket.destroy();
  }
});

describe("the mock goes on after", () => {
  const options = { seed, numRuns: 1000 };
  const anyByte = fc.integer({ min: 1, max: 255 }).map((code) => String.fromCodePoint(code));
  const visible = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCodePoint(code));
  const methods = fc.constantFrom("GET", "GET", "GET", "HEAD", "POST", "PUT", "OPTIONS", "DELETE", "TRACE", "PATCH");

  test(`any bytes (seed ${seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(methods, fc.string({ unit: anyByte }), async (method, bytes) => {
        const received = await sendRaw(mock, rawRequest(`${method} /${bytes}`, bytes), 100);
        for (const status of statusesOf(received)) expect(status).toBeLessThan(500);
      }),
      options,
    );
  });

  test(`assets that are nearly right (seed ${seed})`, async () => {
    const name = fc.constantFrom(
      "status",
      "size_bytes",
      "mime_type",
      "signed_url",
      "content",
      "answers",
      "summary",
      "body",
    );
    const word = fc.constantFrom(
      "expired",
      "drops",
      "data:,a",
      "data:;base64,%",
      "image/png",
      "__proto__",
      "图",
      "\r\n",
    );
    const leaf = fc.oneof(word, fc.constantFrom(0, 200, 404, -1, 1e300, 0.5, null, true), fc.string({ maxLength: 5 }));
    const { asset } = fc.letrec((tie) => ({
      asset: fc.oneof({ depthSize: "small" }, fc.dictionary(name, tie("value"), { maxKeys: 4 }), leaf),
      value: fc.oneof({ depthSize: "small" }, leaf, fc.array(tie("asset"), { maxLength: 3 }), tie("asset")),
    }));
    const path = `${mock.url}/__mock/assets/asset_fuzzed`;
    let added = 0;
    await fc.assert(
      fc.asyncProperty(asset, async (given) => {
        const response = await mock.fetch(path, { method: "PUT", body: JSON.stringify(given) });
        expect(response.status, await response.text()).toBeOneOf([200, 400]);
        if (response.status === 400) return;
        added += 1;
        const headers = { authorization: "Bearer any" };
        const lookedUp = await mock.fetch(mock.url + pathOf("asset_fuzzed"), { headers });
        expect(await lookedUp.json()).toBeDefined(); // our own faults are plain text
        const content = await mock.fetch(`${mock.url}/assets/asset_fuzzed/content`, { method: "HEAD" });
        expect(content.status).toBeOneOf([200, 302, 404]);
      }),
      options,
    );
    expect(added).toBeGreaterThan(50);
    mock.reset();
  });

  test(`requests that are nearly right (seed ${seed})`, async () => {
    const { slow: _slow, large: _large, ...quick } = testAssets; // the other two take long
    const known = fc.constantFrom(...Object.values(quick).map(({ asset_id }) => asset_id));
    const failing = [testAssets.serverError, testAssets.recovers];
    const odd = fc.constantFrom(
      "..",
      "%2e",
      "%",
      "?",
      "#",
      "\\",
      "//",
      ":",
      "@",
      "/__mock/reset",
      "/content",
      "%00",
      "%ff",
    );
    const id = fc.oneof(
      known,
      fc.string({ unit: visible, maxLength: 9 }),
      fc.tuple(known, odd).map((pieces) => pieces.join("")),
    );
    const target = fc.oneof(
      id.map((name) => `/api/open/v2/assets/${name}`),
      fc
        .tuple(id, fc.string({ unit: visible, maxLength: 9 }))
        .map(([name, query]) => `/assets/${name}/content?${query}`),
      id.map((name) => `/assets/${name}/content`),
      id.map((name) => `/__mock/requests?${name}`),
      id.map((name) => `/__mock/assets/${name}`),
      fc.constantFrom("key", "asset_id", "since").chain((name) => id.map((text) => `/__mock/requests?${name}=${text}`)),
    );
    const good = fc.constantFrom(
      "application/json",
      "*/*",
      "q=0",
      "bytes=",
      "0-9",
      "-",
      ",",
      ";",
      "*",
      '"',
      "code=",
      "example=",
      "404",
    );
    const value = fc.array(fc.oneof(good, good, fc.string({ unit: visible, maxLength: 4 })), { maxLength: 4 });
    const names = [
      "Range",
      "If-Range",
      "If-Match",
      "If-None-Match",
      "If-Modified-Since",
      "Prefer",
      "Accept",
      "Origin",
      "Content-Type",
      "Authorization",
    ];
    const header = fc
      .tuple(fc.constantFrom(...names), value)
      .map(([name, pieces]) => `${name}: ${pieces.join("")}\r\n`);
    successes = 0;
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(methods, target, fc.uniqueArray(header, { maxLength: 3 }), async (method, where, headers) => {
        const text = rawRequest(`${method} ${where}`, `${headers.join("")}Range: bytes=0-99\r\n`);
        const statuses = statusesOf(await sendRaw(mock, text, 2000));
        answered += statuses.length;
        for (const status of statuses) {
          if (status < 500) continue;
          expect(
            failing.some(({ asset_id }) => where.includes(asset_id)),
            where,
          ).toBe(true);
        }
      }),
      { ...options, numRuns: 2000 },
    );
    expect(answered).toBeGreaterThan(1900);
    expect(successes).toBeGreaterThan(100);
  });
});

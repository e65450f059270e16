/** Garbage never stops the mock: after each piece of it, a look-up is answered well. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import fc from "fast-check";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { testAssets, type TestAsset } from "../../generated/document.ts";
import { startMockServer } from "../../src/mock.ts";

const seed = Number(process.env.FAST_CHECK_SEED ?? Date.now() % 2 ** 31);
let successes = 0;
const mock = await startMockServer({ onRequest: ({ status }) => (successes += status < 300 ? 1 : 0) });
const port = Number(new URL(mock.url).port);
const path = `/api/open/v2/assets/${testAssets.image.asset_id}`;
const halfOpen: Socket[] = [];

afterAll(async () => {
  for (const socket of halfOpen) socket.destroy();
  await mock.close();
});
afterEach(async () => {
  const response = await fetch(mock.url + path, { headers: { authorization: "Bearer any" } });
  expect(response.status).toBe(200);
  await response.body?.cancel();
});

/** Sends bytes as they are, and gives the statuses of what comes back until the connection ends or falls silent. */
async function send(text: string, silenceMs: number): Promise<number[]> {
  const socket = connect(port, "127.0.0.1");
  let received = "";
  socket.setTimeout(silenceMs, () => socket.destroy());
  socket.on("error", () => {});
  socket.on("data", (bytes) => (received += bytes.toString("latin1")));
  socket.write(text, "latin1");
  await new Promise((resolve) => socket.on("close", resolve));
  return [...received.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
}

function request(line: string, headers = "", body = ""): string {
  return `${line} HTTP/1.1\r\nHost: mock\r\nAuthorization: Bearer any\r\nConnection: close\r\n${headers}\r\n${body}`;
}

describe.concurrent("the mock answers", () => {
  test.each<[name: string, sent: string, statuses: number[]]>([
    [
      "a body that is no JSON",
      request(`POST ${path}`, "Content-Type: application/json\r\nContent-Length: 5\r\n", '{"a":'),
      [405],
    ],
    [
      "a body on GET",
      request(`GET ${path}`, "Content-Type: application/json\r\nContent-Length: 5\r\n", '{"a":'),
      [400],
    ],
    ["a media type that is none", request(`GET ${path}`, "Content-Type: json\r\n"), [400]],
    ["an Accept that is none", request(`GET ${path}`, "Accept: 404\r\n"), [400]],
    ["an Accept that goes on", request(`GET ${path}`, "Accept: */*0-9\r\n"), [400]],
    ["an empty Accept", request(`GET ${path}`, "Accept: ,\r\n"), [400]],
    ["a body that does not come", request(`POST ${path}`, "Content-Length: 500\r\n", "a"), [405]],
    [
      "a broken multipart body",
      request(`PUT ${path}`, "Content-Type: multipart/form-data\r\nContent-Length: 3\r\n", "--x"),
      [405],
    ],
    ["a header of 100 kB", request(`GET ${path}`, `X-Long: ${"a".repeat(100_000)}\r\n`), [431]],
    ["a path of 100 kB", request(`GET /${"a".repeat(100_000)}`), [431]],
    ["an id of 10 kB", request(`GET /api/open/v2/assets/${"a".repeat(10_000)}`), [200]],
    ["a Prefer of 10 kB", request(`GET ${path}`, `Prefer: ${"code=".repeat(2000)}\r\n`), [200]],
    ["a Prefer for an example that is not there", request(`GET ${path}`, "Prefer: example=none\r\n"), [404]],
    ["an unknown route", request("GET /nowhere"), [404]],
    ["no path", request("GET *"), [404]],
    ["a whole URL for a path", request(`GET http://other.example${path}`), [200]],
    ["an authority for a path", request("CONNECT other.example:443"), []],
    ["an unknown method", request(`PROPFIND ${path}`), [405]],
    ["a method that is none", request(`G\x00T ${path}`), [400]],
    ["bytes in a path that a terminal obeys", request("GET /\u001b[31m"), [400]],
    ["more of them", request("GET /\u009b31m"), [400]],
    ["another protocol", "SSH-2.0-OpenSSH_9.2\r\n\r\n", [400]],
    ["an old protocol", `GET ${path} HTTP/1.0\r\nAuthorization: Bearer any\r\n\r\n`, [200]],
    ["no Host", `GET ${path} HTTP/1.1\r\n\r\n`, [400]],
    [
      "a Host that is no host",
      `GET ${path} HTTP/1.1\r\nHost: a b<>\r\nAuthorization: Bearer any\r\nConnection: close\r\n\r\n`,
      [200],
    ],
    ["two lengths", request(`POST ${path}`, "Content-Length: 1\r\nContent-Length: 2\r\n", "ab"), [400]],
    ["a broken percent-encoding", request("GET /api/open/v2/assets/%E0%A4%A"), [400]],
    ["a broken percent-encoding for content", request("GET /assets/%/content"), [404]],
    ["an encoded slash", request("GET /api/open/v2/assets/a%2Fb"), [400]],
    ["an encoded NUL", request("GET /api/open/v2/assets/a%00b"), [400]],
    ["a way upwards", request("GET /api/open/v2/assets/../../../etc/passwd"), [404]],
    ["a way upwards that is encoded", request("GET /api/open/v2/assets/%2e%2e"), [400]],
    ["a way upwards for content", request("GET /assets/../content"), [404]],
    ["an asset URI for an id", request("GET /api/open/v2/assets/asset%3A%2F%2Fasset_1"), [400]],
    ["a name of a prototype", request("GET /api/open/v2/assets/__proto__"), [200]],
    ["a range that does not end", request(`GET /assets/a/content`, `Range: bytes=0-${"9".repeat(5000)}\r\n`), [206]],
    ["two requests at once", `GET /a HTTP/1.1\r\nHost: m\r\n\r\n${request("GET /b")}`, [404, 404]],
  ])("%s", async (_name, sent, statuses) => {
    expect(await send(sent, 5000)).toEqual(statuses);
  });
});

describe("where requests were sent before the answers came,", () => {
  const get = ({ asset_id }: TestAsset, range: string): string =>
    `GET /assets/${asset_id}/content HTTP/1.1\r\nHost: m\r\nRange: bytes=${range}\r\n\r\n`;
  const slow = get(testAssets.slow, "0-59999");

  test("a drop ends the connection", async () => {
    const start = performance.now();
    await send(slow + get(testAssets.drops, "3669900-") + slow, 10_000);
    expect(performance.now() - start).toBeLessThan(4000);
  });

  test("an onRequest that throws ends it too", async () => {
    let count = 0;
    const strict = await startMockServer({
      onRequest() {
        count += 1;
        if (count === 2) throw new Error("planted");
      },
    });
    const socket = connect(Number(new URL(strict.url).port), "127.0.0.1");
    socket.on("error", () => {});
    const start = performance.now();
    socket.write(slow + slow + slow);
    await once(socket.resume(), "close");
    expect(performance.now() - start).toBeLessThan(4000);
    await strict.close();
  });
});

test("half a request on 100 sockets keeps nobody else from an answer", async () => {
  for (let count = 0; count < 100; count++) {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    halfOpen.push(socket);
    await once(socket, "connect");
    socket.write(`GET ${path} HTTP/1.1\r\nHost: m\r\nX-Half: `);
  }
});

test("a reader that leaves in the middle of 100 MB, again and again, breaks nothing", async () => {
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

describe("whatever the mock is sent, it goes on", () => {
  const options = { seed, numRuns: 1000 };
  const anyByte = fc.integer({ min: 1, max: 255 }).map((code) => String.fromCodePoint(code));
  const visible = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCodePoint(code));
  const methods = fc.constantFrom("GET", "GET", "GET", "HEAD", "POST", "PUT", "OPTIONS", "DELETE", "TRACE", "PATCH");

  test(`bytes of any kind (seed ${seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(methods, fc.string({ unit: anyByte }), async (method, bytes) => {
        for (const status of await send(request(`${method} /${bytes}`, bytes), 100)) expect(status).toBeLessThan(500);
      }),
      options,
    );
  });

  test(`requests that are nearly right (seed ${seed})`, async () => {
    const { slow: _slow, large: _large, ...quick } = testAssets; // nobody waits for the other two
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
    ];
    const header = fc
      .tuple(fc.constantFrom(...names), value)
      .map(([name, pieces]) => `${name}: ${pieces.join("")}\r\n`);
    successes = 0;
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(methods, target, fc.uniqueArray(header, { maxLength: 3 }), async (method, where, headers) => {
        const statuses = await send(request(`${method} ${where}`, `${headers.join("")}Range: bytes=0-99\r\n`), 2000);
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

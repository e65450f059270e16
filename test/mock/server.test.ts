/** The options of the mock server, the ports that it listens on, and its end. */
import { createServer } from "node:http";
import { Server, type AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, expect, test, vi } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { createClient } from "../../src/index.ts";
import { startMockServer, type MockServerOptions } from "../../src/mock.ts";
import { caught } from "../helpers/caught.ts";
import { lookUp } from "./look-up.ts";

const readyId = testAssets.image.asset_id;

let deep: unknown[] = [];
for (let depth = 0; depth < 100_000; depth++) deep = [deep];

describe("startMockServer", () => {
  test.each<[string, unknown, RegExp]>([
    ["a port as text", { port: "4010" }, /^port: a string cannot be used\. Pass a whole number from 0 to 65535/],
    ["a port that is too high", { port: 65_536 }, /^port: 65536/],
    ["a port that is not a number", { port: Number.NaN }, /^port: NaN/],
    ["an empty host", { host: "" }, /^host: pass a name or an address/],
    ["a host that is a number", { host: 127 }, /^host: pass/],
    ["a host that no system knows", { host: "a\0b" }, /^host: nothing can listen on "a\\u0000b"/],
    ["cors as text", { cors: "false" }, /^cors: pass true or false/],
    ["null for cors", { cors: null }, /^cors: pass true or false/],
    ["an option that is not there", { prot: 4010 }, /^prot: it does not exist here\. Did you mean port\?$/],
    ["an unknown option", { asset: {} }, /^asset: it does not exist here\. Did you mean assets\?$/],
    ["another unknown option", { xyz: 1 }, /^xyz: it does not exist here\. There is only: host, port, listen, /],
    ["options that are a port", 4010, /^options: pass an object/],
    ["assets that are a list", { assets: [] }, /^assets: pass an object/],
    ["assets that are null", { assets: null }, /^assets: pass an object/],
    ["a seed as text", { seed: "a" }, /^seed: a string cannot be used\. Pass a whole number from 0 to 4294967295/],
    ["a seed with a fraction", { seed: 1.5 }, /^seed: 1\.5/],
    [
      "a latency as text",
      { latencyMs: "100" },
      /^latencyMs: '100' cannot be used\. Pass whole milliseconds up to 600000, or/,
    ],
    ["a negative latency", { latencyMs: -1 }, /^latencyMs: -1/],
    ["a latency of more than ten minutes", { latencyMs: 600_001 }, /^latencyMs: 600001/],
    ["a latency that is no number", { latencyMs: Number.NaN }, /^latencyMs: NaN/],
    ["a range from high to low", { latencyMs: [5, 1] }, /^latencyMs: \[ 5, 1 \] cannot be used/],
    ["a range of one time", { latencyMs: [5] }, /^latencyMs: \[ 5 \]/],
    ["a range of three times", { latencyMs: [1, 2, 3] }, /^latencyMs: \[ 1, 2, 3 \]/],
    ["a latency that JSON cannot write", { latencyMs: [1n, 2n] }, /^latencyMs: \[ 1n, 2n \]/],
    ["a latency of lists in lists", { latencyMs: deep }, /^latencyMs: \[ \[Array\] \]/],
    ["an error rate that JSON cannot write", { errorRate: 1n }, /^errorRate: 1n/],
    ["a latency as a long text", { latencyMs: "x".repeat(1000) }, /^latencyMs: 'x{39} cannot be used/],
    ["a negative error rate", { errorRate: -0.1 }, /^errorRate: -0\.1/],
    ["a long name of an option", { ["x".repeat(1000)]: 1 }, /^x{40}: it does not exist here/],
    ["an error rate above 1", { errorRate: 50 }, /^errorRate: 50 cannot be used\. Pass a number from 0 to 1/],
    ["an error rate as text", { errorRate: "0.5" }, /^errorRate: '0\.5'/],
    ["an error rate that is no number", { errorRate: Number.NaN }, /^errorRate: NaN/],
    ["an onRequest that is not a function", { onRequest: "log" }, /^onRequest: pass a function/],
    [
      "an address that is not this machine's",
      { host: "192.0.2.1" },
      /^host: nothing can listen on "192\.0\.2\.1" \(EADDRNOTAVAIL\)\. Pass a name or an address of this machine/,
    ],
  ])("rejects %s", async (_name, options, message) => {
    const error = await caught(startMockServer(options as MockServerOptions));
    expect(error).toMatchObject({ name: "ConfigError", message: expect.stringMatching(message) });
  });

  test("accepts null instead of options", async () => {
    await (await startMockServer(null as unknown as MockServerOptions)).close();
  });

  test("rejects a port that only an administrator may use, and says what to pass", async () => {
    const denied = Object.assign(new Error("denied"), { code: "EACCES" });
    const listen = vi.spyOn(Server.prototype, "listen").mockImplementation(function (this: Server) {
      process.nextTick(() => this.emit("error", denied));
      return this;
    });
    const error = await caught(startMockServer({ port: 80 }));
    listen.mockRestore();
    const message = "port: 80 needs more rights. Pass one above 1023, or 0 for any free one.";
    expect(error).toMatchObject({ name: "ConfigError", message });
  });

  test("rejects a port that is taken, and names it", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const error = await caught(startMockServer({ port }));
    expect(error).toMatchObject({
      name: "ConfigError",
      message: `port: ${port} on 127.0.0.1 is taken. Pass another one, or 0 for any free one.`,
    });
    await new Promise((resolve) => other.close(resolve));
  });

  const hasIPv6 = Object.values(networkInterfaces()).some((list) => list!.some(({ family }) => family === "IPv6"));
  if (!hasIPv6) console.log("no IPv6 here: listening on :: is not tested");
  const all: [host: string, url: RegExp][] = [["0.0.0.0", /^http:\/\/127\.0\.0\.1:\d+$/]];
  if (hasIPv6) all.push(["::", /^http:\/\/\[::1\]:\d+$/]);

  test("listens on all addresses, and puts the address that a client used into its asset", async () => {
    for (const [host, url] of all) {
      const open = await startMockServer({ host });
      expect(open.url).toMatch(url);
      const { port } = new URL(open.url);
      const response = await lookUp({ url: `http://localhost:${port}` }, readyId);
      expect((await response.json()).data.url).toBe(`http://localhost:${port}/assets/${readyId}/content`);
      await open.close();
    }
  });
});

test("close() ends open connections at once, and may be called twice", async () => {
  const server = await startMockServer();
  const { signed_url } = await createClient({ apiKey: "any", baseUrl: server.url }).assets.get(
    testAssets.slow.asset_id,
  );
  const slow = await fetch(signed_url);
  const start = performance.now();
  await server.close();
  await server.close();
  expect(performance.now() - start).toBeLessThan(500);
  expect(await caught(slow.arrayBuffer())).toBeInstanceOf(TypeError);
  expect(await caught(fetch(server.url))).toBeInstanceOf(TypeError);
});

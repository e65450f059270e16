/** Content that is faulty on purpose: it drops, knows no ranges, is too short or slow. */
import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { afterAll, describe, expect, test } from "vitest";
import { testAssets, type TestAsset } from "../../generated/document.ts";
import { createClient } from "../../src/index.ts";
import { startMockServer } from "../../src/mock.ts";
import { bytesOf, requestContent } from "./look-up.ts";
import { sendRaw } from "./raw-request.ts";

const mock = await startMockServer();
afterAll(() => mock.close());

const client = createClient({ apiKey: "any", baseUrl: mock.url });

describe("content that drops", () => {
  const { asset_id: id } = testAssets.drops;

  async function readUntilDrop(response: Response): Promise<[length: number, isDropped: boolean]> {
    let length = 0;
    try {
      for await (const piece of response.body!) length += piece.length;
      return [length, false];
    } catch {
      return [length, true];
    }
  }

  test("ends in the middle each time; a range from there gets the rest", async () => {
    const size = (await client.assets.get(id)).size_bytes;
    for (const range of ["bytes=0-", "bytes=1000-"]) {
      const expected = [size / 2 - (range === "bytes=0-" ? 0 : 1000), true];
      expect(await readUntilDrop(await requestContent(mock, id, { range }))).toEqual(expected);
    }
    const rest = await requestContent(mock, id, { range: `bytes=${size / 2}-` });
    expect(await readUntilDrop(rest)).toEqual([size / 2, false]);
  });

  test("sends a range before the middle whole, and keeps the connection", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const url = `${mock.url}/assets/${id}/content`;
    for (const isReused of [false, true]) {
      const sent = get(url, { agent, headers: { range: "bytes=0-99" } });
      const [response] = (await once(sent, "response")) as [IncomingMessage];
      expect(Buffer.concat(await response.toArray())).toHaveLength(100);
      expect(sent.reusedSocket).toBe(isReused);
    }
    agent.destroy();
  });

  test("ends the connection, also for requests that were sent before its answer", async () => {
    const getRange = ({ asset_id }: TestAsset, range: string): string =>
      `GET /assets/${asset_id}/content HTTP/1.1\r\nHost: m\r\nRange: bytes=${range}\r\n\r\n`;
    const slow = getRange(testAssets.slow, "0-59999");
    const start = performance.now();
    await sendRaw(mock, slow + getRange(testAssets.drops, "3669900-") + slow, 10_000);
    expect(performance.now() - start).toBeLessThan(4000);
  });
});

test("content without ranges ignores Range", async () => {
  const id = testAssets.noRanges.asset_id;
  const response = await requestContent(mock, id, { range: "bytes=5-" });
  expect(response.status).toBe(200);
  expect(response.headers.get("accept-ranges")).toBe("none");
  expect((await bytesOf(response)).length).toBe((await client.assets.get(id)).size_bytes);
});

test("short content has fewer bytes than the look-up says, and announces their number", async () => {
  const response = await requestContent(mock, testAssets.short.asset_id);
  expect(response.headers.get("content-length")).toBe("51200");
  expect((await bytesOf(response)).length).toBe(51_200);
});

test("slow content arrives at 200 kB/s", async () => {
  const start = performance.now();
  const bytes = await bytesOf(await requestContent(mock, testAssets.slow.asset_id, { range: "bytes=0-299999" }));
  const perSecond = (bytes.length / (performance.now() - start)) * 1000;
  expect(perSecond).toBeGreaterThan(50_000);
  expect(perSecond).toBeLessThan(230_000);
});

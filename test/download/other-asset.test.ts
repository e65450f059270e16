/** An answer to a look-up that is about another asset: its bytes are never taken for those of the wanted one. */
import { expect, test } from "vitest";
import { caught } from "../helpers/caught.ts";
import { readyAsset, say, secretKey, serve, startContentServer } from "../servers/content-server.ts";
import { bytes, clientFor, expectBytes, failureOf, id, startDownload } from "./downloads.ts";

const ready = readyAsset(bytes.length);

test.concurrent.each(["asset_2", "ASSET_1", "asset_1 ", "asset://asset_2", "asset://asset://asset_1", "", ".."])(
  "download rejects with ResponseError, before any request for content, when the API answers with the asset %j",
  async (asset_id) => {
    await using server = await startContentServer((url) => ({ ...ready(url, 1), asset_id }), serve(bytes));
    const error = await caught(startDownload(server));
    expect(error).toMatchObject({ name: "ResponseError", status: 200, attempts: 1, retryable: false });
    expect((error as Error).message).toMatch(/^asset_1: the API answers with another asset, ".*"\. Check baseUrl/);
    expect(server.requests).toHaveLength(0);
  },
);

test.concurrent("download fails with ResponseError when the look-up for a fresh URL gives another asset", async () => {
  await using server = await startContentServer((url, lookUp) => {
    return { ...ready(url, lookUp), asset_id: lookUp === 1 ? id : "asset_2" };
  }, say(403));
  expect(await failureOf(startDownload(server))).toMatchObject({ name: "ResponseError", status: 200 });
  expect([server.lookUps(), server.requests.length]).toEqual([2, 1]);
});

test.concurrent("download takes an asset whose asset_id is its URI for the same one", async () => {
  await using server = await startContentServer(
    (url) => ({ ...ready(url, 1), asset_id: `asset://${id}` }),
    serve(bytes),
  );
  await expectBytes(startDownload(server));
  await expectBytes(clientFor(server).assets.download(`asset://${id}`));
});

test.concurrent("the message does not show a key that the API repeats as asset id", async () => {
  await using server = await startContentServer(() => ({ asset_id: secretKey }));
  const { message } = (await caught(startDownload(server))) as Error;
  expect(message).toContain("[API key]");
  expect(message).not.toContain(secretKey);
});

test.concurrent("the message shows the start of a long asset id, and no secret", async () => {
  const asset_id = `https://a.example/?signature=s3cret&${"x".repeat(5000)}`;
  await using server = await startContentServer(() => ({ asset_id }));
  const { message } = (await caught(startDownload(server))) as Error;
  expect(message).not.toContain("s3cret");
  expect(message.length).toBeLessThan(250);
});

test.concurrent("get and waitUntilReady give what the API says, whatever its asset_id", async () => {
  await using server = await startContentServer(() => ({ asset_id: "asset_2", status: "confirmed" }));
  const { assets } = clientFor(server);
  expect(await assets.get(id)).toMatchObject({ asset_id: "asset_2" });
  expect(await assets.waitUntilReady(id)).toMatchObject({ asset_id: "asset_2" });
});

/** A reader that takes its time: what the download does meanwhile. */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { caught } from "../helpers/caught.ts";
import { makeBytes, readyAsset, serve, startContentServer, type ContentServer } from "../servers/content-server.ts";
import { bytes, dropAtHalf, half, stallAtHalf, startDownload, startReady } from "./downloads.ts";

/** Reads the first piece, waits, and returns a function that reads all of the rest. Together they must be the file. */
async function readFirstPiece(server: ContentServer, options = {}): Promise<() => Promise<Buffer>> {
  const reader = (await startDownload(server, options)).stream.getReader();
  const pieces = [(await reader.read()).value!];
  return async () => {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) pieces.push(piece.value);
    return Buffer.concat(pieces);
  };
}

test.concurrent("the rest of a small file is read from the host while its reader pauses", async () => {
  await using server = await startReady(serve(bytes, { headers: { Connection: "close" }, fault: "end" }));
  const readRest = await readFirstPiece(server);
  await server.allClosed();
  expect((await readRest()).equals(bytes)).toBe(true);
});

test.concurrent("a large file waits at the host while its reader pauses", async () => {
  const file = makeBytes(50_000_000);
  let sent = 0;
  await using server = await startContentServer(readyAsset(file.length), () => async (socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${file.length}\r\n\r\n`);
    while (sent < file.length) {
      const isTaken = socket.write(file.subarray(sent, (sent += 50_000)));
      if (!isTaken) await once(socket, "drain");
    }
  });
  const readRest = await readFirstPiece(server);
  for (let before = -1; before < sent; await sleep(300)) before = sent;
  expect(sent).toBeLessThan(file.length / 2); // the system's buffers hold some megabytes
  expect((await readRest()).equals(file)).toBe(true);
});

test.concurrent("a connection that fails while the reader pauses is not replaced before its bytes are read", async () => {
  await using server = await startReady(dropAtHalf(), serve(bytes));
  const readRest = await readFirstPiece(server);
  await server.allClosed();
  await sleep(1000);
  expect(server.requests).toHaveLength(1);
  expect((await readRest()).equals(bytes)).toBe(true);
  expect(server.requests.map(({ range }) => range)).toEqual([undefined, `bytes=${half}-`]);
});

test.concurrent("a pause of the reader does not count against idleTimeoutMs, however silent the host is", async () => {
  const answer = serve(bytes, { sent: half });
  await using server = await startReady((request) => async (socket, head) => {
    await answer(request)(socket, head);
    await sleep(1000);
    socket.write(bytes.subarray(half));
  });
  const readRest = await readFirstPiece(server, { idleTimeoutMs: 500, maxRetries: 0 });
  await sleep(900);
  expect((await readRest()).equals(bytes)).toBe(true);
});

test.concurrent("a host that stays silent is noticed idleTimeoutMs after the reader asks for more", async () => {
  await using server = await startReady(stallAtHalf());
  const readRest = await readFirstPiece(server, { idleTimeoutMs: 500, maxRetries: 0 });
  await sleep(800);
  const askedAt = performance.now();
  expect(await caught(readRest())).toMatchObject({ name: "TimeoutError", clock: "idle" });
  expect(performance.now() - askedAt).toBeGreaterThanOrEqual(495);
});

/** How far a body is read ahead of its caller, and what becomes of failures that are met there. */
import { setImmediate as settle } from "node:timers/promises";
import { expect, test } from "vitest";
import { readAhead } from "../../src/download/read-ahead.ts";
import { caught } from "../helpers/caught.ts";

const kib = 1024;
const pieceBytes = 64 * kib;

interface TestBody {
  body: ReadableStreamDefaultReader<Uint8Array>;
  /** How many pieces were asked for; the end counts as one. */
  asked: () => number;
  isCancelled: () => boolean;
}

/** Makes a body of pieces whose first byte is their number, from 0. @param end - What follows the last piece. */
function makeBody(pieceCount: number, end: "close" | "fail" = "close"): TestBody {
  let asked = 0;
  let isCancelled = false;
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const number = asked++;
        if (number < pieceCount) return controller.enqueue(new Uint8Array(pieceBytes).fill(number % 256));
        if (end === "fail") controller.error(new Error("cut off"));
        else controller.close();
      },
      cancel: () => void (isCancelled = true),
    },
    { highWaterMark: 0 },
  );
  return { body: stream.getReader(), asked: () => asked, isCancelled: () => isCancelled };
}

test("a body is delivered piece by piece, in order, to its end", async () => {
  const reader = readAhead(makeBody(100).body, 100 * pieceBytes);
  for (let number = 0; number < 100; number++) expect((await reader.read()).value?.[0]).toBe(number);
  expect(await reader.read()).toEqual({ done: true, value: undefined });
});

test("a body of 256 KiB is read to its end at once", async () => {
  const { body, asked } = makeBody(4);
  readAhead(body, 256 * kib);
  await settle();
  expect(asked()).toBe(5);
});

test("a long body waits for its caller while at least 256 KiB are ready, unless only 256 KiB are left", async () => {
  const { body, asked } = makeBody(12);
  const reader = readAhead(body, 12 * pieceBytes);
  const askedAfterEachRead: number[] = [];
  for (let read = 1; read <= 6; read++) {
    await reader.read();
    await settle();
    askedAfterEachRead.push(asked());
  }
  expect(askedAfterEachRead).toEqual([5, 6, 7, 13, 13, 13]);
});

test("a body that is longer than announced waits for its caller, too", async () => {
  const { body, asked } = makeBody(100);
  readAhead(body, pieceBytes);
  await settle();
  expect(asked()).toBe(4);
});

test("a body whose end nobody knows waits for its caller when 16 MiB are ready", async () => {
  const { body, asked } = makeBody(1000);
  readAhead(body, Number.NaN);
  await settle();
  expect(asked()).toBe(256);
});

test("a failure is delivered after the pieces before it, and is not unhandled if nobody reads it", async () => {
  const reader = readAhead(makeBody(2, "fail").body, 10 * pieceBytes);
  await settle();
  expect([(await reader.read()).value?.[0], (await reader.read()).value?.[0]]).toEqual([0, 1]);
  expect(await caught(reader.read())).toMatchObject({ message: "cut off" });
  readAhead(makeBody(2, "fail").body, 10 * pieceBytes);
  await settle();
});

test("cancelling ends the reading, also while a piece is awaited", async () => {
  const { body, isCancelled } = makeBody(1000);
  const reader = readAhead(body, 1000 * pieceBytes);
  await reader.cancel();
  expect(isCancelled()).toBe(true);
  const silent = readAhead(new ReadableStream<Uint8Array>({ pull: () => new Promise(() => {}) }).getReader(), 1);
  const reading = silent.read();
  await silent.cancel();
  expect(await reading).toEqual({ done: true, value: undefined });
});

/** The bodies of `mock.fetch`: how they are read, and how a signal or `close()` ends them. */
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { startMockServer } from "../../src/mock.ts";
import { caught } from "../helpers/caught.ts";

const { image, video, slow } = testAssets;
const mock = await startMockServer();
afterAll(() => mock.close());
beforeEach(() => mock.reset());

const contentOf = (id: string): string => `/assets/${id}/content`;

describe("the signal of mock.fetch", () => {
  const content = mock.url + contentOf(slow.asset_id);

  test("rejects before the request, which is not recorded then", async () => {
    const signal = AbortSignal.abort("planted");
    expect(await caught(mock.fetch(content, { signal }))).toBe("planted");
    expect(await caught(mock.fetch(new Request(content, { signal })))).toBe("planted");
    expect(mock.requests).toEqual([]);
  });

  test("rejects while the mock answers", async () => {
    const controller = new AbortController();
    const busy = await startMockServer({ listen: false, onRequest: () => new Promise(() => {}) });
    const answer = caught(busy.fetch(`${busy.url}/nowhere`, { signal: controller.signal }));
    await vi.waitFor(() => expect(busy.requests).toHaveLength(1));
    controller.abort("planted");
    expect(await answer).toBe("planted");
  });

  test("is not needed to end a request that waits when the mock closes", async () => {
    const busy = await startMockServer({ listen: false, onRequest: () => new Promise(() => {}) });
    const answer = caught(busy.fetch(`${busy.url}/nowhere`));
    await vi.waitFor(() => expect(busy.requests).toHaveLength(1));
    await busy.close();
    expect(await answer).toMatchObject({ message: "fetch failed", cause: { message: "the mock is closed" } });
  });

  test.each(["init", "Request"])("of an %s ends the body", async (place) => {
    const controller = new AbortController();
    const { signal } = controller;
    const response = await (place === "init"
      ? mock.fetch(content, { signal })
      : mock.fetch(new Request(content, { signal })));
    const reader = response.body!.getReader();
    expect((await reader.read()).value!.length).toBeGreaterThan(1000);
    const next = caught(reader.read());
    const reason = new Error("planted");
    controller.abort(reason);
    expect(await next).toBe(reason);
  });

  test("ends a body that nobody reads yet, and changes nothing after the end", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const [unread, read] = await Promise.all([1, 2].map(() => mock.fetch(mock.url, { signal })));
    await read!.text();
    controller.abort(new Error("planted"));
    expect(await caught(unread!.text())).toMatchObject({ message: "planted" });
  });

  test("of a Request does not hold when init has null", async () => {
    const request = new Request(content, { signal: AbortSignal.abort() });
    const response = await mock.fetch(request, { signal: null });
    expect(response.status).toBe(200);
    await response.body!.cancel();
  });

  test("has no listener left after many requests", async () => {
    const { signal } = new AbortController();
    const add = vi.spyOn(signal, "addEventListener");
    const remove = vi.spyOn(signal, "removeEventListener");
    for (let count = 0; count < 20; count++) await (await mock.fetch(mock.url, { signal })).text();
    await (await mock.fetch(content, { signal })).body!.cancel();
    const own = (calls: unknown[][]): number => calls.filter(([, , options]) => options === undefined).length;
    expect(own(add.mock.calls)).toBeGreaterThan(20);
    expect(own(remove.mock.calls)).toBe(own(add.mock.calls));
  });
});

describe("the body of mock.fetch", () => {
  const content = mock.url + contentOf(video.asset_id);

  test("arrives in pieces, and no further than it is read", async () => {
    const response = await mock.fetch(content);
    const reader = response.body!.getReader();
    await reader.read();
    await reader.read();
    await reader.cancel();
    const [{ bytesSent }] = mock.requests as [(typeof mock.requests)[0]];
    expect(bytesSent).toBeGreaterThan(0);
    expect(bytesSent).toBeLessThan(300_000);
    expect((await (await mock.fetch(content)).arrayBuffer()).byteLength).toBe(7_340_032); // after a cancel
  });

  test("can be read into one's own buffer, as that of fetch", async () => {
    for (const send of [fetch, mock.fetch]) {
      const response = await send(mock.url + contentOf(image.asset_id), { headers: { range: "bytes=0-9" } });
      const reader = response.body!.getReader({ mode: "byob" });
      const { value } = await reader.read(new Uint8Array(10));
      expect(value!.length).toBe(10);
      expect((await reader.read(new Uint8Array(10))).done).toBe(true);
    }
  });
});

test.each([false, true])("after close(), mock.fetch rejects and its bodies end (listen: %s)", async (listen) => {
  const closed = await startMockServer({ listen });
  const [text, content] = await Promise.all(
    ["/nowhere", contentOf(video.asset_id)].map((path) => closed.fetch(closed.url + path)),
  );
  await closed.close();
  await closed.close();
  expect(await text!.text()).toContain("This mock serves only"); // it had arrived
  expect(await caught(content!.arrayBuffer())).toMatchObject({ name: "TypeError", message: "terminated" });
  expect(await caught(closed.fetch(closed.url))).toMatchObject({ name: "TypeError", message: "fetch failed" });
});

test("an onRequest that throws makes mock.fetch fail with its error as cause", async () => {
  const planted = new Error("planted");
  const strict = await startMockServer({ listen: false, onRequest: () => Promise.reject(planted) });
  expect(await caught(strict.fetch(strict.url))).toMatchObject({
    name: "TypeError",
    message: "fetch failed",
    cause: planted,
  });
});

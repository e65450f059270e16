/** A download as its caller steers it: ended early, in part, all at once, continued, by a `fetch` of the caller's. */
import { execFile } from "node:child_process";
import { getEventListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { inspect, promisify } from "node:util";
import { describe, expect, test } from "vitest";
import type { Progress } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { makeBytes, readyAsset, say, serve, startContentServer } from "../servers/content-server.ts";
import { bytes, connect, failureOf, half, id, readSome, startReady } from "./downloads.ts";
import { silence } from "../servers/fault-server.ts";
import { slackMs, until } from "../helpers/timing.ts";

describe.concurrent("to end a download early", () => {
  const slow = serve(bytes, { sent: half, fault: "stall" });

  test("cancel its stream: the connection is free at once", async () => {
    await using server = await startReady(slow);
    const { signal } = new AbortController();
    const reader = await readSome(await connect(server).assets.download(id, { signal }), 1000);
    const pending = reader.read();
    const cancelledAt = performance.now();
    await reader.cancel("enough");
    await server.allClosed();
    expect(performance.now() - cancelledAt).toBeLessThan(slackMs);
    await pending;
    expect(getEventListeners(signal, "abort")).toEqual([]);
    expect(await reader.read()).toEqual({ done: true, value: undefined });
  });

  test("cancel it before it is read: nothing is requested", async () => {
    await using server = await startReady(slow);
    const { stream } = await connect(server).assets.download(id);
    await stream.cancel();
    await sleep(50);
    expect(server.requests).toHaveLength(0);
  });

  test.each([
    ["for the headers", [() => silence]],
    ["for bytes", [slow]],
    ["for the next attempt", [serve(bytes, { sent: half, fault: "end" }), () => silence]],
  ])("cancel it while its reader waits %s: no request follows", async (_case, script) => {
    await using server = await startReady(...script);
    const reader = (await connect(server).assets.download(id)).stream.getReader();
    const reading = (async () => {
      while (!(await reader.read()).done);
    })();
    await until(() => server.requests.length > 0);
    await sleep(100);
    await reader.cancel();
    await reading;
    await server.allClosed();
    await sleep(700);
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ["for the headers", [() => silence]],
    ["for bytes", [slow]],
    ["for the next attempt", [serve(bytes, { sent: half, fault: "end" }), () => silence]],
  ])("abort the signal while its reader waits %s: it rejects with the reason", async (_case, script) => {
    for (const reason of [new Error("the user left"), "left", null]) {
      await using server = await startReady(...script);
      const controller = new AbortController();
      const { signal } = controller;
      const reading = failureOf(connect(server).assets.download(id, { signal }));
      await until(() => server.requests.length > 0);
      await sleep(100);
      const abortedAt = performance.now();
      controller.abort(reason);
      expect(await reading).toBe(reason);
      expect(performance.now() - abortedAt).toBeLessThan(100);
      await server.allClosed();
      expect(getEventListeners(signal, "abort")).toEqual([]);
    }
  });

  test("abort the signal: the reason comes out where no retry is left, too", async () => {
    await using server = await startReady(slow);
    const controller = new AbortController();
    const options = { signal: controller.signal, maxRetries: 0 };
    const reading = failureOf(connect(server).assets.download(id, options));
    await until(() => server.requests.length > 0);
    await sleep(100);
    controller.abort("left");
    expect(await reading).toBe("left");
  });

  test("abort the signal while nobody reads: the connection is free at once, the next read rejects", async () => {
    await using server = await startReady(slow);
    const controller = new AbortController();
    const reader = await readSome(await connect(server).assets.download(id, { signal: controller.signal }), 1000);
    const abortedAt = performance.now();
    controller.abort("left");
    await server.allClosed();
    expect(performance.now() - abortedAt).toBeLessThan(slackMs);
    expect(await caught(reader.read())).toBe("left");
  });

  test("abort the signal before: nothing is requested", async () => {
    await using server = await startReady(slow);
    const controller = new AbortController();
    const { signal } = controller;
    const { stream } = await connect(server).assets.download(id, { signal });
    controller.abort("left");
    expect(await caught(stream.getReader().read())).toBe("left");
    expect(await caught(connect(server).assets.download(id, { signal }))).toBe("left");
    expect([server.lookUps(), server.requests.length]).toEqual([1, 0]);
  });

  test("abort the signal while a fresh URL is asked for", async () => {
    const controller = new AbortController();
    await using server = await startReady(say(403));
    const fetch = (url: string, init: RequestInit): Promise<Response> => {
      const hangs = server.requests.length > 0 && url.includes("/api/");
      return hangs ? new Promise(() => {}) : globalThis.fetch(url, init);
    };
    const reading = failureOf(connect(server, { fetch }).assets.download(id, { signal: controller.signal }));
    await until(() => server.requests.length === 1);
    await sleep(50);
    controller.abort("left");
    expect(await reading).toBe("left");
  });

  test("no listener and no connection is left after its end", async () => {
    const { signal } = new AbortController();
    await using server = await startReady(serve(bytes, { sent: half, fault: "end" }), serve(bytes));
    await (await connect(server).assets.download(id, { signal })).bytes();
    expect(getEventListeners(signal, "abort")).toEqual([]);
    await using dropping = await startReady(serve(bytes, { etag: null, sent: half, fault: "end" }));
    await failureOf(connect(dropping).assets.download(id, { signal }));
    expect(getEventListeners(signal, "abort")).toEqual([]);
    await dropping.allClosed();
  });
});

describe.concurrent("progress", () => {
  test("is told at most ten times a second, and once at the end", async () => {
    await using server = await startReady(() => async (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${bytes.length}\r\n\r\n`);
      for (let at = 0; at < bytes.length; at += 3000) {
        socket.write(bytes.subarray(at, at + 3000));
        await sleep(5);
      }
    });
    const told: { atMs: number; receivedBytes: number }[] = [];
    const onProgress = ({ receivedBytes }: Progress): void => {
      told.push({ atMs: performance.now(), receivedBytes });
    };
    await (await connect(server).assets.download(id, { onProgress })).bytes();
    const gapsMs = told.slice(1).map(({ atMs }, index) => atMs - told[index]!.atMs);
    for (const gapMs of gapsMs.slice(0, -1)) expect(gapMs).toBeGreaterThanOrEqual(70); // told late, then in time
    expect(told.length).toBeGreaterThan(3);
    expect(told.filter(({ receivedBytes }) => receivedBytes === bytes.length)).toHaveLength(1);
    expect(told.at(-1)!.receivedBytes).toBe(bytes.length);
  });

  test.each([new Error("disk full"), "a text", new TypeError("terminated")])(
    "that throws %o ends the download with it",
    async (thrown) => {
      await using server = await startReady(serve(bytes));
      const throws = (): never => {
        throw thrown;
      };
      const rejects = (): Promise<never> => Promise.reject(thrown);
      for (const onProgress of [throws, rejects]) {
        expect(await failureOf(connect(server).assets.download(id, { onProgress }))).toBe(thrown);
      }
      expect(server.requests).toHaveLength(2);
    },
  );

  test("that takes long is waited for, but not after an abort", async () => {
    await using server = await startReady(serve(bytes));
    const controller = new AbortController();
    const hangs = (): Promise<never> => new Promise(() => {});
    const options = { onProgress: hangs, signal: controller.signal, idleTimeoutMs: 50 };
    const reading = failureOf(connect(server).assets.download(id, options));
    await sleep(300);
    controller.abort("left");
    expect(await reading).toBe("left");
  });
});

describe.concurrent("a range", () => {
  const [start, end] = [1000, 200_000];

  test.each([
    ["knows ranges", serve(bytes)],
    ["ignores them", serve(bytes, { ranges: "ignored" })],
  ])("of a host that %s is given, and nothing else", async (_case, step) => {
    await using server = await startReady(step);
    const progress: Progress[] = [];
    const onProgress = (event: Progress): number => progress.push(event);
    const download = await connect(server).assets.download(id, { range: { start, end }, onProgress });
    expect(download.size).toBe(end - start);
    expect(Buffer.compare(await download.bytes(), bytes.subarray(start, end))).toBe(0);
    expect(server.requests[0]!.range).toBe(`bytes=${start}-${end - 1}`);
    expect(progress.at(-1)).toMatchObject({ receivedBytes: end - start, totalBytes: end - start });
  });

  test("is over when it has come, whatever else a host sends", async () => {
    await using server = await startReady(serve(bytes, { ranges: "ignored", sent: 250_000, fault: "stall" }));
    const download = await connect(server).assets.download(id, { range: { start, end } });
    expect(Buffer.compare(await download.bytes(), bytes.subarray(start, end))).toBe(0);
    await server.allClosed();
  });

  test("goes on where a connection ended", async () => {
    await using server = await startReady(serve(bytes, { sent: 5000, fault: "end" }), serve(bytes));
    const download = await connect(server).assets.download(id, { range: { start, end } });
    expect(Buffer.compare(await download.bytes(), bytes.subarray(start, end))).toBe(0);
    expect(server.requests[1]!.range).toBe(`bytes=6000-${end - 1}`);
  });

  test.each([{ start: 299_000 }, { start: 299_000, end: 1e9 }])("like %o goes to the file's end", async (range) => {
    await using server = await startReady(serve(bytes));
    const download = await connect(server).assets.download(id, { range });
    expect(download.size).toBe(1000);
    expect(Buffer.compare(await download.bytes(), bytes.subarray(299_000))).toBe(0);
  });

  test("that is empty is not requested; one at the end of the file has no bytes", async () => {
    await using server = await startReady(serve(bytes));
    const { assets } = connect(server);
    expect(await (await assets.download(id, { range: { start: 5, end: 5 } })).bytes()).toHaveLength(0);
    expect(server.requests).toHaveLength(0);
    expect(await (await assets.download(id, { range: { start: bytes.length } })).bytes()).toHaveLength(0);
  });

  test.each([
    ["whose size nobody tells", serve(bytes, { ranges: "ignored", length: "hidden" })],
    ["whose size the host tells", serve(bytes)],
  ])("that begins in the file, %s, and ends behind it, ends with it", async (_case, step) => {
    await using server = await startContentServer((url) => ({ signed_url: `${url}/f` }), step);
    const download = await connect(server).assets.download(id, { range: { start: 299_000, end: 1e9 } });
    expect(Buffer.compare(await download.bytes(), bytes.subarray(299_000))).toBe(0);
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ["tells the size", serve(bytes, { ranges: "ignored" }), "DownloadError"],
    ["does not", serve(bytes, { ranges: "ignored", length: "hidden" }), "NetworkError"],
  ])("behind the end of the file is no success of a host that ignores ranges and %s", async (_case, step, name) => {
    await using server = await startContentServer((url) => ({ signed_url: `${url}/f` }), step);
    const options = { range: { start: bytes.length + 1 }, maxRetries: 0 };
    expect(await failureOf(connect(server).assets.download(id, options))).toMatchObject({ name });
  });

  test("behind the end of the file is refused: by size_bytes before a request, else by the host", async () => {
    const range = { start: bytes.length + 1 };
    await using server = await startReady(serve(bytes));
    const error = await caught(connect(server).assets.download(id, { range }));
    expect(error).toMatchObject({ name: "DownloadError", kind: "size" });
    expect(server.requests).toHaveLength(0);
    await using other = await startContentServer((url) => ({ signed_url: `${url}/f` }), serve(bytes));
    const told = await failureOf(connect(other).assets.download(id, { range }));
    expect(told).toMatchObject({ name: "DownloadError", kind: "size" });
  });
});

describe.concurrent("all bytes at once", () => {
  test("are bytes, a blob of the asset's media type, or text", async () => {
    const text = "晨羽智云: an asset\n";
    await using server = await startContentServer(readyAsset(Buffer.byteLength(text)), serve(Buffer.from(text)));
    const { assets } = connect(server);
    expect(await (await assets.download(id)).bytes()).toEqual(new TextEncoder().encode(text));
    expect(await (await assets.download(id)).text()).toBe(text);
    const blob = await (await assets.download(id)).blob();
    expect([blob.type, await blob.text()]).toEqual(["image/png", text]);
  });

  test("are refused above maxBytes: by their announced size before a request", async () => {
    await using server = await startReady(serve(bytes));
    const { assets } = connect(server);
    const error = await caught((await assets.download(id)).bytes({ maxBytes: bytes.length - 1 }));
    expect(error).toMatchObject({ name: "DownloadError", kind: "too_large" });
    expect(server.requests).toHaveLength(0);
    expect(await (await assets.download(id)).bytes({ maxBytes: bytes.length })).toHaveLength(bytes.length);
  });

  test("are refused above maxBytes as they come, where nobody told their size", async () => {
    const slow = serve(bytes, { length: "hidden", sent: 250_000, fault: "stall" });
    await using server = await startContentServer((url) => ({ signed_url: `${url}/f` }), slow);
    const error = await caught((await connect(server).assets.download(id)).text({ maxBytes: 200_000 }));
    expect(error).toMatchObject({ name: "DownloadError", kind: "too_large" });
    await server.allClosed();
  });

  test.each([
    [100_000_001, "too_large"],
    [100_000_000, "size"], // asked for, and found to be smaller
  ])("are refused above 100 MB, unless more is allowed: %i bytes", async (size, kind) => {
    await using server = await startContentServer(readyAsset(size), serve(bytes));
    expect(await caught((await connect(server).assets.download(id)).blob())).toMatchObject({ kind });
  });

  test("cannot be read after a cancel: that would be an empty file", async () => {
    await using server = await startReady(serve(bytes));
    const download = await connect(server).assets.download(id);
    await download.stream.cancel();
    expect(await caught(download.bytes())).toMatchObject({ name: "ConfigError" });
  });

  test("can be read once", async () => {
    await using server = await startReady(serve(bytes));
    const download = await connect(server).assets.download(id);
    const reader = await readSome(download, 1);
    expect(await caught(download.bytes())).toMatchObject({ name: "ConfigError" });
    reader.releaseLock();
    expect(await caught(download.text())).toMatchObject({ name: "ConfigError" });
    await download.stream.cancel();
  });

  test.each([-1, 1.5, "1"])("are not read with %o as maxBytes", async (maxBytes) => {
    await using server = await startReady(serve(bytes));
    const download = await connect(server).assets.download(id);
    const error = await caught(download.bytes({ maxBytes: maxBytes as number }));
    expect(error).toMatchObject({ name: "ConfigError", message: expect.stringMatching(/^maxBytes: /) });
  });
});

describe.concurrent("a download that goes on with the first bytes of an earlier one", () => {
  test("reads the rest, and counts the first bytes in", async () => {
    await using server = await startReady(serve(bytes));
    const { assets } = connect(server);
    const first = await assets.download(id);
    await (await readSome(first, 1)).cancel();
    const { validator } = first;
    const progress: Progress[] = [];
    const download = await assets.download(id, { onProgress: (event) => progress.push(event) });
    const rest = download.resume({ size: half, validator: validator! });
    expect([rest.size, rest.validator]).toEqual([half, validator]);
    expect(Buffer.compare(await rest.bytes(), bytes.subarray(half))).toBe(0);
    expect(server.requests[1]).toMatchObject({ range: `bytes=${half}-`, ifRange: validator });
    expect(progress.at(-1)).toEqual({ receivedBytes: 300_000, totalBytes: 300_000, resumes: 1, refreshes: 0 });
  });

  test("has nothing to read when they were all, of which it makes sure", async () => {
    await using server = await startReady(serve(bytes, { etag: '"1"' }));
    const { assets } = connect(server);
    const rest = (await assets.download(id)).resume({ size: bytes.length, validator: '"1"' });
    expect(await rest.bytes()).toHaveLength(0);
    expect(server.requests[0]!.range).toBe(`bytes=${bytes.length}-`);
    const changed = (await assets.download(id)).resume({ size: bytes.length, validator: '"0"' });
    expect(await caught(changed.bytes())).toMatchObject({ kind: "changed" });
  });

  test("may be of a file of which nobody told the size", async () => {
    await using server = await startContentServer((url) => ({ signed_url: `${url}/f` }), serve(bytes, { etag: '"1"' }));
    const rest = (await connect(server).assets.download(id)).resume({ size: half, validator: '"1"' });
    expect(rest.size).toBeUndefined();
    expect(Buffer.compare(await rest.bytes(), bytes.subarray(half))).toBe(0);
  });

  test.each([0, 1000])("is refused, with %i of them, when the file is another one now", async (size) => {
    await using server = await startReady(serve(bytes, { etag: '"2"' }));
    const rest = (await connect(server).assets.download(id)).resume({ size, validator: '"1"' });
    expect(await caught(rest.bytes())).toMatchObject({ name: "DownloadError", kind: "changed" });
  });

  test.each([
    [{ size: -1, validator: '"1"' }, /^size: -1/],
    [{ size: 300_001, validator: '"1"' }, /^size: 300001/],
    [{ size: 1, validator: "" }, /^validator: /],
    [{ size: 1, validator: "a\nb" }, /^validator: /],
    [{ size: 1, validator: undefined as unknown as string }, /^validator: /],
  ])("refuses %o", async (first, message) => {
    await using server = await startReady(serve(bytes));
    const download = await connect(server).assets.download(id);
    const error = await caught(() => download.resume(first));
    expect(error).toMatchObject({ name: "ConfigError", message: expect.stringMatching(message) });
  });
});

describe.concurrent("a fetch of the caller's", () => {
  /** Asks the API by the global `fetch`, and gives what stands for the content. */
  function fetchOf(content: (url: string) => Response): (url: string, init: RequestInit) => Promise<Response> {
    return async (url, init) => (url.includes("/api/") ? globalThis.fetch(url, init) : content(url));
  }

  test("that knows no signals is let go of when nothing comes", async () => {
    await using server = await startReady(serve(bytes));
    let isCancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull: () => new Promise(() => {}),
      cancel: () => void (isCancelled = true),
    });
    const fetch = fetchOf(() => new Response(body));
    const download = connect(server, { fetch }).assets.download(id, { idleTimeoutMs: 100, maxRetries: 0 });
    expect(await failureOf(download)).toMatchObject({ name: "TimeoutError", clock: "idle" });
    expect(isCancelled).toBe(true);
  });

  test("that knows no signals gives no whole file when nothing comes, where nobody told the size", async () => {
    await using server = await startContentServer((url) => ({ signed_url: `${url}/f` }));
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(bytes),
      pull: () => new Promise(() => {}),
    });
    const fetch = fetchOf(() => new Response(body));
    const download = connect(server, { fetch }).assets.download(id, { idleTimeoutMs: 100, maxRetries: 0 });
    expect(await failureOf(download)).toMatchObject({ name: "TimeoutError", clock: "idle" });
  });

  test("that gives no Response is told so", async () => {
    await using server = await startReady(serve(bytes));
    const fetch = fetchOf(() => ({}) as Response);
    expect(await failureOf(connect(server, { fetch }).assets.download(id))).toMatchObject({ name: "ConfigError" });
  });

  test("whose refusal breaks off is taken for a refusal", async () => {
    await using server = await startReady(serve(bytes));
    const broken = (): ReadableStream => new ReadableStream({ start: (body) => body.error(new Error("broken")) });
    const fetch = fetchOf(() => new Response(broken(), { status: 403 }));
    expect(await failureOf(connect(server, { fetch }).assets.download(id))).toMatchObject({ kind: "refused" });
    expect(server.lookUps()).toBe(2);
  });

  test.each([
    ["texts", () => new ReadableStream({ start: (body) => body.enqueue("text") })],
    ["numbers of two bytes", () => new ReadableStream({ start: (body) => body.enqueue(new Uint16Array(2)) })],
    ["ArrayBuffers", () => new ReadableStream({ start: (body) => body.enqueue(new ArrayBuffer(2)) })],
  ])("whose body gives %s is told so", async (_case, makeBody) => {
    await using server = await startReady(serve(bytes));
    const fetch = fetchOf(() => Object.defineProperty(new Response(null), "body", { value: makeBody() }));
    expect(await failureOf(connect(server, { fetch }).assets.download(id))).toMatchObject({ name: "ConfigError" });
  });

  test("whose body is no stream, or is read by somebody else, is told so", async () => {
    await using server = await startReady(serve(bytes));
    const locked = new Response("text");
    locked.body!.getReader();
    for (const response of [Object.defineProperty(new Response(null), "body", { value: {} }), locked]) {
      const fetch = fetchOf(() => response);
      expect(await failureOf(connect(server, { fetch }).assets.download(id))).toMatchObject({ name: "ConfigError" });
    }
  });

  test("that knows no signals follows no redirect after an abort, and its late bodies are let go of", async () => {
    await using server = await startReady(serve(bytes));
    const controller = new AbortController();
    const asked: string[] = [];
    let isCancelled = false;
    const body = (): ReadableStream => new ReadableStream({ cancel: () => void (isCancelled = true) });
    const fetch = async (url: string): Promise<Response> => {
      if (url.includes("/api/")) return globalThis.fetch(url);
      asked.push(url);
      await sleep(100);
      return new Response(body(), { status: 302, headers: { Location: "/there" } });
    };
    const options = { signal: controller.signal };
    const reading = failureOf(connect(server, { fetch }).assets.download(id, options));
    await until(() => asked.length === 1);
    controller.abort("left");
    expect(await reading).toBe("left");
    await until(() => isCancelled);
    expect(asked).toHaveLength(1);
  });

  test("that gives no body gives no bytes", async () => {
    await using server = await startReady(serve(bytes));
    const fetch = fetchOf(() => new Response(null));
    const error = await failureOf(connect(server, { fetch }).assets.download(id, { maxRetries: 0 }));
    expect(error).toMatchObject({ name: "NetworkError" });
  });

  test("that shows the signed URL in its error does not make ours show it", async () => {
    await using server = await startReady(serve(bytes));
    const fetch = fetchOf((url) => {
      throw new Error(`no way to ${url}`, { cause: { url, message: url } });
    });
    const error = await failureOf(connect(server, { fetch }).assets.download(id, { maxRetries: 0 }));
    expect(error).toMatchObject({ name: "NetworkError" });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/signature=s/);
  });
});

test("a slow reader is not taken for an idle host", async () => {
  const large = makeBytes(20_000_000);
  await using server = await startContentServer(readyAsset(large.length), serve(large));
  const download = await connect(server).assets.download(id, { idleTimeoutMs: 100, maxRetries: 0 });
  const reader = await readSome(download, 1);
  await sleep(500);
  while (!(await reader.read()).done);
  expect(server.requests).toHaveLength(1);
});

test("an error of the caller's key function comes out as it is, after bytes have come, too", async () => {
  await using server = await startReady(serve(bytes, { sent: half, fault: "end" }), say(403));
  const error = new Error("the vault is shut");
  const apiKey = (): string => {
    if (server.requests.length > 0) throw error;
    return "cy_any";
  };
  expect(await failureOf(connect(server, { apiKey }).assets.download(id))).toBe(error);
});

test("after its end, nothing keeps the process alive", async () => {
  await using server = await startReady(serve(bytes));
  const code = `
    import { createClient } from "./src/index.ts";
    const { assets } = createClient({ apiKey: "any", baseUrl: "${server.url}" });
    console.log((await (await assets.download("${id}")).bytes()).length);`;
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const start = performance.now();
  const run = promisify(execFile)(process.execPath, ["--input-type=module", "--eval", code], { cwd: root });
  expect((await run).stdout).toBe(`${bytes.length}\n`);
  expect(performance.now() - start).toBeLessThan(15_000);
});

test("what nobody reads is not fetched ahead", async () => {
  const large = makeBytes(50_000_000);
  let sent = 0;
  await using server = await startContentServer(readyAsset(large.length), () => (socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${large.length}\r\n\r\n`);
    for (let at = 0; at < large.length; at += 100_000) {
      socket.write(large.subarray(at, at + 100_000), () => (sent += 100_000));
    }
  });
  const reader = await readSome(await connect(server).assets.download(id), 1);
  await sleep(500);
  expect(sent).toBeGreaterThan(0);
  expect(sent).toBeLessThan(20_000_000);
  await reader.cancel();
});

test.each([
  [{ idleTimeoutMs: 0 }, /^idleTimeoutMs: 0/],
  [{ idleTimeoutMs: Number.NaN }, /^idleTimeoutMs: NaN/],
  [{ maxRetries: -1 }, /^maxRetries: -1/],
  [{ onProgress: 1 }, /^onProgress: /],
  [{ range: 5 }, /^range: /],
  [{ range: null }, /^range: /],
  [{ range: {} }, /^range\.start: undefined cannot be used/],
  [{ range: { start: -1 } }, /^range\.start: -1/],
  [{ range: { start: 1.5 } }, /^range\.start: 1\.5/],
  [{ range: { start: 5, end: 4 } }, /^range\.end: 4/],
  [{ range: { start: 5, end: "9" } }, /^range\.end: a string/],
  [{ signal: {} }, /^signal: /],
])("options like %o are refused before any request", async (options, message) => {
  const { assets } = connect({ url: "http://127.0.0.1:9" });
  const error = await caught(assets.download(id, options as object));
  expect(error).toMatchObject({ name: "ConfigError", attempts: 0, message: expect.stringMatching(message) });
});

/** What a logger is told of the requests for contents. */
import { expect, test } from "vitest";
import { createClient, type LogFields } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { recordLog, type LogLine } from "../client/recording-logger.ts";
import { say, serve } from "../servers/content-server.ts";
import { reset } from "../servers/fault-server.ts";
import { bytes, dropAtHalf, expectBytes, failureOf, startDownload, startReady } from "./downloads.ts";

const outline = (lines: LogLine[]): unknown[] =>
  lines.map(({ level, fields }) => [level, fields.attempt, fields.status]);

test.concurrent("each request for content is told by its path, without its query", async () => {
  await using server = await startReady(serve(bytes));
  const { logger, lines } = recordLog(["debug", "info", "warn", "error"]);
  await expectBytes(startDownload(server, {}, { logger }));
  expect(outline(lines)).toEqual([
    ["debug", 1, undefined],
    ["info", 1, 200],
    ["debug", 2, undefined],
    ["info", 2, 200],
  ]);
  const { host } = new URL(server.url);
  expect(lines[3]).toMatchObject({ fields: { method: "GET", host, path: "/file" } });
  expect(lines[3]!.message).toMatch(new RegExp(`^GET ${host}/file: HTTP 200 \\(attempt 2, \\d+ ms\\)$`));
  expect(JSON.stringify(lines)).not.toMatch(/signature|expires/);
});

test.concurrent.each([
  ["req-7", "req-7"],
  ["s1", "s1"], // too short for a signature
  ["x-1gn4tur3", undefined],
  ["a b", undefined],
  ["", undefined],
])("the request id %j of a content host is told as %j", async (requestId, told) => {
  const { logger, lines } = recordLog();
  const data = { asset_id: "asset_1", signed_url: "https://a.example/f?s1=1&signature=1gn4tur3" };
  const headers = { "X-Request-Id": requestId };
  const answers = [Response.json({ code: 0, msg: "", data }), new Response("", { headers })];
  const { assets } = createClient({ apiKey: "k", fetch: async () => answers.shift()!, logger });
  await assets.download("asset_1").then((download) => download.bytes());
  expect(lines[1]!.fields.requestId).toBe(told);
});

test.concurrent("a connection that breaks is a warning with the delay before the next request", async () => {
  await using server = await startReady(dropAtHalf(), serve(bytes));
  const { logger, lines } = recordLog();
  await expectBytes(startDownload(server, {}, { logger }));
  expect(outline(lines)).toEqual([
    ["info", 1, 200],
    ["info", 2, 200],
    ["warn", 2, 200],
    ["info", 3, 206],
  ]);
  const fields: LogFields = lines[2]!.fields;
  expect(fields).toMatchObject({
    method: "GET",
    host: new URL(server.url).host,
    path: "/file",
    error: { name: "NetworkError" },
  });
  expect(server.gapsMs()[0]).toBeGreaterThan(fields.retryDelayMs! - 5);
});

test.concurrent("a refused signed URL is a warning, and the fresh one's look-up follows", async () => {
  await using server = await startReady(say(403), serve(bytes));
  const { logger, lines } = recordLog();
  await expectBytes(startDownload(server, {}, { logger }));
  expect(outline(lines)).toEqual([
    ["info", 1, 200],
    ["warn", 2, 403],
    ["info", 3, 200],
    ["info", 4, 200],
  ]);
});

test.concurrent("a content that begins anew is a warning, not an error", async () => {
  await using server = await startReady(dropAtHalf({ etag: null }), serve(bytes, { etag: null }));
  const { logger, lines } = recordLog();
  await expectBytes(startDownload(server, {}, { logger }));
  expect(lines.map(({ level }) => level)).toEqual(["info", "info", "warn", "info"]);
  expect(lines[2]!.fields.retryDelayMs).toBeGreaterThan(0);
});

test.concurrent("a stream that cannot begin anew ends with an error", async () => {
  await using server = await startReady(dropAtHalf({ etag: null }));
  const { logger, lines } = recordLog();
  const error = await failureOf(startDownload(server, {}, { logger }));
  expect(lines.at(-1)).toMatchObject({ level: "error", fields: { error } });
});

test.concurrent("a failed request for content is told with its host and path", async () => {
  await using server = await startReady(() => reset, serve(bytes));
  const { logger, lines } = recordLog();
  await expectBytes(startDownload(server, {}, { logger }));
  expect(lines[1]).toMatchObject({
    level: "warn",
    fields: { method: "GET", path: "/file", attempt: 2, error: { name: "NetworkError" } },
  });
  expect(lines[1]!.fields.retryDelayMs).toBeGreaterThan(0);
});

test.concurrent("the failure of a look-up for a fresh URL is told once", async () => {
  const { logger, lines } = recordLog();
  const data = { asset_id: "asset_1", signed_url: "https://a.example/f" };
  const answers = [
    Response.json({ code: 0, msg: "", data }),
    new Response("", { status: 403 }),
    new Response("", { status: 404 }),
  ];
  const { assets } = createClient({ apiKey: "k", fetch: async () => answers.shift()!, logger });
  const download = await assets.download("asset_1");
  const error = await caught(download.bytes());
  expect(outline(lines)).toEqual([
    ["info", 1, 200],
    ["warn", 2, 403],
    ["error", 3, 404],
  ]);
  expect(lines[2]!.fields.error).toBe(error);
});

test.concurrent("a temporary failure of a content host has one line, with the delay", async () => {
  await using server = await startReady(say(503), serve(bytes));
  const { logger, lines } = recordLog();
  await expectBytes(startDownload(server, {}, { logger }));
  expect(outline(lines)).toEqual([
    ["info", 1, 200],
    ["warn", 2, 503],
    ["info", 3, 200],
  ]);
  expect(lines[1]!.fields).toMatchObject({ path: "/file", retryDelayMs: expect.any(Number) });
});

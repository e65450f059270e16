/** What a logger is told of each request to the API. For contents: `test/download/logging.test.ts`. */
import { inspect } from "node:util";
import { afterEach, expect, test, vi } from "vitest";
import { ApiError, createClient, type Logger } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { expectGap, until } from "../helpers/timing.ts";
import { answer, reset, silence, startFaultServer } from "../servers/fault-server.ts";
import { recordLog } from "./recording-logger.ts";
import { answerAsset, answerError, apiKey, asset, assetBody } from "./test-client.ts";
import { createTestClient, getRaw, id, path } from "./test-client.ts";

afterEach(() => void vi.restoreAllMocks());

test.concurrent("a request that succeeds is told with its host, path, status, time and request id", async () => {
  await using server = await startFaultServer(answer(200, assetBody, { "X-Request-Id": "req_7" }));
  const { logger, lines } = recordLog();
  await createTestClient(server, { logger }).assets.get(id);
  const { host } = new URL(server.url);
  expect(lines).toEqual([
    {
      level: "info",
      message: expect.stringMatching(/^GET \S+: HTTP 200 \(attempt 1, \d+ ms, request id req_7\)$/),
      fields: expect.objectContaining({ method: "GET", host, path, attempt: 1, status: 200, requestId: "req_7" }),
    },
  ]);
  expect(lines[0]!.message).toContain(`GET ${host}${path}:`);
  expect(lines[0]!.fields.durationMs).toBeGreaterThan(0);
  expect(lines[0]!.fields).not.toHaveProperty("result");
});

test.concurrent("each failed attempt is a warning with the delay before the next one, and the last is an error", async () => {
  await using server = await startFaultServer(answerError(503, { "X-Request-Id": "req_8" }), reset, answerError(500));
  const { logger, lines } = recordLog();
  const error = await caught(createTestClient(server, { logger, maxRetries: 2 }).assets.get(id));
  expect(lines.map(({ level, fields: { attempt, status } }) => [level, attempt, status])).toEqual([
    ["warn", 1, 503],
    ["warn", 2, undefined],
    ["error", 3, 500],
  ]);
  expect(lines[0]).toMatchObject({ fields: { host: new URL(server.url).host, path, requestId: "req_8" } });
  expect(lines[0]!.message).toMatch(/HTTP 503.*\(attempt 1, \d+ ms, request id req_8\) Next attempt in \d+ ms\.$/);
  expect(lines[1]!.fields.error).toMatchObject({ name: "NetworkError" });
  expect(lines[2]!.fields).toMatchObject({ error, retryDelayMs: undefined });
  expect(lines[2]!.message).not.toContain("Next attempt");
  for (const [index, gap] of server.gapsMs().entries()) expectGap(gap, lines[index]!.fields.retryDelayMs!);
});

test.concurrent("a failure that leaves no time for the next attempt is an error", async () => {
  await using server = await startFaultServer(answerError(503, { "Retry-After": "9" }));
  const { logger, lines } = recordLog();
  await caught(createTestClient(server, { logger, totalTimeoutMs: 5000 }).assets.get(id));
  expect(lines).toMatchObject([{ level: "error", fields: { status: 503, retryDelayMs: undefined } }]);
});

test.concurrent("a business failure is an error with HTTP 200", async () => {
  await using server = await startFaultServer(answer(200, '{"code":1001,"msg":"资源已过期"}'));
  const { logger, lines } = recordLog();
  await caught(createTestClient(server, { logger }).assets.get(id));
  expect(lines).toMatchObject([
    { level: "error", message: expect.stringContaining("已过期"), fields: { status: 200 } },
  ]);
});

test.concurrent("a response that is not the API's is an error with its status", async () => {
  await using server = await startFaultServer(answer(200, "<html>", { "X-Request-Id": "req_9" }));
  const { logger, lines } = recordLog();
  await caught(createTestClient(server, { logger }).assets.get(id));
  expect(lines).toMatchObject([{ level: "error", fields: { status: 200, requestId: "req_9" } }]);
});

test.concurrent("debug tells of a request before it is sent", async () => {
  const { logger, lines } = recordLog(["debug", "info"]);
  let linesBefore = 0;
  const fetch = async (): Promise<Response> => {
    linesBefore = lines.length;
    return new Response(assetBody);
  };
  await createClient({ apiKey, fetch, logger }).assets.get(id);
  expect(linesBefore).toBe(1);
  expect(lines.map(({ level }) => level)).toEqual(["debug", "info"]);
  expect(lines[0]!.message).toBe(`GET www.chenyu.cn${path}: attempt 1 begins`);
  expect(lines[0]!.fields).toEqual({ method: "GET", host: "www.chenyu.cn", path, attempt: 1 });
});

test.concurrent("raw tells the logger, too", async () => {
  await using server = await startFaultServer(answerError(404), answerAsset);
  const { logger, lines } = recordLog();
  const client = createTestClient(server, { logger });
  await getRaw(client);
  await getRaw(client);
  expect(lines.map(({ level, fields }) => [level, fields.status])).toEqual([
    ["error", 404],
    ["info", 200],
  ]);
});

test.concurrent("an abort is told without the signal's reason, which may be a secret of its owner", async () => {
  await using server = await startFaultServer(silence);
  const { logger, lines } = recordLog(["debug", "info", "warn", "error"]);
  const controller = new AbortController();
  const call = caught(createTestClient(server, { logger }).assets.get(id, { signal: controller.signal }));
  await until(() => server.requests.length === 1);
  controller.abort(new Error("s3cret reason"));
  await call;
  expect(lines.at(-1)).toMatchObject({
    level: "info",
    message: expect.stringMatching(/: ended by its caller \(attempt 1, /),
  });
  expect(inspect(lines, { depth: Infinity, showHidden: true })).not.toContain("s3cret");
});

test.concurrent("calls that one signal ends have a line each", async () => {
  await using server = await startFaultServer(silence);
  const { logger, lines } = recordLog();
  const controller = new AbortController();
  const client = createTestClient(server, { logger });
  const calls = [1, 2, 3].map(() => caught(client.assets.get(id, { signal: controller.signal })));
  await until(() => server.requests.length === 3);
  controller.abort("stop");
  await Promise.all(calls);
  expect(lines.map(({ level }) => level)).toEqual(["info", "info", "info"]);
});

test.concurrent("a fetch that throws one error again and again has a line for each attempt", async () => {
  const { logger, lines } = recordLog();
  const error = await caught(createClient({ apiKey: () => "a b" }).assets.get(id));
  const fetch = (): Promise<Response> => Promise.reject(error);
  const network = await caught(
    createClient({ apiKey, fetch: () => Promise.reject(new Error("x")), maxRetries: 0 }).assets.get(id),
  );
  await caught(createClient({ apiKey, fetch, logger, maxRetries: 1 }).assets.get(id));
  await caught(createClient({ apiKey, fetch: () => Promise.reject(network), logger, maxRetries: 1 }).assets.get(id));
  expect(lines.map(({ level }) => level)).toEqual(["error", "warn", "error"]);
});

test.concurrent("what ends a call before its request is told, if it is an error of ours", async () => {
  const { logger, lines } = recordLog();
  const wrongKey = createClient({ apiKey: () => "a b", logger });
  await caught(wrongKey.assets.get(id));
  const failingKey = createClient({ apiKey: () => Promise.reject(new Error("s3cret")), logger });
  await caught(failingKey.assets.get(id));
  expect(lines).toMatchObject([{ level: "error", fields: { attempt: 0, error: { name: "ConfigError" } } }]);
});

test("a logger that throws or rejects ends no call", async () => {
  const rejections: unknown[] = [];
  const onRejection = (reason: unknown): void => void rejections.push(reason);
  process.on("unhandledRejection", onRejection);
  await using server = await startFaultServer(answerError(503), answerAsset);
  const fail = (): never => {
    throw new Error("no disk");
  };
  const reject = (): Promise<never> => Promise.reject(new Error("no network"));
  const logger: Logger = { debug: fail, info: reject, warn: fail, error: reject };
  expect(await createTestClient(server, { logger }).assets.get(id)).toEqual(asset);
  await new Promise(setImmediate);
  process.off("unhandledRejection", onRejection);
  expect(rejections).toEqual([]);
});

test.concurrent("a logger's methods are called on it, as those of pino and winston must be", async () => {
  class CountingLogger implements Logger {
    count = 0;
    debug(): void {
      this.count += 1;
    }
    info(): void {
      this.count += 1;
    }
    warn(): void {}
    error(): void {}
  }
  const logger = new CountingLogger();
  await createClient({ apiKey, fetch: async () => new Response(assetBody), logger }).assets.get(id);
  expect(logger.count).toBe(2);
});

test("console is a logger", async () => {
  const info = vi.spyOn(console, "info").mockImplementation(() => {});
  await using server = await startFaultServer(answerAsset);
  await createTestClient(server, { logger: console }).assets.get(id);
  expect(info).toHaveBeenCalledOnce();
});

test.each([null, "debug", 7, () => {}, { info() {} }, { debug() {}, info() {}, warn() {}, error: true }])(
  "%o is no logger",
  (logger) => {
    const wrong = { apiKey, logger: logger as unknown as Logger };
    expect(() => createClient(wrong)).toThrow(expect.objectContaining({ name: "ConfigError", option: "logger" }));
  },
);

test("an error in a log shows no secret", async () => {
  await using server = await startFaultServer(answer(500, JSON.stringify({ code: 500, msg: `no ${apiKey}` })));
  const { logger, lines } = recordLog(["debug", "info", "warn", "error"]);
  const error = await caught(createTestClient(server, { logger, maxRetries: 1 }).assets.get(id));
  expect(error).toBeInstanceOf(ApiError);
  expect(lines).toHaveLength(4);
  expect(inspect(lines, { depth: Infinity, showHidden: true })).not.toContain(apiKey);
});

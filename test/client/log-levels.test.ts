/** The log on standard error, by the variable `CHENYU_LOG`. */
import { afterEach, expect, test, vi } from "vitest";
import { createClient } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { answer, startFaultServer } from "../servers/fault-server.ts";
import { recordLog } from "./recording-logger.ts";
import { answerAsset, answerError, apiKey, assetBody, createTestClient, id } from "./test-client.ts";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test.each([
  ["error", 1],
  ["warn", 2],
  ["info", 3],
  ["debug", 6],
  [" INFO ", 3], // cmd.exe keeps the space of `set CHENYU_LOG=info && node app.js`
  ["off", 0],
  ["", 0],
])("with CHENYU_LOG=%s, standard error gets %i lines", async (level, count) => {
  vi.stubEnv("CHENYU_LOG", level);
  const write = vi.spyOn(console, "error").mockImplementation(() => {});
  await using server = await startFaultServer(answerAsset, answerError(503), answerError(404));
  const { assets } = createTestClient(server);
  await assets.get(id);
  await caught(assets.get(id));
  expect(write).toHaveBeenCalledTimes(count);
  const lines = write.mock.calls.map(([line]) => String(line));
  expect(lines.every((line) => /^\d{4}-\d\d-\d\dT[\d:.]+Z (error|warn|info|debug) GET /.test(line))).toBe(true);
});

test("a logger goes before CHENYU_LOG", async () => {
  vi.stubEnv("CHENYU_LOG", "debug");
  const write = vi.spyOn(console, "error").mockImplementation(() => {});
  const { logger, lines } = recordLog();
  await using server = await startFaultServer(answer(200, assetBody));
  await createTestClient(server, { logger }).assets.get(id);
  expect([lines.length, write.mock.calls.length]).toEqual([1, 0]);
});

test("an unknown level in CHENYU_LOG is a ConfigError that names it", () => {
  vi.stubEnv("CHENYU_LOG", "verbose");
  const error = new RegExp('^CHENYU_LOG: "verbose" is no level. Use off, error, warn, info, debug.$');
  expect(() => createClient({ apiKey })).toThrow(
    expect.objectContaining({ name: "ConfigError", option: "CHENYU_LOG" }),
  );
  expect(() => createClient({ apiKey })).toThrow(error);
});

test("controls of a terminal in a server's text are escaped", async () => {
  vi.stubEnv("CHENYU_LOG", "error");
  const write = vi.spyOn(console, "error").mockImplementation(() => {});
  await using server = await startFaultServer(answer(404, JSON.stringify({ code: 404, msg: "a\u009b31m\u202eb" })));
  await caught(createTestClient(server).assets.get(id));
  const [line] = write.mock.calls[0] as [string];
  expect(line).toContain(String.raw`a\u009b31m\u202eb`);
  expect(line).not.toMatch(/[\u009b\u202e]/);
});

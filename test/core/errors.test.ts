import { inspect } from "node:util";
import { expect, test, vi } from "vitest";
import * as sdk from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";

const error = new sdk.NetworkError("GET https://a.example/b?signature=s3cret&x=1 failed", {
  cause: new Error("inner"),
});

test("an error is an Error with a literal name, its cause and its details", () => {
  expect(error).toBeInstanceOf(Error);
  expect(error).toBeInstanceOf(sdk.ChenyuError);
  expect(error).toMatchObject({ name: "NetworkError", attempts: 1, retryable: true, requestId: undefined });
  expect(error.cause).toBeInstanceOf(Error);
  expect(new sdk.ConfigError("apiKey", "x")).not.toHaveProperty("cause");
});

test.each([
  ["apiKey", { apiKey: "" }],
  ["baseUrl", { apiKey: "any", baseUrl: "ftp://a.example" }],
  ["maxRetries", { apiKey: "any", maxRetries: -1 }],
])("ConfigError has the name of the option %s, also in its message", async (option, options) => {
  const configError = await caught(() => sdk.createClient(options));
  expect(configError).toMatchObject({ option, message: expect.stringMatching(new RegExp(`^${option}: `)) });
});

test.each([
  ["attempt", "timeoutMs"],
  ["total", "totalTimeoutMs"],
  ["idle", "idleTimeoutMs"],
] as const)("TimeoutError of the clock %s has the option that sets it", (clock, option) => {
  expect(new sdk.TimeoutError("x", { clock })).toMatchObject({ clock, option });
});

test("isChenyuError recognises the errors of a second copy of the package, which instanceof does not", async () => {
  vi.resetModules();
  const copy: typeof sdk = await import("../../src/index.ts");
  const errorOfCopy = await caught(() => copy.parseAssetId(""));
  expect(errorOfCopy).not.toBeInstanceOf(sdk.ChenyuError);
  expect(sdk.isChenyuError(errorOfCopy)).toBe(true);
});

test.each([undefined, null, 7, "x", {}, new Error("x"), new TypeError("x")])("isChenyuError refuses %s", (value) => {
  expect(sdk.isChenyuError(value)).toBe(false);
});

test.each([
  ["https://a.example/b?signature=s3cret", "https://a.example/b?…"],
  [
    String.raw`{"url":"https:\/\/a.example\/b?x=1\u0026signature=s3cret","a":1`,
    String.raw`{"url":"https:\/\/a.example\/b?…","a":1`,
  ],
  ["https://a.example/b%3Fexpires%3D1%26signature%3Ds3cret x", "https://a.example/b?… x"],
  ["https://a.example/b&#63;expires=1&amp;signature=s3cret", "https://a.example/b?…"],
  ["https%3A%2F%2Fa.example%2Fb%253Fx%253D1%2526signature%253Ds3cret", "https%3A%2F%2Fa.example%2Fb?…"],
  ["https://a.example/it's.png?x=1&token=s3cret x", "https://a.example/it's.png?… x"],
  ['"signature":"s3cret", "b":1', '"signature=…", "b":1'],
  ["/b?expires=1&signature=s3cret", "/b?expires=…"],
  ["Really? Yes. 资源不存在?请检查", "Really? Yes. 资源不存在?请检查"],
])("an error cuts the queries of URLs out of its message: %s", (message, cut) => {
  expect(new sdk.NetworkError(message, {}).message).toBe(cut);
});

test("an error is made quickly, even from a long message that is crafted to slow the cutting down", () => {
  const start = performance.now();
  void new sdk.NetworkError("https:?".repeat(150_000), {});
  expect(performance.now() - start).toBeLessThan(3000);
});

test("an error shows no query of a URL and no internal symbol when it is inspected or written as JSON", () => {
  expect(error.message).toBe("GET https://a.example/b?… failed");
  expect(inspect(error, { depth: Infinity })).not.toMatch(/s3cret|Symbol\(/);
  expect(JSON.stringify(error)).not.toContain("s3cret");
});

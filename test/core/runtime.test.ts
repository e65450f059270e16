/** What the SDK does in Node, in a browser, and where there is neither. */
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createClient, type ClientOptions } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { always, startServer } from "../servers/server.ts";

const id = "asset_38d2ff7769fb3b7267039941547e6a78";
const found = JSON.stringify({ code: 0, msg: "", data: { asset_id: id } });
const secret = "cy_s3cret";

beforeEach(() => {
  vi.stubEnv("CHENYU_API_KEY", undefined);
  vi.stubEnv("CHENYU_BASE_URL", undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

test("key and base URL come from the environment, unless the options give them", async () => {
  await using server = await startServer(always(200, found));
  vi.stubEnv("CHENYU_API_KEY", "cy_env");
  vi.stubEnv("CHENYU_BASE_URL", server.url);
  await createClient().assets.get(id);
  await createClient({ apiKey: "cy_option" }).assets.get(id);
  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer cy_env", "Bearer cy_option"]);
});

test("the base URL is the production server when neither the options nor the environment give one", async () => {
  const urls: string[] = [];
  vi.stubEnv("CHENYU_BASE_URL", "");
  const fetch = async (url: string): Promise<Response> => (urls.push(url), new Response(found));
  await createClient({ apiKey: "k", fetch }).assets.get(id);
  expect(urls).toEqual([`https://www.chenyu.cn/api/open/v2/assets/${id}`]);
});

test("createClient asks for a key when the environment is empty or may not be read", async () => {
  vi.stubEnv("CHENYU_API_KEY", "");
  expect(String(await caught(() => createClient()))).toContain("apiKey: there is none");
  vi.stubGlobal("process", {
    get env() {
      throw new Error("NotCapable");
    },
  });
  expect(String(await caught(() => createClient()))).toContain("apiKey: there is none");
  expect(createClient({ apiKey: "k" })).toBeDefined();
});

test("createClient asks for a key when there is no process", async () => {
  vi.stubGlobal("process", undefined);
  expect(await caught(() => createClient())).toMatchObject({ name: "ConfigError" });
  expect(createClient({ apiKey: "k" })).toBeDefined();
});

test("the package can be imported where there is no fetch, no Response and no process, and starts no timer", async () => {
  vi.resetModules();
  const timer = vi.spyOn(globalThis, "setTimeout");
  for (const name of ["fetch", "Request", "Response", "Headers", "process"]) vi.stubGlobal(name, undefined);
  const sdk = await import("../../src/index.ts");
  vi.unstubAllGlobals();
  expect(sdk.createClient).toBeTypeOf("function");
  expect(timer).not.toHaveBeenCalled();
  timer.mockRestore();
});

test("Node with a global document, as jsdom makes, is no browser", () => {
  vi.stubGlobal("document", {});
  expect(() => createClient({ apiKey: "k" })).not.toThrow();
});

describe.each(["document", "importScripts"])("in a browser (globalThis.%s)", (sign) => {
  beforeEach(() => {
    vi.stubGlobal(sign, {});
    vi.stubGlobal("process", undefined);
  });

  test.each([
    ["a key", secret],
    ["a key function", () => secret],
  ])("createClient refuses %s", async (_name, apiKey) => {
    const error = await caught(() => createClient({ apiKey }));
    expect(error).toMatchObject({ name: "ConfigError", message: expect.stringContaining("dangerouslyAllowBrowser") });
    expect(inspect(error)).not.toContain(secret);
    const almostTrue = { apiKey, dangerouslyAllowBrowser: 1 } as unknown as ClientOptions;
    expect(await caught(() => createClient(almostTrue))).toMatchObject({ name: "ConfigError" });
  });

  test("createClient takes a key with dangerouslyAllowBrowser", () => {
    expect(() => createClient({ apiKey: secret, dangerouslyAllowBrowser: true })).not.toThrow();
  });

  test("no key is needed, and no header is sent that costs a preflight request", async () => {
    const inits: RequestInit[] = [];
    const fetch = async (_url: string, init: RequestInit): Promise<Response> => (inits.push(init), new Response(found));
    await createClient({ baseUrl: "https://a.example", fetch }).assets.get(id);
    expect(inits[0]?.headers).toEqual({ accept: "application/json" });
  });

  test("the message of a NetworkError shows no query of a URL, though there is no key", async () => {
    const offline = (): Promise<Response> => Promise.reject(new TypeError("at https://a.example/b?signature=s3cret"));
    const error = await caught(
      createClient({ baseUrl: "https://a.example", fetch: offline, maxRetries: 0 }).assets.get(id),
    );
    expect((error as Error).message).toContain("(at https://a.example/b?…");
  });
});

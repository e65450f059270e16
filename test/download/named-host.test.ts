/** A mock in another container, as Docker Compose names it: the API and its contents are at `http://mock:PORT`. */
import { Agent, fetch as undiciFetch } from "undici";
import { expect, inject, test, vi } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { createClient, type ClientOptions, type Fetch } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";

/** Resolves each name to this machine, as the network of the containers would. */
const dispatcher = new Agent({
  connect: { lookup: (_name, _options, callback) => callback(null, [{ address: "127.0.0.1", family: 4 }]) },
});

const options: ClientOptions = {
  apiKey: "any",
  baseUrl: inject("mock").replace("127.0.0.1", "mock"),
  fetch: undiciFetch as unknown as Fetch, // only its types differ
  fetchOptions: { dispatcher },
};
const { asset_id } = testAssets.image;

test("download works on a mock whose host is named, by the option or by the variable", async () => {
  const byOption = createClient({ ...options, allowInsecureHosts: ["mock"] });
  expect((await byOption.assets.get(asset_id)).signed_url).toMatch(/^http:\/\/mock:/);
  expect(await (await byOption.assets.download(asset_id)).bytes()).toHaveLength(102_400);
  vi.stubEnv("CHENYU_ALLOW_INSECURE_HOSTS", "mock");
  const byVariable = createClient(options);
  vi.unstubAllEnvs();
  expect(await (await byVariable.assets.download(asset_id)).bytes()).toHaveLength(102_400);
});

test("createClient refuses such a mock when nobody names its host", async () => {
  expect(await caught(() => createClient(options))).toMatchObject({ name: "ConfigError", option: "baseUrl" });
});

/** The command of the tarball behind a proxy, on each version of Node, without and with the package undici. */
import { cp } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { makeFolder, type TemporaryFolder } from "../helpers/temporary-folder.ts";
import { startProxy } from "../servers/proxy-server.ts";
import { always, startServer } from "../servers/server.ts";
import { nodes, runCommand } from "./commands.ts";

const asset = JSON.stringify({ code: 0, msg: "", data: { asset_id: "asset_1" } });
const command = "node_modules/chenyu-assets/dist/esm/src/cli.js";

let withUndici: TemporaryFolder;
beforeAll(async () => {
  withUndici = await makeFolder();
  await cp(join(inject("consumer"), "node_modules"), withUndici.at("node_modules"), { recursive: true });
  const undici = dirname(createRequire(import.meta.url).resolve("undici/package.json"));
  await cp(undici, withUndici.at("node_modules/undici"), { recursive: true });
});
afterAll(() => withUndici[Symbol.asyncDispose]());

/** Looks an asset up at a host that only the proxy knows. Returns both outputs; fails as the command does. */
async function getBehindProxy(node: string, folder: string, url: string, proxy: string): Promise<string> {
  const { port } = new URL(url);
  const variables = [
    "CHENYU_API_KEY=any",
    `CHENYU_BASE_URL=http://a.invalid:${port}`,
    "CHENYU_ALLOW_INSECURE_HOSTS=a.invalid",
  ];
  const line = ["env", ...variables, `HTTP_PROXY=http://${proxy}`, node, command, "get", "asset_1", "--timeout", "20"];
  return runCommand("sh", ["-c", `${line.join(" ")} 2>&1`], folder);
}

test.each(nodes)("%s goes through the proxy, by itself or by undici, and warns of nothing", async (_name, node) => {
  await using server = await startServer(always(200, asset));
  await using proxy = await startProxy();
  const output = await getBehindProxy(node, withUndici.path, server.url, proxy.host);
  expect(JSON.parse(output)).toEqual({ asset_id: "asset_1" });
  expect(proxy.requests.length).toBeGreaterThan(0);
});

test.each(nodes)("%s goes through the proxy without undici, or says what helps", async (_name, node) => {
  await using server = await startServer(always(200, asset));
  await using proxy = await startProxy();
  const hasFunction = (await runCommand(node, ["-p", "typeof http.setGlobalProxyFromEnv"], ".")).trim() === "function";
  const output = await getBehindProxy(node, inject("consumer"), server.url, proxy.host).catch(String);
  if (hasFunction) expect(JSON.parse(output)).toEqual({ asset_id: "asset_1" });
  else expect(output).toMatch(/HTTP_PROXY is set, but this Node does not use it\. .*NODE_USE_ENV_PROXY=1/);
  expect(proxy.requests.length > 0).toBe(hasFunction);
});

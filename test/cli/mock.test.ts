/** The command `mock`. */
import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { createClient } from "../../src/index.ts";
import { startMockServer } from "../../src/mock.ts";
import { until } from "../helpers/timing.ts";
import { finish, run, start, startMock } from "./run.ts";

test("prints its URL, each test asset by name, and requests to try, which work", async () => {
  const { url, output } = await startMock();
  await until(() => /Reset:.*\n/.test(output.stdout));
  const rows = output.stdout.split("\n").map((line) => line.trim().split(/ {2,}/));
  for (const [name, { asset_id, summary }] of Object.entries(testAssets)) {
    expect(rows).toContainEqual([name, asset_id, summary]);
  }
  expect(output.stdout).toContain(`CHENYU_BASE_URL=${url} CHENYU_API_KEY=any`);
  const [, header, value, target] = /curl -H "(.*): (.*)" (http.*)\n/.exec(output.stdout)!;
  const response = await fetch(target!, { headers: { [header!]: value! } });
  expect([response.status, (await response.json()).code]).toEqual([200, 0]);
  const [, reset] = /curl -X POST (http.*)\n/.exec(output.stdout)!;
  expect((await fetch(reset!, { method: "POST" })).status).toBe(204);
  expect(output.stderr).toBe("");
});

test("logs each request in a line, without API key and signature", async () => {
  const { url, output } = await startMock();
  const { assets } = createClient({ apiKey: "cy_s3cret", baseUrl: url });
  const ready = testAssets.image;
  const { signed_url } = await assets.get(ready.asset_id);
  await fetch(signed_url);
  await fetch(`${url}/nowhere?key=cy_s3cret`);
  await assets.get("asset_1");
  const path = `/api/open/v2/assets/${ready.asset_id}`;
  const ms = String.raw`\d+\.\d ms`;
  const lines = new RegExp(
    [
      `^GET ${path} 200 ${ms}  Ready image \\(the vendor's example\\)`,
      `GET /assets/${ready.asset_id}/content 200 ${ms}  Ready image \\(the vendor's example\\)`,
      `GET /nowhere 404 ${ms}`,
      `GET /api/open/v2/assets/asset_1 200 ${ms}\\n$`,
    ].join("\\n"),
    "m",
  );
  await until(() => output.stdout.includes("asset_1 200"));
  expect(output.stdout).toMatch(lines);
  expect(output.stdout).not.toMatch(/s3cret|signature/);
});

test("--quiet prints only the URL", async () => {
  const { url, output, child, exitCode } = await startMock("--quiet");
  await fetch(url);
  child.kill("SIGTERM");
  expect(await exitCode).toBe(0);
  expect(output).toEqual({ stdout: `${url}\n`, stderr: "" });
});

test.each(["SIGINT", "SIGTERM"] as const)("ends at once on %s while it sends a file", async (signal) => {
  const { url, child, exitCode } = await startMock();
  const slow = testAssets.slow.asset_id;
  const { signed_url } = await createClient({ apiKey: "any", baseUrl: url }).assets.get(slow);
  const download = (await fetch(signed_url)).arrayBuffer().catch(() => "cut off");
  const startedAt = performance.now();
  child.kill(signal);
  expect(await exitCode).toBe(0);
  expect(performance.now() - startedAt).toBeLessThan(1000);
  expect(await download).toBe("cut off");
});

test("a signal that comes while it starts is not lost, as it would be for the first process of a container", async () => {
  const preload = `process.on("newListener", (name) => {
    if (name !== "SIGTERM") return;
    console.error("serves:", process.getActiveResourcesInfo().includes("TCPServerWrap"));
    setImmediate(() => process.kill(process.pid, name));
  })`;
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(preload)}`;
  const { exitCode, stderr } = await finish(start(["mock", "--port", "0"], { NODE_OPTIONS }));
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "serves: false\n" });
});

test("ends with exit code 1 and one line when the port is taken", async () => {
  const other = await startMockServer();
  const { port } = new URL(other.url);
  const stderr = `chenyu-assets: --port: ${port} on 127.0.0.1 is taken. Pass another one, or 0 for any free one.\n`;
  expect(await run(["mock", "--port", port])).toEqual({ exitCode: 1, stdout: "", stderr });
  await other.close();
});

test("ends on SIGTERM when its output has not been read for long", async () => {
  const { url, child, exitCode } = await startMock();
  child.stdout!.pause();
  const agent = new Agent({ keepAlive: true, maxSockets: 20 });
  await Promise.all(
    Array.from({ length: 3000 }, async () => {
      const [response] = (await once(get(`${url}/${"long".repeat(50)}`, { agent }), "response")) as [IncomingMessage];
      await once(response.resume(), "end");
    }),
  );
  agent.destroy();
  const startedAt = performance.now();
  child.kill("SIGTERM");
  await once(child, "exit");
  expect(performance.now() - startedAt).toBeLessThan(1000);
  child.stdout!.resume();
  expect(await exitCode).toBe(0);
});

test("leaves lines out while nobody reads them, and goes on when somebody does", async () => {
  const { url, child, output } = await startMock();
  child.stdout!.pause();
  const paths = Array.from({ length: 3000 }, (_, index) => `/${index}/${"long".repeat(50)}`);
  for (let at = 0; at < paths.length; at += 20) {
    await Promise.all(paths.slice(at, at + 20).map(async (path) => (await fetch(url + path)).body?.cancel()));
  }
  child.stdout!.resume();
  while (!output.stdout.includes("GET /last 404")) await (await fetch(`${url}/last`)).body?.cancel();
  const lines = output.stdout.match(/^GET \/\d+\/long/gm)!;
  expect(lines.length).toBeGreaterThan(100);
  expect(lines.length).toBeLessThan(2500);
});

test("goes on when its output is closed", async () => {
  const { url, child } = await startMock();
  child.stdout!.destroy();
  for (let count = 0; count < 20; count++) expect((await fetch(url)).status).toBe(200);
  expect(child.exitCode).toBeNull();
});

test("--public-url is where addresses lead, and a wrong one is wrong usage", async () => {
  const { url } = await startMock("--quiet", "--public-url", "https://dev.example/mock");
  const asset = await createClient({ apiKey: "any", baseUrl: url }).assets.get("asset_1");
  expect(asset.url).toBe("https://dev.example/mock/assets/asset_1/content");
  const { exitCode, stderr } = await run(["mock", "--public-url", "dev.example"]);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^chenyu-assets: --public-url: pass an https: or http: URL/);
});

/** The command as a whole, and `mock`. */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { Agent, get, type IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { testAssets, version } from "../../generated/document.ts";
import { createClient } from "../../src/index.ts";
import { startMockServer } from "../../src/mock.ts";
import { root, run, until, type Run } from "./run.ts";

async function startMock(...args: string[]): Promise<Run & { url: string }> {
  const mock = run(["mock", "--port", "0", ...args]);
  const url = await until(() => /http:\/\/127\.0\.0\.1:\d+(?=\n)/.exec(mock.output.stdout)?.[0]);
  return { ...mock, url };
}

describe("mock", () => {
  test("tells its URL, what each test asset does, and a request to try, which works", async () => {
    const { url, output } = await startMock();
    await until(() => /Begin again.*\n/.exec(output.stdout) ?? undefined);
    for (const { asset_id, summary } of Object.values(testAssets))
      expect(output.stdout).toContain(`  ${asset_id}  ${summary}\n`);
    expect(output.stdout).toContain(`CHENYU_BASE_URL=${url} CHENYU_API_KEY=any`);
    const [, header, value, target] = /curl -H "(.*): (.*)" (http.*)\n/.exec(output.stdout)!;
    const response = await fetch(target!, { headers: { [header!]: value! } });
    expect([response.status, (await response.json()).code]).toEqual([200, 0]);
    const [, reset] = /curl -X POST (http.*)\n/.exec(output.stdout)!;
    expect((await fetch(reset!, { method: "POST" })).status).toBe(204);
    expect(output.stderr).toBe("");
  });

  test("logs a line a request, without key and signature", async () => {
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
    await until(() => /asset_1 200/.exec(output.stdout) ?? undefined);
    expect(output.stdout).toMatch(lines);
    expect(output.stdout).not.toMatch(/s3cret|signature/);
  });

  test("--quiet prints the URL alone", async () => {
    const { url, output, child, ended } = await startMock("--quiet");
    await fetch(url);
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
    expect(output).toEqual({ stdout: `${url}\n`, stderr: "" });
  });

  test.each(["SIGINT", "SIGTERM"] as const)("ends at once on %s, whatever is being sent", async (signal) => {
    const { url, child, ended } = await startMock();
    const slow = testAssets.slow.asset_id;
    const { signed_url } = await createClient({ apiKey: "any", baseUrl: url }).assets.get(slow);
    const download = (await fetch(signed_url)).arrayBuffer().catch(() => "cut off");
    const start = performance.now();
    child.kill(signal);
    expect(await ended).toBe(0);
    expect(performance.now() - start).toBeLessThan(1000);
    expect(await download).toBe("cut off");
  });

  test("on a port that is taken says so in one line and exits with 1", async () => {
    const other = await startMockServer();
    const { port } = new URL(other.url);
    const { output, ended } = run(["mock", "--port", port]);
    expect(await ended).toBe(1);
    const line = `chenyu-assets: port: ${port} on 127.0.0.1 is taken. Pass another one, or 0 for any free one.\n`;
    expect(output).toEqual({ stdout: "", stderr: line });
    await other.close();
  });

  test("ends on SIGTERM also when its output has not been read for long", async () => {
    const { url, child, ended } = await startMock();
    child.stdout!.pause();
    const agent = new Agent({ keepAlive: true, maxSockets: 20 });
    await Promise.all(
      Array.from({ length: 3000 }, async () => {
        const [response] = (await once(get(`${url}/${"long".repeat(50)}`, { agent }), "response")) as [IncomingMessage];
        await once(response.resume(), "end");
      }),
    );
    agent.destroy();
    const start = performance.now();
    child.kill("SIGTERM");
    await once(child, "exit");
    expect(performance.now() - start).toBeLessThan(1000);
    child.stdout!.resume();
    expect(await ended).toBe(0);
  });

  test("leaves out the lines that nobody takes, and goes on when somebody does", async () => {
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

  test("goes on when nobody reads its output any more", async () => {
    const { url, child } = await startMock();
    child.stdout!.destroy();
    for (let count = 0; count < 20; count++) expect((await fetch(url)).status).toBe(404);
    expect(child.exitCode).toBeNull();
  });
});

test("--help tells of every option and exit code", async () => {
  const source = await readFile(`${root}src/cli/arguments.ts`, "utf8");
  const names = [...source.matchAll(/^ {2}"?([\w-]+)"?: \{ type:/gm)].map(([, name]) => name!);
  expect(names.length).toBeGreaterThan(7);
  for (const args of [["--help"], ["mock", "--help"], ["-h"]]) {
    const { output, ended } = run(args);
    expect(await ended).toBe(0);
    for (const name of names) expect(output.stdout).toMatch(new RegExp(`^ *--${name}\\b`, "m"));
    for (const exitCode of [
      "0 well",
      "1 failed",
      "2 wrong usage",
      "3 not ready",
      "130 interrupted",
      "143 terminated",
    ]) {
      expect(output.stdout).toMatch(new RegExp(`^Exit codes:.* ${exitCode}`, "m"));
    }
    expect(output.stderr).toBe("");
  }
});

test("the exit code is right also when nobody reads the errors any more", async () => {
  const { child, ended } = run(["moc"]);
  child.stderr!.destroy();
  expect(await ended).toBe(2);
});

test("--version prints the version", async () => {
  const { output, ended } = run(["--version"]);
  expect(await ended).toBe(0);
  expect(output).toEqual({ stdout: `${version}\n`, stderr: "" });
});

test.each([
  [[], "no command"],
  [["moc"], 'unknown command "moc"'],
  [["mock", "x"], 'mock takes no "x"'],
  [["mock", "--port"], "Option '--port <value>' argument missing"],
  [["mock", "--port", "http"], '--port takes a whole number from 0 to 65535, not "http"'],
  [["mock", "--port", "65536"], '--port takes a whole number from 0 to 65535, not "65536"'],
  [["mock", "--port="], '--port takes a whole number from 0 to 65535, not ""'],
  [["mock", "--port", "-1"], "Option '--port' argument is ambiguous"],
  [["mock", "--host", ""], "--host takes a name or an address"],
  [["mock", "--quiet=yes"], "Option '--quiet' does not take an argument"],
  [["mock", "--prot", "1"], "Unknown option '--prot'"],
  [["mock", "--json"], "mock takes no --json"],
  [["get", "--port", "1"], "get takes no --port"],
  [["toString"], 'unknown command "toString"'],
  [["get"], "get takes the id of an asset, or several"],
  [["get", "-x"], "Unknown option '-x'"],
  [["get", "asset_1", "-o", "x"], "get takes no --output"],
  [["wait", "--json"], "wait takes the id of an asset, or several"],
  [["wait", "asset_1", "--timeout", "2m"], '--timeout takes seconds, such as 90 or 0.5, not "2m"'],
  [["wait", "asset_1", "--timeout", "0"], '--timeout takes seconds, such as 90 or 0.5, not "0"'],
  [["get", "asset_1", "--timeout", "9999999"], '--timeout takes seconds, such as 90 or 0.5, not "9999999"'],
  [["download"], "download takes the id of an asset, or several"],
  [["download", "asset_1", "-o"], "Option '-o, --output <value>' argument missing"],
  [["download", "asset_1", "-o", ""], "--output takes a file or a folder"],
  [["download", "asset_1", "--overwrite", "yes"], '--overwrite takes error, replace or skip, not "yes"'],
  [["download", "asset_1", "--concurrency", "0"], '--concurrency takes a whole number from 1 to 999, not "0"'],
])("%j is refused in one line, with exit code 2", async (args, problem) => {
  const { output, ended } = run(args);
  expect(await ended).toBe(2);
  expect(output).toEqual({ stdout: "", stderr: `chenyu-assets: ${problem}. See chenyu-assets --help.\n` });
});

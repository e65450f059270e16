/** The code of the tarball, run on each version of Node: as ES module, as CommonJS, and both in one process. */
import { readFile } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { noTerminal } from "../cli/run.ts";
import { makeFolder } from "../helpers/temporary-folder.ts";
import { startServer } from "../servers/server.ts";
import { missingRuntimes, nodes, otherRuntimes, runCommand } from "./commands.ts";

const consumer = inject("consumer");
const command = join(consumer, "node_modules/.bin/chenyu-assets");

/** Answers a look-up with an asset of that size, that of `asset_404` with a failure. `content` answers the download. */
function answerWith(size: number, content: RequestListener): RequestListener {
  return (request, response) => {
    if (request.url === "/content") return content(request, response);
    const asset_id = request.url!.split("/").at(-1)!;
    const asset = { asset_id, status: "confirmed", size_bytes: size, mime_type: "image/webp" };
    const signed_url = `http://${request.headers.host}/content`;
    const code = asset_id === "asset_404" ? 404 : 0;
    response.end(JSON.stringify({ code, msg: "", data: { ...asset, signed_url } }));
  };
}

/** What `tracing.mjs` prints of a server that answers 503 at first. */
async function expectTracing(run: (url: string) => Promise<string>): Promise<void> {
  let requests = 0;
  await using server = await startServer((_request, response) => {
    const asset = { code: 0, msg: "", data: { asset_id: "asset_1" } };
    const isFirst = ++requests === 1;
    response.writeHead(isFirst ? 503 : 200, isFirst ? {} : { "X-Request-Id": "req_7" });
    response.end(JSON.stringify(isFirst ? {} : asset));
  });
  const request = ["GET", new URL(server.url).host, "/api/open/v2/assets/asset_1"];
  expect(JSON.parse(await run(server.url))).toEqual({
    ends: [
      [...request, 1, 503, true, null, "ApiError", null],
      [...request, 2, 200, true, "req_7", null, null],
    ],
    lines: [
      ["warn", 1],
      ["info", 2],
    ],
  });
}

describe.each(otherRuntimes)("on %s", (name, [command, ...words]) => {
  test.skipIf(missingRuntimes.includes(name))("the channel and the logger are told of each attempt", async () => {
    await expectTracing((url) => runCommand(command!, [...words, "tracing.mjs", url], consumer));
  });
});

describe.each(nodes)("on %s", (_name, node) => {
  const run = (...args: string[]): Promise<string> => runCommand(node, args, consumer);

  beforeAll(async () => console.log(`the tarball on Node ${(await run("--version")).trim()}`));

  test.each(["look-up.mjs", "look-up.cjs"])("%s looks assets up", async (script) => {
    await using server = await startServer((request, response) => {
      const found = request.url === "/api/open/v2/assets/asset_1" && request.headers.authorization === "Bearer cy_test";
      const asset = { asset_id: "asset_1", status: "confirmed", size_bytes: 7 };
      response.writeHead(found ? 200 : 404).end(JSON.stringify(found ? { code: 0, msg: "", data: asset } : {}));
    });
    const results = JSON.parse(await run(`compiled/${script}`, server.url));
    expect(results).toEqual(["asset://asset_1 true 7", "ApiError not_found", "ConfigError", 0]);
  });

  test.each(["download.mjs", "download.cjs"])("%s downloads to memory and to files", async (script) => {
    const content: RequestListener = (_request, response) => response.setHeader("ETag", '"1"').end("0123456789");
    await using server = await startServer(answerWith(10, content));
    await using folder = await makeFolder();
    const results = JSON.parse(await run(`compiled/${script}`, server.url, folder.path));
    const ends = [
      ["asset_2", folder.at("asset_2.webp")],
      ["asset_404", "ApiError"],
    ];
    expect(results).toEqual(["123", 10, 10, ends]);
    expect(await folder.names()).toEqual(["asset_2.webp", "one.bin"]);
  });

  test("the channel and the logger are told of each attempt", () => expectTracing((url) => run("tracing.mjs", url)));

  test.each(["document.mjs", "document.cjs"])("%s reads the document", async (script) => {
    expect(JSON.parse(await run(`compiled/${script}`))).toEqual(["3.1.1", "getAsset"]);
  });

  test.skipIf(noTerminal)("the command download shows a bar on a terminal, and where the file is", async () => {
    const content: RequestListener = (_request, response) => {
      response.writeHead(200, { ETag: '"1"', "Content-Length": 4 }).write("12");
      setTimeout(() => response.end("34"), 1500);
    };
    await using server = await startServer(answerWith(4, content));
    await using folder = await makeFolder();
    const words = [node, command, "download", "asset_1", "--base-url", server.url, "-o", folder.at("bar.bin")];
    const line = words.map((word) => `'${word}'`).join(" ");
    const shell = ["CHENYU_API_KEY=any", "TERM=xterm", "script", "-qec", line, "/dev/null"];
    const output = await runCommand("env", shell, consumer);
    expect(output).toMatch(/ 50% /);
    expect(output).toContain(`saved ${folder.at("bar.bin")} (4 bytes)`);
  });

  test("the command mock says what to install when its optional peer is missing", async () => {
    await expect(run(command, "mock")).rejects.toThrow(
      /^.*\nchenyu-assets: mock: the optional package @stoplight\/prism-http is not installed\. Run npm install --save-dev @stoplight\/prism-http@5\.\n$/,
    );
  });

  test("the CommonJS copy starts a changed file again when the client is of the ES modules", async () => {
    const versions = ["old bytes", "new bytes"];
    let requests = 0;
    const content: RequestListener = (_request, response) => {
      const version = versions[Math.min(requests++, 1)]!;
      response.writeHead(200, { ETag: JSON.stringify(version), "Content-Length": version.length });
      if (requests > 1) return void response.end(version);
      response.write(version.slice(0, 4), () => setTimeout(() => response.destroy(), 100));
    };
    await using server = await startServer(answerWith(9, content));
    await using folder = await makeFolder();
    expect(await run("two-copies-download.mjs", server.url, folder.at("changed.txt"))).toBe("9\n");
    expect(await readFile(folder.at("changed.txt"), "utf8")).toBe("new bytes");
  });

  test("isChenyuError knows the errors of the other copy, whose classes differ", async () => {
    expect(JSON.parse(await run("two-copies-errors.mjs"))).toEqual([
      ["ConfigError", false, true],
      ["ConfigError", false, true],
    ]);
  });
});

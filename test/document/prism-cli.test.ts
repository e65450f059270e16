import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { createClient } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const readme = await readFile(`${root}README.md`, "utf8");
const [, options] = /`npx @stoplight\/prism-cli mock node_modules\/chenyu-assets\/(generated[^`]*)`/.exec(readme)!;
const [, header, value] = /`(Prefer): (code=200, example=under_review)`/.exec(readme)!;

test("the plain Prism CLI serves the document, by the README's command and header", async () => {
  expect(options).toContain("--port 4011");
  const args = ["node_modules/.bin/prism", "mock", ...options!.replace("4011", "0").split(/\s+/)];
  const prism = spawn(process.execPath, args, { cwd: root });
  try {
    const baseUrl = await new Promise<string>((resolve, reject) => {
      let output = "";
      prism.stdout.on("data", (text) => {
        output += text;
        const [url] = /http:\/\/127\.0\.0\.1:\d+(?=\s)/.exec(output) ?? [];
        if (url !== undefined) resolve(url);
      });
      prism.on("close", () => reject(new Error(output)));
    });
    const { asset_id: id } = testAssets.image;
    const { assets } = createClient({ apiKey: "any", baseUrl });
    expect(await assets.get(id)).toMatchObject({ asset_id: id, status: "confirmed" });
    expect(await assets.get(id, { headers: { [header!]: value! } })).toMatchObject({ status: "reviewing" });
    const error = await caught(assets.get(id, { headers: { Prefer: "code=429" } }));
    expect(error).toMatchObject({ name: "ApiError", kind: "rate_limited", retryAfterMs: 1000 });
  } finally {
    prism.kill("SIGTERM");
    if (prism.exitCode === null && prism.signalCode === null) await once(prism, "close");
  }
});

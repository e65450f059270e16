import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { testAssets } from "../generated/document.ts";
import { createClient } from "../src/index.ts";
import { caught } from "./helpers/caught.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { scripts } = JSON.parse(await readFile(`${root}package.json`, "utf8")) as { scripts: { mock: string } };

test("npm run mock serves the document on 127.0.0.1:4010 with the plain Prism CLI, and ends when told to", async () => {
  expect(scripts.mock).toContain("--host 127.0.0.1 --port 4010");
  // The same command on a free port: 4010 may be taken here.
  const [command, ...args] = scripts.mock.replace("--port 4010", "--port 0").split(" ");
  const prism = spawn(process.execPath, [`node_modules/.bin/${command}`, ...args], { cwd: root });
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
    const [{ asset_id: id }] = testAssets;
    const { assets } = createClient({ apiKey: "any", baseUrl });
    expect(await assets.get(id)).toMatchObject({ asset_id: id, status: "confirmed" });
    const headers = { Prefer: "code=200, example=under_review" };
    expect(await assets.get(id, { headers })).toMatchObject({ status: "reviewing" });
    const error = await caught(assets.get(id, { headers: { Prefer: "code=429" } }));
    expect(error).toMatchObject({ name: "ApiError", kind: "rate_limited", retryAfterMs: 1000 });
  } finally {
    prism.kill("SIGTERM");
    if (prism.exitCode === null && prism.signalCode === null) await once(prism, "close");
  }
});

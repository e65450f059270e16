/** The samples that the docs show for each operation print what they promise, against the mock. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { readSamples } from "../../scripts/docs/samples.ts";
import { readDocument } from "../../scripts/document.ts";
import * as sdk from "../../src/index.ts";
import { startMockServer } from "../../src/mock.ts";
import { findProgram } from "../helpers/programs.ts";
import { runSample } from "../package/samples.ts";

const run = promisify(execFile);
const mock = await startMockServer();
const folder = await mkdtemp(join(tmpdir(), "chenyu-assets-samples-"));
const { servers, paths } = await readDocument();
const samples = await readSamples();
const env = { ...process.env, CHENYU_API_KEY: "cy_test" };

beforeAll(() => {
  vi.stubEnv("CHENYU_API_KEY", "cy_test");
  vi.stubEnv("CHENYU_BASE_URL", mock.url);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await mock.close();
  await rm(folder, { recursive: true });
});

/** A sample that asks the mock instead of the real API; and the id of the asset it asks for, if it is another one. */
function forMock(code: string, assetId?: string): string {
  const moved = code.replaceAll(servers[0]!.url, mock.url);
  return assetId === undefined ? moved : moved.replaceAll(/asset_[0-9a-f]{32}/g, assetId);
}

function sampleOf(operationId: string, label: string): string {
  return samples[operationId]!.find((sample) => sample.label === label)!.code;
}

async function runFile(program: string, name: string, code: string): Promise<string> {
  await writeFile(join(folder, name), code);
  return (await run(program, [join(folder, name)], { env })).stdout;
}

test("each operation has a sample in each language, and all but the SDK's name its URL", () => {
  for (const operations of Object.values(paths)) {
    for (const { operationId } of Object.values(operations)) {
      expect(samples[operationId]!.map(({ label }) => label)).toEqual([
        "curl",
        "TypeScript",
        "Python",
        "JavaScript fetch",
      ]);
      for (const { label, code } of samples[operationId]!) {
        expect(code, label).not.toMatch(/cy_|sk-/);
        expect(code.includes(servers[0]!.url), label).toBe(label !== "TypeScript");
      }
    }
  }
});

const curl = findProgram("curl");
const python = findProgram("python3");
const { expired, image } = mock.testAssets;
const success = new RegExp(`^confirmed ${mock.url}/\\S+signature=`);

describe("getAsset", () => {
  test.skipIf(curl === undefined)("with curl", async () => {
    const body = JSON.parse(await runFile("sh", "get.sh", forMock(sampleOf("getAsset", "curl"))));
    expect(body.data.asset_id).toBe(image.asset_id);
    expect(mock.requests.at(-1)!.headers["user-agent"]).toMatch(/^curl/);
  });

  test("with the SDK", async () => {
    const printed = await runSample(sampleOf("getAsset", "TypeScript"), { "chenyu-assets": sdk });
    expect(printed.map(({ text }) => text).join("\n")).toMatch(success);
  });

  test.skipIf(python === undefined)("with Python; a business failure is an error", async () => {
    const code = sampleOf("getAsset", "Python");
    expect(await runFile("python3", "get.py", forMock(code))).toMatch(success);
    await expect(runFile("python3", "get.py", forMock(code, expired.asset_id))).rejects.toThrow("1001 资源已过期");
  });

  test("with fetch; a business failure is an error", async () => {
    const code = sampleOf("getAsset", "JavaScript fetch");
    expect(await runFile(process.execPath, "get.mjs", forMock(code))).toMatch(success);
    const failed = runFile(process.execPath, "get.mjs", forMock(code, expired.asset_id));
    await expect(failed).rejects.toThrow("1001 资源已过期");
  });
});

import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { createClient } from "../../src/index.ts";
import { startMockServer } from "../../src/mock.ts";
import { secretKey } from "../servers/content-server.ts";
import { expectSame } from "./expectations.ts";
import { runCheck } from "./report.ts";

const run = promisify(execFile);

/** Downloads a URL to a path, in a folder. @returns What was seen. */
type Check = (url: string, path: string, bytes: Buffer) => Promise<string>;

const curl = (...parameters: string[]): Promise<string> =>
  run("curl", ["--silent", "--show-error", "--fail", ...parameters]).then(({ stdout }) => stdout);

/** Downloads with the first half there already. */
async function saveFirstHalf(path: string, bytes: Buffer): Promise<void> {
  await writeFile(path, bytes.subarray(0, Math.floor(bytes.length / 2)));
}

async function expectStatus(status: string, ...parameters: string[]): Promise<string> {
  const actual = await curl("--write-out", "%{http_code}", ...parameters);
  if (actual !== status) throw new Error(`HTTP ${actual}, expected ${status}`);
  return `HTTP ${status}`;
}

const curlChecks: Record<string, Check> = {
  plain: (url, path) => curl("--output", path, url),
  async "-r, three parts"(url, path, { length }) {
    const [first, second] = [Math.floor(length / 3), Math.floor((length * 2) / 3)];
    const ranges = [`0-${first - 1}`, `${first}-${second - 1}`, `${second}-`];
    const parts = ranges.map((_range, index) => `${path}.${index}`);
    for (const [index, range] of ranges.entries()) await expectStatus("206", "-r", range, "-o", parts[index]!, url);
    await writeFile(path, Buffer.concat(await Promise.all(parts.map((part) => readFile(part)))));
    return "";
  },
  async "-r, the last bytes"(url, path, bytes) {
    await expectStatus("206", "-r", "-1000", "-o", path, url);
    await writeFile(path, Buffer.concat([bytes.subarray(0, -1000), await readFile(path)]));
    return "";
  },
  async "-C -"(url, path, bytes) {
    await saveFirstHalf(path, bytes);
    return curl("-C", "-", "--output", path, url);
  },
  async "-z, not changed"(url, path) {
    await curl("--remote-time", "--output", path, url);
    return expectStatus("304", "-z", path, "-o", `${path}.new`, url);
  },
  async "--etag-compare, not changed"(url, path) {
    await curl("--etag-save", `${path}.etag`, "--output", path, url);
    return expectStatus("304", "--etag-compare", `${path}.etag`, "-o", `${path}.new`, url);
  },
  async "--etag-compare, changed"(url, path) {
    await writeFile(`${path}.etag`, '"another"\n');
    return expectStatus("200", "--etag-compare", `${path}.etag`, "-o", path, url);
  },
};

const curlDropChecks: Record<string, Check> = {
  async "-C - after a cut"(url, path) {
    const cut = await curl("--output", path, url).catch(({ code }: { code: number }) => code);
    if (cut !== 18) throw new Error(`curl ends with ${cut}, expected 18 for a partial file`);
    return curl("-C", "-", "--output", path, url);
  },
};

const wget = (...parameters: string[]): Promise<string> =>
  run("wget", ["--quiet", "--no-proxy", ...parameters]).then(() => "");

const wgetChecks: Record<string, Check> = {
  plain: (url, path) => wget("-O", path, url),
  async "-c"(url, path, bytes) {
    await saveFirstHalf(path, bytes);
    return wget("-c", "-O", path, url);
  },
  async "-c, complete"(url, path, bytes) {
    await writeFile(path, bytes);
    return wget("-c", "-O", path, url);
  },
};

async function aria2c(url: string, path: string, ...parameters: string[]): Promise<string> {
  const target = ["--dir", join(path, ".."), "--out", path.split("/").at(-1)!];
  await run("aria2c", ["--no-conf", "--quiet", "--all-proxy=", ...target, ...parameters, url]);
  return "";
}

const aria2Checks: Record<string, Check> = {
  plain: (url, path) => aria2c(url, path),
  "-x8": (url, path) => aria2c(url, path, "-x8", "-s8", "-k1M"),
  async "-c"(url, path, bytes) {
    await saveFirstHalf(path, bytes);
    return aria2c(url, path, "-c");
  },
};

export interface RealClient {
  program: string;
  packages: { debian: string };
  checks: Record<string, Check>;
  /** The checks on a content whose connection drops in the middle. */
  dropChecks: Record<string, Check>;
}

export const clients: RealClient[] = [
  { program: "curl", packages: { debian: "curl" }, checks: curlChecks, dropChecks: curlDropChecks },
  { program: "wget", packages: { debian: "wget" }, checks: wgetChecks, dropChecks: { plain: wgetChecks.plain! } },
  { program: "aria2c", packages: { debian: "aria2" }, checks: aria2Checks, dropChecks: aria2Checks },
];

export async function checkClient({ program, checks, dropChecks }: RealClient, folder: string): Promise<void> {
  const mock = await startMockServer();
  const { assets } = createClient({ apiKey: secretKey, baseUrl: mock.url });
  const path = join(folder, "file");
  for (const name of ["image", "large", "drops"] as const) {
    const { asset, ...download } = await assets.download(mock.testAssets[name].asset_id);
    const bytes = Buffer.from(await download.bytes());
    for (const [check, run] of Object.entries(name === "drops" ? dropChecks : checks)) {
      await runCheck(`${program} to the mock`, `${check}: ${name}, ${bytes.length} bytes`, async () => {
        await mkdir(folder);
        const seen = await run(asset.signed_url!, path, bytes);
        expectSame("the file", await readFile(path), bytes);
        return seen;
      });
      await rm(folder, { recursive: true });
    }
  }
  await mock.close();
}

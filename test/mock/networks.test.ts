/** App and mock in two networks, joined by a cable, as two containers of Compose: no address of one means the other. */
import { execFile, spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { makeFolder } from "../helpers/temporary-folder.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

/** Namespaces of users, networks, mounts and processes: whatever is started inside ends with the script, and needs no rights. */
const unshare = ["--user", "--map-root-user", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];

/**
 * Starts the mock in this network, makes a second one, and runs a command there. In both, `mock` is the address of the mock
 * on the cable.
 */
const script = `set -e
unshare --net sleep 60 & app=$!
until [ "$(readlink /proc/$app/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
ip link set lo up
ip link add cable0 type veth peer name cable1 netns $app
ip address add 10.77.0.1/24 dev cable0 && ip link set cable0 up
in_app() { nsenter --target $app --net "$@"; }
in_app sh -c "ip link set lo up && ip address add 10.77.0.2/24 dev cable1 && ip link set cable1 up"
mount --bind "$HOSTS" /etc/hosts
"$NODE" src/cli.ts mock --host 0.0.0.0 --quiet > "$URL" &
until [ -s "$URL" ]; do kill -0 $!; sleep 0.05; done
in_app "$@"`;

const probe = "ip link set lo up && ip link add a0 type veth peer name a1 && mount --bind /etc/hosts /etc/hosts";
const canUnshare = spawnSync("unshare", [...unshare, "sh", "-c", `${probe} && nsenter --version`]).status === 0;
if (!canUnshare)
  console.warn("The tests of two networks are skipped: unshare, nsenter or ip is missing, or may not be used.");

/** Runs a command of Node in the network of the app. @returns What it writes to stdout and stderr. */
async function runInApp(args: string[], environment: Record<string, string> = {}): Promise<string> {
  await using folder = await makeFolder();
  await writeFile(folder.at("hosts"), "127.0.0.1 localhost\n10.77.0.1 mock\n");
  const { NODE_OPTIONS: _, ...own } = process.env;
  const variables = { HOSTS: folder.at("hosts"), URL: folder.at("url"), NODE: process.execPath, CHENYU_API_KEY: "any" };
  const env = { ...own, ...variables, ...environment };
  const words = [...unshare, "sh", "-c", script, "sh", process.execPath, ...args];
  const { stdout, stderr } = await run("unshare", words, { cwd: root, env }).catch((error: unknown) => error as never);
  return stdout + stderr;
}

/** Looks an asset up and downloads it. */
const program = (options: string): string[] => [
  "--input-type=module",
  "--eval",
  `import { createClient } from "./src/index.ts";
  try {
    const { assets } = createClient({ baseUrl: "http://mock:4010", maxRetries: 0, ${options} });
    const { asset, ...download } = await assets.download("asset_1");
    console.log(new URL(asset.signed_url).origin, (await download.bytes()).length);
  } catch ({ name, message, attempts }) {
    console.log(name, attempts, message);
  }`,
];

const command = ["src/cli.ts", "get", "asset_1", "--json", "--base-url", "http://mock:4010"];
const leave = { CHENYU_ALLOW_INSECURE_HOSTS: "mock" };

describe.skipIf(!canUnshare)("with the app in another network than the mock", { timeout: 60_000 }, () => {
  test("the mock is not at the app's own address", async () => {
    const output = await runInApp(program('baseUrl: "http://127.0.0.1:4010"'));
    expect(output).toMatch(/^NetworkError 1 .*ECONNREFUSED 127\.0\.0\.1:4010/);
  });

  test("a client without leave sends nothing, and says how to allow it", async () => {
    expect(await runInApp(program(""))).toMatch(/^ConfigError 0 baseUrl: .*allowInsecureHosts: \["mock"\]/);
    expect(await runInApp(command)).toMatch(/^chenyu-assets: .*CHENYU_ALLOW_INSECURE_HOSTS=mock/);
  });

  test.each([
    ["the option", program('allowInsecureHosts: ["mock"]'), {}],
    ["the environment variable", program(""), leave],
  ])("a client with leave by %s looks up and downloads", async (_how, args, environment) => {
    expect(await runInApp(args, environment)).toBe("http://mock:4010 102400\n");
  });

  test("the command line with leave looks up, at the addresses that it can reach", async () => {
    const asset = JSON.parse(await runInApp(command, leave));
    expect(asset).toMatchObject({ status: "confirmed", url: "http://mock:4010/assets/asset_1/content" });
  });
});

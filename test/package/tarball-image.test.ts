/** The files in `examples/mock`: an image, Compose, and GitHub Actions. No container engine is needed. */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from "vitest";
import { testAssets } from "../../generated/document.ts";
import { until } from "../helpers/timing.ts";
import { makeFolder } from "../helpers/temporary-folder.ts";
import { listProcesses } from "./commands.ts";
import { buildImage, mockAddress, noContainer, readDockerfile, readWords, startContainer } from "./container.ts";
import type { Container, Image } from "./container.ts";

const examples = fileURLToPath(new URL("../../examples/mock", import.meta.url));
const instructions = await readDockerfile(join(examples, "Dockerfile"));
const textOf = (name: string): string => instructions.find(([each]) => each === name)![1];
const command = readWords(textOf("CMD"));
const healthCheck = readWords(textOf("HEALTHCHECK"));

let image: Image;
beforeAll(async () => {
  image = await buildImage(instructions, join(inject("consumer"), "package.tgz"));
});
afterAll(() => image[Symbol.asyncDispose]());

async function start(): Promise<Container> {
  const container = await startContainer(image, command);
  onTestFinished(() => stop(container));
  return container;
}

async function stop({ child, exitCode }: Container): Promise<void> {
  child.kill("SIGKILL");
  await exitCode;
}

/** Starts a container that waits for commands, with a cable to the mock. */
function startNeighbour(mock: Container): Promise<Container> {
  return startContainer(image, ["sleep", "infinity"], mock);
}

async function untilHealthy({ run }: Container): Promise<void> {
  const isHealthy = (): Promise<boolean> =>
    run(healthCheck).then(
      () => true,
      () => false,
    );
  await until(isHealthy);
}

/** A command that prints what a URL gives. The content host refuses a key. */
function fetchText(url: string): string[] {
  const headers = url.includes("/api/") ? { authorization: "Bearer any" } : {};
  const script = `fetch("${url}", { headers: ${JSON.stringify(headers)} }).then((r) => r.text()).then(console.log)`;
  return ["node", "-e", script];
}

test("the image is slim, on Node 24, and its user is not root", () => {
  expect(textOf("FROM")).toBe("node:24-slim");
  const names = instructions.map(([name]) => name);
  expect(names.lastIndexOf("USER")).toBeLessThan(names.indexOf("CMD"));
  expect(textOf("USER")).toBe("node");
  expect(textOf("EXPOSE")).toBe("4010"); // the default of the command
});

test("the image gets the tarball as npm pack names it, and holds what npm installs of it", async () => {
  const [pattern] = textOf("COPY").split(" ");
  const { version } = JSON.parse(await readFile(join(examples, "../../package.json"), "utf8"));
  expect(`chenyu-assets-${version}.tgz`).toMatch(new RegExp(`^${pattern!.replaceAll(".", "\\.").replace("*", ".*")}$`));
  expect(readdirSync(image.folder).toSorted()).toEqual([
    "chenyu-assets.tgz",
    "node_modules",
    "package-lock.json",
    "package.json",
  ]);
});

describe.skipIf(noContainer !== undefined)("the command of the image, as the first process, of the user nobody", () => {
  test("is healthy, and serves at each address", async () => {
    const container = await start();
    await expect(container.run(healthCheck)).rejects.toThrow(); // it does not listen yet
    await untilHealthy(container);
    const status = readFileSync(`/proc/${container.pid}/status`, "utf8");
    expect(status).toMatch(/^Uid:\s+65534\s+65534\s/m);
    expect(status).toMatch(/^NSpid:\s+\d+\s+1$/m);
    const answer = JSON.parse(await container.run(fetchText("http://mock:4010/api/open/v2/assets/asset_1")));
    expect(answer).toMatchObject({ code: 0, data: { status: "confirmed" } });
    expect(answer.data.signed_url).toMatch(/^http:\/\/mock:4010\//);
    expect((await container.run(fetchText(answer.data.signed_url))).length).toBeGreaterThan(1000);
  });

  test("ends within 2 s of SIGTERM while it sends a file, and leaves no process", async () => {
    const container = await start();
    await untilHealthy(container);
    const look = fetchText(`http://mock:4010/api/open/v2/assets/${testAssets.slow.asset_id}`);
    const { data } = JSON.parse(await container.run(look));
    const download = container.run(fetchText(data.signed_url)).catch(() => "cut off");
    await until(() => container.output.stdout.includes(`/${testAssets.slow.asset_id}/content 200`));
    const startedAt = performance.now();
    process.kill(container.pid, "SIGTERM");
    expect(await container.exitCode).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(2000);
    expect(await download).toBe("cut off");
    expect(listProcesses(image.folder)).toEqual([]);
  });
});

/** Looks an asset up and downloads it. Prints where the URLs of the answer lead, or the error. */
const appScript = `
import { createClient } from "chenyu-assets";
try {
  const { assets } = createClient(JSON.parse(process.argv[1]));
  const asset = await assets.get("asset_1");
  const origins = [asset.url, asset.content_url, asset.signed_url].map((url) => new URL(url).origin);
  const bytes = await (await assets.download(asset)).bytes();
  console.log(JSON.stringify({ status: asset.status, origins, downloaded: bytes.length === asset.size_bytes }));
} catch ({ name, option, message }) {
  console.log(JSON.stringify({ name, option, message }));
}`;

describe.skipIf(noContainer !== undefined)("an app in another network than the mock", () => {
  let mock: Container;
  let app: Container;
  beforeAll(async () => {
    mock = await startContainer(image, command);
    app = await startNeighbour(mock);
    await untilHealthy(mock);
  });
  afterAll(() => Promise.all([mock, app].map(stop)));

  const cli = ["node", "node_modules/.bin/chenyu-assets"];
  const environment = { CHENYU_BASE_URL: "http://mock:4010", CHENYU_API_KEY: "any" };
  const allowed = { ...environment, CHENYU_ALLOW_INSECURE_HOSTS: "mock" };

  async function runApp(options: object, variables: Record<string, string>): Promise<unknown> {
    const words = ["node", "--input-type=module", "--eval", appScript, JSON.stringify(options)];
    return JSON.parse(await app.run(words, variables));
  }

  test("shares no address with it", async () => {
    const [ofMock, ofApp] = [mock, app].map(({ pid }) => readlinkSync(`/proc/${pid}/ns/net`));
    expect(ofMock).not.toBe(ofApp);
    await expect(app.run(fetchText("http://127.0.0.1:4010/__mock/health"))).rejects.toThrow("ECONNREFUSED");
    expect(await app.run(fetchText("http://mock:4010/__mock/health"))).toBe('{"status":"ok"}\n');
  });

  test.each([
    ["the option, for its name", "mock", { allowInsecureHosts: ["mock"] }, {}],
    ["the option, for its address", mockAddress, { allowInsecureHosts: [mockAddress] }, {}],
    ["the variable, for its name", "mock", {}, { CHENYU_ALLOW_INSECURE_HOSTS: "mock" }],
  ])("looks up and downloads from where it asked, with leave by %s", async (_name, host, options, variables) => {
    const baseUrl = `http://${host}:4010`;
    const result = await runApp(options, { ...environment, CHENYU_BASE_URL: baseUrl, ...variables });
    expect(result).toEqual({ status: "confirmed", origins: [baseUrl, baseUrl, baseUrl], downloaded: true });
  });

  test("downloads by the command line, with leave by the variable", async () => {
    await using target = await makeFolder();
    const asset = JSON.parse(await app.run([...cli, "get", "asset_1"], allowed));
    expect(asset.signed_url).toMatch(/^http:\/\/mock:4010\//);
    await app.run([...cli, "download", "asset_1", "--output", target.at("file")], allowed);
    expect((await readFile(target.at("file"))).length).toBe(asset.size_bytes);
  });

  test("sends nothing without leave, and says what gives it", async () => {
    const requests = (): string[] => mock.output.stdout.split("\n").filter((line) => !line.includes("/__mock/"));
    const before = requests();
    const message = "http://mock would show the key on the way. Use https:, or ";
    const byOption = `baseUrl: ${message}allowInsecureHosts: ["mock"].`;
    const refusal = { name: "ConfigError", option: "baseUrl", message: expect.stringContaining(byOption) };
    expect(await runApp({ baseUrl: "http://mock:4010", apiKey: "any" }, {})).toEqual(refusal);
    expect(await runApp({}, environment)).toEqual(refusal);
    for (const words of [
      ["get", "asset_1"],
      ["download", "asset_1", "--output", "/dev/null"],
    ]) {
      const refused = app.run([...cli, ...words], environment);
      await expect(refused).rejects.toThrow(`${message}CHENYU_ALLOW_INSECURE_HOSTS=mock.`);
      await expect(refused).rejects.toHaveProperty("cause.code", 2);
    }
    // The log is in the order of the requests, so a last one shows that none is on the way.
    await app.run(fetchText("http://mock:4010/end"));
    await until(() => mock.output.stdout.includes("GET /end 404"));
    expect(requests().filter((line) => !line.startsWith("GET /end 404"))).toEqual(before);
  });
});

const { load } = createRequire(import.meta.url)("js-yaml") as { load: (text: string) => unknown };
const readYaml = async (name: string): Promise<any> => load(await readFile(join(examples, name), "utf8"));

describe("compose.yaml", async () => {
  const { services } = await readYaml("compose.yaml");

  test("builds the image, and starts the app when the mock is healthy", () => {
    const { context, dockerfile } = services.mock.build;
    expect(existsSync(join(examples, context, dockerfile))).toBe(true);
    expect(join(examples, context)).toBe(dirname(dirname(examples)));
    expect(services.app.depends_on).toEqual({ mock: { condition: "service_healthy" } });
    expect(services.app.environment).toEqual({
      CHENYU_BASE_URL: "http://mock:4010",
      CHENYU_API_KEY: "any",
      CHENYU_ALLOW_INSECURE_HOSTS: "mock",
    });
  });

  test.skipIf(noContainer !== undefined)(
    "has an app that reaches the mock by its name, if it is allowed to",
    async () => {
      const mock = await start();
      const app = await startNeighbour(mock);
      onTestFinished(() => stop(app));
      await untilHealthy(mock);
      const { command, environment } = services.app;
      expect(JSON.parse(await app.run(command, environment))).toMatchObject({ status: "confirmed" });
      const { CHENYU_ALLOW_INSECURE_HOSTS: _, ...refused } = environment;
      await expect(app.run(command, refused)).rejects.toThrow("CHENYU_ALLOW_INSECURE_HOSTS=mock");
    },
  );
});

test("the step of github-actions.yml starts the mock for the steps that follow", async () => {
  const { jobs } = await readYaml("github-actions.yml");
  const step = jobs.test.steps.find(({ name }: { name?: string }) => name === "Start the mock");
  await using runner = await makeFolder();
  const variables = { RUNNER_TEMP: runner.path, GITHUB_ENV: runner.at("env") };
  const shell = spawn("bash", ["-e", "-c", step.run], {
    cwd: image.folder,
    env: { PATH: `${dirname(image.node)}:${process.env.PATH}`, ...variables },
    detached: true, // so that all its processes end with its group
    stdio: "ignore",
  });
  onTestFinished(() => void process.kill(-shell.pid!, "SIGKILL"));
  expect(await new Promise((resolve) => shell.on("close", resolve))).toBe(0);
  const lines = (await readFile(runner.at("env"), "utf8")).trim().split("\n");
  const { CHENYU_BASE_URL, CHENYU_API_KEY } = Object.fromEntries(lines.map((line) => line.split("=")));
  const headers = { authorization: `Bearer ${CHENYU_API_KEY}` };
  expect((await fetch(`${CHENYU_BASE_URL}/api/open/v2/assets/asset_1`, { headers })).status).toBe(200);
});

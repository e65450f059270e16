/** The packed tarball, as its users get it: installed, compiled, run and bundled outside of this repository. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createContext, runInContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { publint } from "publint";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { noTerminal } from "../cli/run.ts";
import { readSamples } from "./samples.ts";
import { startServer } from "../servers/server.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
// In npm scripts, `node` is the one of `node_modules`; what stands behind it in the PATH is the system's.
const systemFolders = process.env.PATH!.split(":").filter((folder) => !folder.includes("node_modules"));
const systemNode =
  systemFolders.map((folder) => join(folder, "node")).find((file) => existsSync(file)) ?? process.execPath;
const consumer = await mkdtemp(join(tmpdir(), "chenyu-assets-consumer-"));
const installed = join(consumer, "node_modules/chenyu-assets");
const command = join(consumer, "node_modules/.bin/chenyu-assets");
const tarball = join(consumer, "package.tgz");
const readme = await readFile(join(root, "README.md"), "utf8");
const samples = readSamples(readme, "ts");

async function run(command: string, args: string[], cwd = consumer): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(command, args, { cwd });
    return stdout;
  } catch (error) {
    // A compiler tells its findings on stdout.
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(" ")}\n${stdout}${stderr}`, { cause: error });
  }
}

beforeAll(async () => {
  const packed = await run("npm", ["pack", "--pack-destination", consumer, "--json", "--silent"], root);
  const [{ filename }] = JSON.parse(packed.slice(packed.indexOf("["))) as [{ filename: string }];
  await cp(join(consumer, filename), tarball);
  await writeFile(join(consumer, "package.json"), '{ "name": "consumer", "private": true }');
  await run("npm", ["install", tarball, "--no-audit", "--no-fund", "--prefer-offline"]);
  await cp(join(root, "test/package/consumer"), consumer, { recursive: true });
  for (const name of ["look-up", "download", "mock-server"]) {
    for (const extension of ["mts", "cts"])
      await cp(join(consumer, `${name}.ts`), join(consumer, `${name}.${extension}`));
  }
  for (const [index, sample] of samples.entries()) await writeFile(join(consumer, `readme-${index}.mts`), sample);
});
afterAll(() => rm(consumer, { recursive: true }));

describe("the tarball", () => {
  test("holds the build, the document and its papers, nothing else", async () => {
    const files = (await run("tar", ["-tf", tarball])).trim().split("\n");
    const expected =
      /^package\/(dist\/(esm|cjs)\/(package\.json|(src(\/[a-z]+)?|generated)\/[a-z-]+\.(js|d\.ts))|dist\/openapi\.json\.d\.cts|dist\/third-party-licenses\.txt|generated\/openapi\.json|package\.json|(README(\.zh-CN)?|CHANGELOG)\.md|LICENSE)$/;
    expect(files.filter((file) => !expected.test(file))).toEqual([]);
    expect(files).toContain("package/LICENSE");
    expect(files.filter((file) => /\/cli[./]/.test(file)).every((file) => file.includes("/esm/"))).toBe(true);
    expect(await run("grep", ["-rlF", root, installed]).catch(() => "none")).toBe("none");
  });

  test("installs one pinned dependency, and has no side effects", async () => {
    const manifest = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));
    expect(manifest.dependencies).toEqual({ "openapi-fetch": expect.stringMatching(/^\d+\.\d+\.\d+$/) });
    expect(manifest).toMatchObject({ sideEffects: false, engines: { node: ">=20.19" } });
    const peers = Object.keys(manifest.peerDependencies);
    expect(manifest.peerDependenciesMeta).toEqual(Object.fromEntries(peers.map((name) => [name, { optional: true }])));
    const lock = JSON.parse(await readFile(join(consumer, "package-lock.json"), "utf8"));
    const others = Object.keys(lock.packages).filter(
      (path) => !/^(node_modules\/(chenyu-assets|openapi-.*))?$/.test(path),
    );
    expect(others).toEqual([]);
  });

  test("imports nothing that is not installed with it, but its peer", async () => {
    const { dependencies, peerDependencies } = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));
    for (const folder of ["dist/esm/src", "dist/cjs/src"]) {
      const absWorkingDir = join(installed, folder);
      const entryPoints = (await readdir(absWorkingDir, { recursive: true })).filter((file) => file.endsWith(".js"));
      const options = { bundle: true, packages: "external", platform: "node", write: false, outdir: "out" } as const;
      const { metafile } = await build({ ...options, absWorkingDir, entryPoints, metafile: true });
      const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path));
      const packages = new Set(imports.filter((path) => !isBuiltin(path)));
      expect([...packages].toSorted()).toEqual(Object.keys({ ...peerDependencies, ...dependencies }));
    }
  });

  test("brings the licences of the packages that it took in", async () => {
    const dist = join(installed, "dist");
    const files = (await readdir(dist, { recursive: true })).filter((file) => file.endsWith(".js"));
    const code = await Promise.all(files.map((file) => readFile(join(dist, file), "utf8")));
    const taken = code.flatMap((text) => [...text.matchAll(/^\/\/ .*node_modules\/((@[^/\n]+\/)?[^/\n]+)/gm)]);
    const names = new Set(taken.map(([, name]) => name!));
    expect(names).toContain("mime");
    const licences = await readFile(join(dist, "third-party-licenses.txt"), "utf8");
    const licensed = [...licences.matchAll(/^(\S+) \d+\.\d+\.\d+\n\n(?=[^]{1,200}Permission is hereby granted)/gm)];
    expect(licensed.map(([, name]) => name)).toEqual([...names].toSorted());
  });

  test("says what to install when the mock is asked for without its peer", async () => {
    for (const node of [systemNode, process.execPath]) {
      await expect(run(node, [command, "mock"])).rejects.toThrow(
        /^.*\nchenyu-assets: mock: the optional package @stoplight\/prism-http cannot be loaded: Cannot find [^\n]+\. Run npm install --save-dev @stoplight\/prism-http@5\.\n$/,
      );
    }
  });

  test("pleases publint", async () => {
    const { messages } = await publint({ pkgDir: installed, strict: true });
    expect(messages).toEqual([]);
  });

  test("has types that are right in every way of resolving them (attw)", async () => {
    const attw = join(root, "node_modules/@arethetypeswrong/cli/dist/index.js");
    const { analysis } = JSON.parse(await run(process.execPath, [attw, tarball, "--format", "json"])) as {
      analysis: { problems: unknown[]; entrypoints: Record<string, { resolutions: Record<string, unknown> }> };
    };
    expect(analysis.problems).toEqual([]);
    expect(Object.keys(analysis.entrypoints)).toEqual([".", "./mock", "./node", "./openapi.json"]);
    const columns = ["node10", "node16-cjs", "node16-esm", "bundler"];
    for (const { resolutions } of Object.values(analysis.entrypoints)) {
      expect(Object.keys(resolutions).toSorted()).toEqual(columns.toSorted());
    }
  });
});

const modules = ["look-up", "download", "mock-server"].flatMap((name) => [`${name}.mts`, `${name}.cts`]);
const compilers = [
  { version: "5.4", tsc: "node_modules/typescript-5.4/bin/tsc" },
  { version: "6.0", tsc: "node_modules/typescript/bin/tsc" },
  { version: "7.0", tsc: "node_modules/@typescript/native/bin/tsc" },
];

describe.each(compilers)("TypeScript $version, all libraries checked,", ({ version, tsc }) => {
  async function compile(options: Record<string, string | boolean>, files: string[]): Promise<void> {
    const strict = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true };
    const environment = { target: "es2022", lib: ["es2023", "dom", "dom.iterable"], types: [] };
    const config = { compilerOptions: { ...strict, ...environment, ...options }, files };
    await writeFile(join(consumer, "tsconfig.json"), JSON.stringify(config));
    await run(process.execPath, [join(root, tsc)]);
  }

  test("is the version that its name says", async () => {
    expect(await run(process.execPath, [join(root, tsc), "--version"])).toContain(`Version ${version}`);
  });

  test("compiles for a bundler", async () => {
    await compile({ module: "esnext", moduleResolution: "bundler" }, [
      "look-up.ts",
      "download.ts",
      "mock-server.ts",
      "document.mts",
    ]);
  });

  test("compiles an ES module and CommonJS under nodenext", async () => {
    await compile({ module: "nodenext" }, [...modules, "document.mts", "document.cts"]);
  });

  test("compiles an ES module and CommonJS under node16, which has no import attributes for JSON", async () => {
    await compile({ module: "node16" }, [...modules, "document.cts"]);
  });

  test("compiles into declarations that name what the mock gives", async () => {
    await compile({ module: "nodenext", declaration: true, noEmit: false, outDir: "out" }, ["mock-types.mts"]);
  });

  test("compiles the samples of the README", async () => {
    expect(samples.length).toBeGreaterThan(3);
    const files = samples.map((_sample, index) => `readme-${index}.mts`);
    await compile({ module: "nodenext" }, files);
  });

  test("finds a wrong call", async () => {
    const text = 'import { createClient } from "chenyu-assets";\ncreateClient({ apiKey: 7 });\n';
    await writeFile(join(consumer, "wrong.mts"), text);
    await expect(compile({ module: "nodenext" }, ["wrong.mts"])).rejects.toThrow("wrong.mts(2,16): error TS2322");
  });
});

describe.each([
  ["the system's Node", systemNode],
  ["our own Node", process.execPath],
])("on %s", (_name, node) => {
  beforeAll(async () => {
    console.log(`the tarball on Node ${(await run(node, ["--version"])).trim()}`);
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const compilerOptions = { module: "nodenext", target: "es2022", types: [] };
    const files = [...modules, "document.mts", "document.cts"];
    await writeFile(join(consumer, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
    await run(process.execPath, [tsc]);
  });

  test.each(["look-up.mjs", "look-up.cjs"])("%s looks assets up", async (script) => {
    await using server = await startServer((request, response) => {
      const found = request.url === "/api/open/v2/assets/asset_1" && request.headers.authorization === "Bearer cy_test";
      const asset = { asset_id: "asset_1", status: "confirmed", size_bytes: 7 };
      response.writeHead(found ? 200 : 404).end(JSON.stringify(found ? { code: 0, msg: "", data: asset } : {}));
    });
    const results = JSON.parse(await run(node, [script, server.url]));
    expect(results).toEqual(["asset://asset_1 true 7", "ApiError not_found", "ConfigError", 0]);
  });

  test.each(["download.mjs", "download.cjs"])("%s downloads to memory and to files", async (script) => {
    const content = "0123456789";
    await using server = await startServer((request, response) => {
      if (request.url === "/content") return void response.setHeader("ETag", '"1"').end(content);
      const asset_id = request.url!.split("/").at(-1)!;
      const asset = { asset_id, status: "confirmed", size_bytes: content.length, mime_type: "image/webp" };
      const signed_url = `http://${request.headers.host}/content`;
      const code = asset_id === "asset_404" ? 404 : 0;
      response.end(JSON.stringify({ code, msg: "", data: { ...asset, signed_url } }));
    });
    const folder = join(consumer, `downloads-${script}`);
    await mkdir(folder, { recursive: true });
    const results = JSON.parse(await run(node, [script, server.url, folder]));
    const ends = [
      ["asset_2", join(folder, "asset_2.webp")],
      ["asset_404", "ApiError"],
    ];
    expect(results).toEqual(["123", 10, 10, ends]);
    expect((await readdir(folder)).toSorted()).toEqual(["asset_2.webp", "one.bin"]);
    await rm(folder, { recursive: true });
  });

  test.each(["document.mjs", "document.cjs"])("%s reads the document", async (script) => {
    expect(JSON.parse(await run(node, [script]))).toEqual(["3.1.1", "getAsset"]);
  });

  test.skipIf(noTerminal)("the command shows a bar on a terminal, and where the file is", async () => {
    await using server = await startServer((request, response) => {
      if (request.url !== "/content") {
        const signed_url = `http://${request.headers.host}/content`;
        return void response.end(
          JSON.stringify({ code: 0, msg: "", data: { asset_id: "asset_1", size_bytes: 4, signed_url } }),
        );
      }
      response.writeHead(200, { ETag: '"1"', "Content-Length": 4 }).write("12");
      setTimeout(() => response.end("34"), 1500);
    });
    const words = [node, command, "download", "asset_1", "--base-url", server.url, "-o", join(consumer, "bar.bin")];
    const line = words.map((word) => `'${word}'`).join(" ");
    const output = await run("env", ["CHENYU_API_KEY=any", "TERM=xterm", "script", "-qec", line, "/dev/null"]);
    expect(output).toMatch(/ 50% /);
    expect(output).toContain(`saved ${join(consumer, "bar.bin")} (4 bytes)`);
    await rm(join(consumer, "bar.bin"));
  });

  test("a changed file is begun anew by the other copy, too", async () => {
    const versions = ["old bytes", "new bytes"];
    let requests = 0;
    await using server = await startServer((request, response) => {
      if (request.url === "/content") {
        const version = versions[Math.min(requests++, 1)]!;
        response.writeHead(200, { ETag: JSON.stringify(version), "Content-Length": version.length });
        if (requests > 1) return void response.end(version);
        return void response.write(version.slice(0, 4), () => setTimeout(() => response.destroy(), 100));
      }
      const signed_url = `http://${request.headers.host}/content`;
      response.end(JSON.stringify({ code: 0, msg: "", data: { asset_id: "asset_1", size_bytes: 9, signed_url } }));
    });
    const target = join(consumer, "changed.txt");
    expect(await run(node, ["two-copies-download.mjs", server.url, target])).toBe("9\n");
    expect(await readFile(target, "utf8")).toBe("new bytes");
    await rm(target);
  });

  test("the errors of the two copies know each other", async () => {
    expect(JSON.parse(await run(node, ["two-copies.mjs"]))).toEqual([
      ["ConfigError", false, true],
      ["ConfigError", false, true],
    ]);
  });
});

describe("the mock, with its peer,", () => {
  beforeAll(async () => {
    const { devDependencies } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    const peer = `@stoplight/prism-http@${devDependencies["@stoplight/prism-http"]}`;
    await run("npm", ["install", peer, "--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts"]);
  });

  describe.each([
    ["the system's Node", systemNode],
    ["our own Node", process.execPath],
  ])("on %s", (_name, node) => {
    test.each(["mock-server.mjs", "mock-server.cjs"])("%s plays test assets", async (script) => {
      expect(JSON.parse(await run(node, [script]))).toEqual(["confirmed", true, "reviewing", 200]);
    });

    test("serves a plain node:test file", async () => {
      expect(await run(node, ["--test", "--test-reporter=tap", "mock.test.mjs"])).toMatch(/^# pass 2\n# fail 0$/m);
    });

    test("answers soon after the command was given", async () => {
      const start = performance.now();
      const child = spawn(node, [command, "mock", "--port", "0", "--quiet"], { cwd: consumer });
      const [output] = (await once(child.stdout, "data")) as [Buffer];
      const response = await fetch(`${output.toString().trim()}/api/open/v2/assets/asset_1`, {
        headers: { authorization: "Bearer any" },
      });
      console.log(`first answer of the mock after ${Math.round(performance.now() - start)} ms (${node})`);
      expect(response.status).toBe(200);
      child.kill("SIGTERM");
      expect(await once(child, "close")).toEqual([0, null]);
    });
  });

  test.each(["README.md", "README.zh-CN.md"])("serves Vitest by the globalSetup of %s", async (name) => {
    const [setup, ...others] = readSamples(await readFile(join(root, name), "utf8"), "js");
    expect(others).toEqual([]);
    const project = join(consumer, "with-vitest");
    await mkdir(join(project, "test"), { recursive: true });
    await symlink(join(root, "node_modules/vitest"), join(consumer, "node_modules/vitest")).catch(() => {});
    await writeFile(join(project, "test/mock.js"), setup!);
    await writeFile(join(project, "package.json"), '{ "type": "module" }');
    await writeFile(join(project, "vitest.config.js"), 'export default { test: { globalSetup: "test/mock.js" } };');
    await writeFile(
      join(project, "test/app.test.js"),
      `import { createClient } from "chenyu-assets";
       import { expect, test } from "vitest";
       test("the app meets the mock", async () => {
         const { assets } = createClient();
         expect((await assets.get("asset_1")).status).toBe("confirmed");
         expect((await assets.get("asset_1")).url).toContain("http://127.0.0.1:");
       });`,
    );
    const vitest = join(root, "node_modules/vitest/vitest.mjs");
    expect(await run(process.execPath, [vitest, "run", "--reporter=tap"], project)).toMatch(
      /^ok 1 - test\/app\.test\.js/m,
    );
  });
});

describe("a bundle for browsers", () => {
  let code: string;

  beforeAll(async () => {
    const options = { platform: "browser", format: "iife", globalName: "sdk", bundle: true, minify: true } as const;
    const stdin = { contents: 'export { createClient } from "chenyu-assets";', resolveDir: consumer };
    const { outputFiles, warnings } = await build({ ...options, stdin, write: false, logLevel: "silent" });
    expect(warnings).toEqual([]);
    code = outputFiles[0]!.text;
    const size = gzipSync(code, { level: 9 }).length;
    console.log(`createClient for browsers, openapi-fetch included: ${code.length} bytes, ${size} gzipped`);
  });

  test("leaves the test assets of the mock out", () => {
    expect(code).toContain("/api/open/v2/assets/{asset_id}");
    expect(code).not.toContain("7e57");
  });

  test("works where there is nothing of Node: only what the Fetch and DOM standards give", async () => {
    const timers = { clearTimeout, performance, setTimeout };
    const web = { AbortController, Headers, Request, Response, TextDecoder, URL, ...timers };
    const fetch = async (url: string): Promise<Response> => Response.json({ code: 0, data: { asset_id: url } });
    const context = createContext({ ...web, fetch });
    runInContext(`${code}; globalThis.result = sdk.createClient({ apiKey: "k" }).assets.get("asset_1");`, context);
    expect(await context.result).toEqual({ asset_id: "https://www.chenyu.cn/api/open/v2/assets/asset_1" });
  });
});

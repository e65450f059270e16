/** Why the mock cannot load Prism, and what it says about that. The messages are those of Node, Jest, Yarn and Bun. */
import { createRequire } from "node:module";
import { afterEach, describe, expect, test, vi } from "vitest";
import { explainLoadFailure } from "../../src/mock/import-prism.ts";
import { caught } from "../helpers/caught.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

const name = "@stoplight/prism-http";
const withCode = (code: string, message: string): Error => Object.assign(new Error(message), { code });

test.each([
  ["ERR_MODULE_NOT_FOUND", `Cannot find package '${name}' imported from /app/node_modules/a/b.js`],
  ["MODULE_NOT_FOUND", `Cannot find module '${name}'\nRequire stack:\n- /app/node_modules/a/b.js`],
  ["MODULE_NOT_FOUND", `Cannot find module '${name}' from 'node_modules/a/b.js'`],
  ["ERR_MODULE_NOT_FOUND", `Cannot find package "${name}" from "/app/node_modules/a/b.js"`],
  ["MODULE_NOT_FOUND", `a tried to access ${name} (a peer dependency) but it isn't provided by your application`],
])("the advice is to install the package when it is missing: %s, %s", (code, message) => {
  const { option, message: text } = explainLoadFailure(withCode(code, message));
  const fault = "mock: the optional package @stoplight/prism-http is not installed.";
  expect([option, text]).toEqual(["mock", `${fault} Run npm install --save-dev @stoplight/prism-http@5.`]);
});

test.each([
  ["MODULE_NOT_FOUND", `Cannot find module 'lodash'\nRequire stack:\n- /app/node_modules/${name}/dist/index.js`],
  ["ERR_MODULE_NOT_FOUND", `Cannot find package 'lodash' imported from /app/node_modules/${name}/dist/index.js`],
  ["MODULE_NOT_FOUND", `Cannot find module '/app/node_modules/${name}/dist/index.js'`],
  ["MODULE_NOT_FOUND", `Cannot find module '/app/node_modules/${name}'`],
  ["MODULE_NOT_FOUND", `Cannot find module '${name}-server'`],
  ["ERR_INVALID_PACKAGE_CONFIG", `Invalid package config '${name}'`],
])("a fault inside the package is told as it is, without advice: %s, %s", (code, message) => {
  const error = withCode(code, message);
  const [reason] = message.split("\n");
  expect(explainLoadFailure(error)).toMatchObject({
    message: `mock: the optional package @stoplight/prism-http cannot be loaded: ${reason}`,
    cause: error,
  });
});

test.each([undefined, null, "text"])("%j, thrown by the package, is told as it is", (thrown) => {
  expect(explainLoadFailure(thrown).message).toMatch(/^mock: .* cannot be loaded: /);
});

test("a package that is really missing has one of these codes and messages", async () => {
  const error = await caught(() => createRequire("/nowhere/app.js")(name));
  expect(explainLoadFailure(error).message).toContain("npm install --save-dev");
});

describe("where the runner's VM cannot load an ES module", () => {
  const refused = [
    withCode("ERR_REQUIRE_ESM", "Must use import to load ES Module: /app/faker.js\n\nThe file contains ESM syntax"),
    withCode("ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING_FLAG", "A dynamic import callback was invoked without the flag"),
    new SyntaxError("Cannot use import statement outside a module"),
    new SyntaxError("Unexpected token 'export'"),
  ];

  test.each(refused)("Jest's two ways are named, and the reason: %s", (error) => {
    vi.stubEnv("VITEST", undefined);
    vi.stubEnv("JEST_WORKER_ID", "1");
    const { message, cause } = explainLoadFailure(error);
    expect(message).toMatch(/^mock: Prism needs an ES module, .* such as Jest's, cannot load \([^\n]+\)\. /);
    expect(message).toContain(error.message.split("\n")[0]);
    expect(message).toMatch(/globalSetup, set CHENYU_BASE_URL there, and close the mock in globalTeardown/);
    expect(message).toContain("NODE_OPTIONS=--experimental-vm-modules, which needs Jest 30.4 and Node 24.9, or newer.");
    expect(message).not.toContain("npm install");
    expect(cause).toBeUndefined(); // Jest would print the whole file that it could not load
  });

  test("Vitest's pool vmThreads is such a runner", () => {
    expect(explainLoadFailure(refused[0]).message).toContain("globalSetup");
  });

  test("outside of a test runner, the reason is told as it is", () => {
    for (const variable of ["VITEST", "JEST_WORKER_ID"]) vi.stubEnv(variable, undefined);
    expect(explainLoadFailure(refused[0]).message).toMatch(/cannot be loaded: Must use import to load ES Module/);
  });
});

test("the mock says so where the globals of Node are hidden, before it loads anything", async () => {
  const { startMockServer } = await import("../../src/mock.ts");
  vi.stubGlobal("Request", undefined);
  vi.stubGlobal("structuredClone", undefined);
  expect(await caught(startMockServer())).toMatchObject({
    name: "ConfigError",
    message:
      "mock: there is no Request, structuredClone here, as in Jest's environment jsdom. " +
      "Start the mock in globalSetup, which runs outside of it.",
  });
});

test("the mock throws what explains the failure", async () => {
  vi.resetModules();
  vi.doMock(name, () => {
    throw new Error("planted\nand so on");
  });
  const { startMockServer } = await import("../../src/mock.ts");
  expect(await caught(startMockServer())).toMatchObject({
    name: "ConfigError",
    message: expect.stringMatching(/^mock: the optional package @stoplight\/prism-http cannot be loaded: [^\n]+$/),
    cause: expect.any(Error),
  });
  vi.doUnmock(name);
});

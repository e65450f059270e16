import { ConfigError } from "../core/errors.ts";
import { environment, missingGlobals } from "../core/runtime.ts";

export type PrismHttp = typeof import("@stoplight/prism-http");

/**
 * Loads the optional package.
 *
 * @throws {@link ConfigError} when it cannot be loaded, with the reason and what helps.
 */
export async function importPrism(): Promise<PrismHttp> {
  const missing = missingGlobals("fetch", "Request", "Response", "structuredClone");
  if (missing !== "") {
    const fault = `there is no ${missing} here, as in Jest's environment jsdom`;
    throw new ConfigError("mock", `${fault}. Start the mock in globalSetup, which runs outside of it.`);
  }
  try {
    return await import("@stoplight/prism-http");
  } catch (error) {
    throw explainLoadFailure(error);
  }
}

/** What `import` and `require` may throw: a bundler or a test runner puts its own in their place. */
interface LoadFailure {
  code?: unknown;
  message?: unknown;
}

/** Says why the package cannot be loaded, and what helps where that is known. */
export function explainLoadFailure(error: unknown): ConfigError {
  const { code, message } = Object(error) as LoadFailure;
  const [reason = ""] = String(message).split("\n");
  if (isMissing(code, reason)) {
    const fault = "the optional package @stoplight/prism-http is not installed";
    return new ConfigError("mock", `${fault}. Run npm install --save-dev @stoplight/prism-http@5.`);
  }
  if (isRefusedModule(code, reason) && isTestRunner()) {
    const fault = `Prism needs an ES module, which a test in a VM, such as Jest's, cannot load (${reason})`;
    return new ConfigError("mock", `${fault}. ${adviceOnVm}`);
  }
  const fault = `the optional package @stoplight/prism-http cannot be loaded: ${reason}`;
  return new ConfigError("mock", fault, { cause: error });
}

/** Whether the package itself is missing. A file or another package that it needs is a different fault. */
function isMissing(code: unknown, reason: string): boolean {
  return /^(ERR_)?MODULE_NOT_FOUND$/.test(String(code)) && /(^|['"\s])@stoplight\/prism-http(['"\s]|$)/.test(reason);
}

/** The codes of Node and of Jest, and the words of V8 where a runner compiles the module as a script. */
function isRefusedModule(code: unknown, reason: string): boolean {
  return /REQUIRE_ESM|VM_DYNAMIC_IMPORT/.test(String(code)) || /import statement outside|token 'export'/.test(reason);
}

function isTestRunner(): boolean {
  return ["JEST_WORKER_ID", "VITEST"].some((name) => environment(name) !== undefined);
}

/** @see https://github.com/jestjs/jest/pull/16074, which loads ES modules in `require` */
const adviceOnVm =
  "Start the mock in globalSetup, set CHENYU_BASE_URL there, and close the mock in globalTeardown: see “With Jest” in " +
  "the README. Or set NODE_OPTIONS=--experimental-vm-modules, which needs Jest 30.4 and Node 24.9, or newer.";

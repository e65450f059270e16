/** Whether this is a page or a worker of one. Node with the globals of a browser, as in tests with jsdom, is not. */
export function isBrowser(): boolean {
  return ("document" in globalThis || "importScripts" in globalThis) && nodeProcess()?.versions?.node === undefined;
}

/**
 * Whether a host, as `URL` writes it, is this machine.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6761#section-6.3
 */
export function isLoopback(hostname: string): boolean {
  return /^((.+\.)?localhost\.*|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/** Names those of the globals that are missing, as in Jest's environment jsdom. Returns an empty text if none is. */
export function missingGlobals(...names: string[]): string {
  return names.filter((name) => (globalThis as Record<string, unknown>)[name] === undefined).join(", ");
}

/** Reads an environment variable, where the runtime has an environment. */
export function environment(name: string): string | undefined {
  try {
    return nodeProcess()?.env?.[name];
  } catch {
    return undefined; // Deno throws without the permission to read it
  }
}

/** Gets a module of Node without an import, where the runtime can give it. @see https://nodejs.org/api/process.html#processgetbuiltinmoduleid */
export function builtinModule(name: `node:${string}`): unknown {
  return nodeProcess()?.getBuiltinModule?.(name);
}

interface NodeProcess {
  getBuiltinModule?(name: string): unknown;
  env?: Record<string, string>;
  versions?: { node?: string };
}

function nodeProcess(): NodeProcess | undefined {
  return (globalThis as { process?: NodeProcess }).process; // browsers have none
}

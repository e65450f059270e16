/** Whether this is a page or a worker of one. Node with the globals of a browser, as in tests with jsdom, is not. */
export function isBrowser(): boolean {
  return ("document" in globalThis || "importScripts" in globalThis) && nodeProcess()?.versions?.node === undefined;
}

/** Reads an environment variable, where the runtime has an environment. */
export function environment(name: string): string | undefined {
  try {
    return nodeProcess()?.env?.[name];
  } catch {
    return undefined; // Deno throws without the permission to read it
  }
}

interface NodeProcess {
  env?: Record<string, string>;
  versions?: { node?: string };
}

function nodeProcess(): NodeProcess | undefined {
  return (globalThis as { process?: NodeProcess }).process; // browsers have none
}

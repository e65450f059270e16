import http from "node:http";
import { ConfigError } from "../core/errors.ts";
import { isLoopback } from "../core/runtime.ts";
import type { ClientOptions } from "../index.ts";

/** This machine, which no proxy can reach. */
const ownHosts = ["localhost", ".localhost", "127.0.0.1", "::1", "[::1]"];

/**
 * Sends the requests of this process through the proxy that the environment names, as curl does: by Node itself, else by
 * undici, if that is installed. Else a failed request says that there is a proxy which is not used.
 *
 * @param apiUrl - Where the API is. No proxy reaches this machine, so a variable that names no proxy does not matter there.
 * @returns The options that a client needs for it.
 * @throws {@link ConfigError} when a variable does not name a proxy. Its value may have a password, so it is not shown.
 * @see https://nodejs.org/api/http.html#httpsetglobalproxyfromenvproxyenv
 */
export async function useProxy(apiUrl: string | undefined): Promise<Pick<ClientOptions, "fetch" | "fetchOptions">> {
  const apiHost = apiUrl !== undefined && URL.canParse(apiUrl) ? new URL(apiUrl).hostname : "";
  const isOwnApi = isLoopback(apiHost);
  const [httpProxy, httpsProxy] = [readProxy("HTTP_PROXY", isOwnApi), readProxy("HTTPS_PROXY", isOwnApi)];
  const exempt = (readVariable("NO_PROXY") ?? "").split(/[\s,]+/).filter(Boolean);
  const usesItself = "Bun" in globalThis || "Deno" in globalThis;
  if ((httpProxy ?? httpsProxy) === undefined || exempt.includes("*") || usesItself) return {};
  const noProxy = [...exempt, ...ownHosts, ...(isOwnApi ? [apiHost] : [])].join(",");
  // Node 20 and 22 have no such function.
  if (typeof http.setGlobalProxyFromEnv === "function") {
    http.setGlobalProxyFromEnv({ HTTP_PROXY: httpProxy, HTTPS_PROXY: httpsProxy, NO_PROXY: noProxy });
    return {};
  }
  return process.env.NODE_USE_ENV_PROXY === "1" ? {} : useUndici({ httpProxy, httpsProxy, noProxy });
}

/** Reads a variable by its usual name in small letters, then by the one in capitals. */
function readVariable(name: string): string | undefined {
  return [process.env[name.toLowerCase()], process.env[name]].map((value) => value?.trim()).find(Boolean);
}

/** Reads the URL of a proxy. As for curl, `127.0.0.1:7890` is one, too. */
function readProxy(name: "HTTP_PROXY" | "HTTPS_PROXY", isOptional: boolean): string | undefined {
  const value = readVariable(name);
  if (value === undefined) return undefined;
  const url = /^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  if (/^https?:/i.test(url) && isProxyUrl(url)) return url;
  if (isOptional) {
    for (const variable of [name, name.toLowerCase()]) delete process.env[variable]; // undici reads it, too
    return undefined;
  }
  throw new ConfigError(name, "it is not the URL of a proxy. Set it to one like http://127.0.0.1:7890, or unset it.");
}

/** Whether it can be used. undici decodes the user name and the password, and fails at a stray %. */
function isProxyUrl(text: string): boolean {
  try {
    const { username, password } = new URL(text);
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

/** The part of the package undici that is used. */
interface Undici {
  fetch: NonNullable<ClientOptions["fetch"]>;
  EnvHttpProxyAgent: new (options: Record<string, string | undefined>) => object;
}

async function useUndici(
  options: Record<string, string | undefined>,
): Promise<Pick<ClientOptions, "fetch" | "fetchOptions">> {
  const loading: Promise<unknown> = import("undici");
  // It may be missing, and Node 20 cannot load undici 8.
  const undici = await (loading as Promise<Undici>).catch(() => undefined);
  if (undici?.EnvHttpProxyAgent === undefined) return {};
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = () => {}; // undici 6 and 7 call it experimental
  try {
    return { fetch: undici.fetch, fetchOptions: { dispatcher: new undici.EnvHttpProxyAgent(options) } };
  } finally {
    process.emitWarning = emitWarning;
  }
}

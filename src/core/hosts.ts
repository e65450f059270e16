import { serverUrl } from "../../generated/document.ts";
import { ConfigError } from "./errors.ts";
import type { ClientOptions } from "./options.ts";
import { environment, isLoopback } from "./runtime.ts";

/** The API's place, and the hosts for which the rules of safe addresses do not hold. */
export interface Hosts {
  /** URL of the API, without a slash at its end. */
  baseUrl: string;
  /** Host names as `URL` writes them. */
  insecureHosts: readonly string[];
}

/** Checks where the API is. What the options leave out is the environment's, else the document's. */
export function resolveHosts(options: ClientOptions): Hosts {
  const insecureHosts = resolveInsecureHosts(options);
  return { baseUrl: resolveBaseUrl(options, insecureHosts), insecureHosts };
}

function resolveInsecureHosts({ allowInsecureHosts }: ClientOptions): string[] {
  const variable = environment("CHENYU_ALLOW_INSECURE_HOSTS") ?? "";
  const names = allowInsecureHosts ?? variable.split(",").flatMap((name) => name.trim() || []);
  if (Array.isArray(names)) return names.map(checkHostName);
  throw new ConfigError("allowInsecureHosts", 'pass an array, like ["mock"].');
}

function checkHostName(name: unknown): string {
  const text = typeof name === "string" ? name : "";
  const isIpv6 = /^\[?[\da-f]*:[\da-f:.]*\]?$/i.test(text);
  const url = `https://${isIpv6 ? `[${text.replace(/^\[|\]$/g, "")}]` : text}`;
  // Of what stands in a URL beside a name, nothing may be there. `URL` itself takes a wildcard.
  if (text !== "" && (isIpv6 || !/[/\\?#@*:,;'"，、\s]/.test(text)) && URL.canParse(url)) return new URL(url).hostname;
  const shown = String(JSON.stringify(name)).slice(0, 80);
  throw new ConfigError("allowInsecureHosts", `${shown} is no host name. Pass a name alone, like "mock".`);
}

function resolveBaseUrl({ baseUrl }: ClientOptions, insecureHosts: readonly string[]): string {
  const value = baseUrl ?? (environment("CHENYU_BASE_URL") || serverUrl);
  // `localhost:4010` is a URL too, with the protocol "localhost:".
  if (typeof value !== "string" || !URL.canParse(value) || !/^\s*https?:/i.test(value)) {
    throw new ConfigError("baseUrl", `it is not an https: or http: URL. Pass one like ${serverUrl}.`);
  }
  const { protocol, hostname, username, password, origin, pathname, search, hash } = new URL(value);
  if (username + password + search + hash !== "") {
    throw new ConfigError("baseUrl", `only an origin and a path can be used. Pass ${origin}${pathname} alone.`);
  }
  if (protocol === "http:" && !isLoopback(hostname) && !insecureHosts.includes(hostname)) {
    const fix = `Use https:, or allowInsecureHosts: ["${hostname}"].`;
    throw new ConfigError("baseUrl", `http://${hostname} would show the key on the way. ${fix}`);
  }
  return origin + pathname.replace(/\/+$/, "");
}

/** What an error of `fetch` means on a server, beyond its text. */
export interface PlatformFailure {
  /** What to do about it. */
  advice: string;
  /** Whether another attempt would fail in the same way. */
  isFinal?: boolean;
  /** Whether a limit of the platform's own has ended the request. */
  isTimeout?: boolean;
}

/** What `fetch` may throw: each field is checked. */
interface AnyError {
  code?: unknown;
  message?: unknown;
  cause?: unknown;
}

const maxCauses = 8;

/**
 * Finds what an error of `fetch` means. This file imports no code: it is loaded when a request has failed, and bundlers
 * would cut the first load of a page into more pieces.
 *
 * @param advice - What to do about any other failure.
 * @param url - Where the request went by the platform's own `fetch` and connections; `undefined` if by the caller's.
 */
export function explainFailure(error: unknown, advice: string, url: string | undefined): PlatformFailure {
  let cause = error;
  for (let depth = 0; depth < maxCauses && cause !== undefined; depth++) {
    const { code, message, cause: next } = Object(cause) as AnyError;
    const limit = limits[String(code)];
    if (limit !== undefined) return { advice: adviseOnLimit(limit), isTimeout: true };
    const fault = [code, message].find(isCertificateFault);
    if (fault !== undefined) return { advice: adviseOnCertificate(fault, message), isFinal: true };
    if (typeof message === "string" && refusedByProxy.test(message)) return { advice: adviceOnPassword, isFinal: true };
    if (typeof message === "string" && foreignSignal.test(message)) return { advice: adviceOnSignal, isFinal: true };
    cause = next;
  }
  const proxy = url === undefined ? undefined : adviseOnProxy(new URL(url));
  return { advice: proxy === undefined ? advice : `${advice} ${proxy}` };
}

/** @see https://undici.nodejs.org/#/docs/api/Client?id=parameter-clientoptions */
const limits: Record<string, string> = {
  UND_ERR_HEADERS_TIMEOUT: "headersTimeout",
  UND_ERR_BODY_TIMEOUT: "bodyTimeout",
};

function adviseOnLimit(limit: string): string {
  const fault = `It is a limit of the platform's fetch, not of this client: ${limit} of undici, 300 s by default.`;
  return `${fault} Pass fetchOptions: { dispatcher: new Agent({ ${limit} }) }, with the Agent of the package undici.`;
}

/**
 * The codes of OpenSSL and Node, and the words of Deno.
 *
 * @see https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
const certificateFault =
  /^[A-Z\d_]*(CERT|CRL_|LEAF_SIGNATURE)[A-Z\d_]*$|^(INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH)$|invalid peer certificate/;

function isCertificateFault(text: unknown): text is string {
  return typeof text === "string" && certificateFault.test(text);
}

/** @param text - What the platform says. Node 24 names the flag itself in some cases. */
function adviseOnCertificate(fault: string, text: unknown): string {
  const variable = "Deno" in globalThis ? "DENO_CERT" : "NODE_EXTRA_CA_CERTS";
  if (/ALTNAME|HOSTNAME|NotValidForName/.test(fault)) {
    return `The certificate is that of another host. Check baseUrl, and any proxy on the way; ${variable} does not help.`;
  }
  const isOld = /EXPIRED|NOT_YET|Expired|NotValidYet/.test(fault);
  const first = isOld ? "Check the clock of this machine; else the host needs a new certificate. If" : "If";
  const flag = "--use-system-ca";
  const isNews =
    nodeProcess()?.allowedNodeEnvironmentFlags?.has(flag) && !(typeof text === "string" && text.includes(flag));
  const orFlag = isNews ? `, or start Node with ${flag}` : "";
  return `${first} a proxy or your company signs it, name the file of its CA in ${variable}${orFlag}.`;
}

/** The words of undici. */
const refusedByProxy = /Proxy response \(407\)/;

const adviceOnPassword =
  "The proxy wants a user name and a password. Put them into its URL: http://USER:PASSWORD@HOST:PORT.";

/** The words of Node, whose `fetch` takes only signals of its own. @see https://github.com/vitest-dev/vitest/issues/8374 */
const foreignSignal = /Expected signal .*AbortSignal/s;

const adviceOnSignal =
  "The global AbortController is not that of this fetch, as in tests with jsdom. Use another environment, or pass a fetch.";

interface NodeProcess {
  env: Record<string, string | undefined>;
  allowedNodeEnvironmentFlags?: ReadonlySet<string>;
}

function nodeProcess(): NodeProcess | undefined {
  return (globalThis as { process?: NodeProcess }).process;
}

/** Says that a proxy is set that Node does not use. Bun and Deno use it. Its address has a password, so it is not shown. */
function adviseOnProxy(url: URL): string | undefined {
  const node = nodeProcess();
  if (node === undefined || "Deno" in globalThis || "Bun" in globalThis || usesProxy()) return undefined;
  const { env } = node;
  const names = ["http_proxy", "HTTP_PROXY"];
  if (url.protocol === "https:") names.unshift("https_proxy", "HTTPS_PROXY");
  const name = names.find((variable) => env[variable]);
  if (name === undefined || isExempt(url, env.no_proxy ?? env.NO_PROXY ?? "")) return undefined;
  const canUse = node.allowedNodeEnvironmentFlags?.has("--use-env-proxy");
  const how = canUse ? "Start it with NODE_USE_ENV_PROXY=1." : "Node 24 does, with NODE_USE_ENV_PROXY=1.";
  return `${name} is set, but this Node does not use it. ${how}`;
}

/** Whether Node's `fetch` sends its requests by anything else than its own connections. */
function usesProxy(): boolean {
  const globals = globalThis as Record<symbol, object | undefined>;
  // Node 26 has its own as the second, and a wrapper for older copies of undici as the first.
  const dispatcher = [2, 1].map((version) => globals[Symbol.for(`undici.globalDispatcher.${version}`)]).find(Boolean);
  return dispatcher?.constructor.name !== "Agent";
}

/** Whether a proxy is not meant for a host: one of this machine, or of `NO_PROXY`. */
function isExempt({ hostname, port, protocol }: URL, noProxy: string): boolean {
  if (/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname)) return true;
  const names = [hostname, `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`];
  const entries = noProxy.toLowerCase().split(/[\s,]+/);
  const isEnd = (entry: string, name: string): boolean => /^[.*]/.test(entry) && name.endsWith(entry.replace("*", ""));
  return entries.some((entry) => names.some((name) => name === entry || isEnd(entry, name)));
}

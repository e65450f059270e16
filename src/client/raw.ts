import type { Client, FetchOptions, FetchResponse } from "openapi-fetch";
import type { paths } from "../../generated/schema.ts";
import type { Fetch } from "../core/options.ts";

type PlainText<T> = T extends string ? string : T extends object ? { [K in keyof T]: PlainText<T[K]> } : T;

/**
 * The paths of the document, for `raw`. Their open enumerations are plain text, because openapi-fetch 0.17 makes an object
 * of `string & {}`.
 */
export interface RawPaths extends PlainText<paths> {}

/** Not its serializers: no operation has a query, and the client writes the path, because it checks each id. */
type RawName = "params" | "headers" | "signal" | "parseAs" | "baseUrl" | "middleware";

/** The options of openapi-fetch that a call takes. `fetch` is checked by {@link OwnOptions}, so that its parameters have types. */
type RawOptions<Operation> = Pick<FetchOptions<Operation>, RawName> & {
  fetch?: ((...parameters: never[]) => Promise<Response>) | undefined;
};

/** Refuses all other options, which the client would ignore. */
type OwnOptions<Init> = { [Name in Exclude<keyof Init, RawName | "fetch">]: never } & {
  /** Sends the requests of this call, as the client's option `fetch` does. */
  fetch?: Fetch | undefined;
};

type RawResponse<Path extends keyof RawPaths, Init> = Promise<
  FetchResponse<RawPaths[Path]["get"], Init, `${string}/${string}`>
>;

/** Sends a GET request to a path of the document. */
export interface RawGet {
  <Path extends keyof RawPaths, Init extends RawOptions<RawPaths[Path]["get"]>>(
    path: Path,
    init: Init & OwnOptions<Init>,
  ): RawResponse<Path, Init>;
}

/** Sends a request to a path of the document. All operations of the document are read by GET. */
export interface RawRequest {
  <Path extends keyof RawPaths, Init extends RawOptions<RawPaths[Path]["get"]>>(
    method: "get",
    path: Path,
    init: Init & OwnOptions<Init>,
  ): RawResponse<Path, Init>;
}

/**
 * The openapi-fetch client, with key, deadlines and retries. A call takes no `timeoutMs` and no `body`: its limits are the
 * client's, and no operation has a body. It may have a `fetch` of its own, which is called as the client's option is.
 *
 * For a function that wants openapi-fetch's own type, write `raw as Client<RawPaths>`: that type lets every option pass.
 */
export interface RawClient extends Omit<Client<RawPaths>, "GET" | "request"> {
  GET: RawGet;
  request: RawRequest;
}

/** A call of `raw`. @internal */
export interface RawCall {
  /** The option or argument that is wrong, if there is one, and the advice. */
  fault?: [option: string, advice: string];
  method: unknown;
  path: unknown;
  /** The options for openapi-fetch. */
  init: object;
  signal?: AbortSignal | null | undefined;
  callFetch?: Fetch | undefined;
}

/**
 * Reads the parameters of a call, and finds what the client would ignore or openapi-fetch cannot use. The caller may not
 * use TypeScript.
 *
 * This file imports no code: bundlers would cut the first load of a page into more pieces, which costs more than the code.
 *
 * @param name - The method of openapi-fetch that is called.
 * @internal
 */
export function readRawCall(name: string, parameters: unknown[]): RawCall {
  // request(method, path, init); all others (path, init)
  const [method, path, options = {}] = name === "request" ? parameters : [name, ...parameters];
  const fault = findFault(method, path, options);
  const { signal, fetch: callFetch, ...init } = Object(options) as Partial<RawCall> & { fetch?: Fetch };
  return { ...(fault && { fault }), method, path, init, signal, callFetch };
}

function findFault(method: unknown, path: unknown, options: unknown): RawCall["fault"] {
  // The Fetch standard refuses the others.
  if (typeof method !== "string" || !/^(get|put|post|delete|options|head|patch)$/i.test(method)) {
    return ["method", 'pass "get": no operation has another one.'];
  }
  if (typeof path !== "string" || !path.startsWith("/")) {
    return ["path", "pass a path of the document. It begins with a slash."];
  }
  if (!isObject(options)) return ["options", "pass an object, like { params }."];
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(rawOptions, option)) {
      const fault = option === "body" ? "no operation takes one" : "a call of raw does not take it";
      return [option, `${fault}. Pass only ${Object.keys(rawOptions).join(", ")}.`];
    }
    const [isUsable, advice] = rawOptions[option as keyof typeof rawOptions];
    if (!isUsable(value)) return [option, advice];
  }
  // openapi-fetch would send the braces.
  const { params } = options as { params?: { path?: object } }; // checked
  return path.includes("{") && params?.path === undefined ? ["params", rawOptions.params[1]] : undefined;
}

const parsers: unknown[] = ["json", "text", "blob", "arrayBuffer", "stream"];

/** Tells whether openapi-fetch can use an option, and what to pass if not. The client checks the signal itself. */
const rawOptions: Record<RawName | "fetch", [isUsable: (value: unknown) => boolean, advice: string]> = {
  params: [areParams, "pass { path: { asset_id } }."],
  headers: [areHeaders, "they cannot be sent. Check their names and values."],
  fetch: [(value) => typeof value === "function", "pass a function."],
  signal: [() => true, ""],
  parseAs: [(value) => parsers.includes(value), `pass one of ${parsers.join(", ")}.`],
  baseUrl: [isUrlWithoutUser, "pass a URL below that of the client."],
  middleware: [Array.isArray, "pass an array."],
};

function areParams(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((params) => params === undefined || isObject(params));
}

function areHeaders(value: unknown): boolean {
  try {
    new Headers(value as Record<string, string>); // it throws
    return true;
  } catch {
    return false;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** The `Request` of the Fetch standard refuses user names. */
function isUrlWithoutUser(value: unknown): boolean {
  return typeof value === "string" && URL.canParse(value) && new URL(value).username + new URL(value).password === "";
}

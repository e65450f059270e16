import { randomInt } from "node:crypto";
import { ConfigError } from "../core/errors.ts";
import { checkCallback, checkInteger } from "../core/options.ts";
import { maxOwnAssets } from "./asset-store.ts";
import type { MockRequest } from "./journal.ts";
import { checkNames, checkObject } from "./check-names.ts";
import type { OwnAsset } from "./own-asset.ts";
import { checkWeather, type Weather } from "./weather.ts";

/** Options of the mock server. */
export interface MockServerOptions<Id extends string = string> extends Weather {
  /** Host name or address to listen on. @default "127.0.0.1" */
  host?: string | undefined;
  /** Port to listen on; 0 means any free one. @default 0 */
  port?: number | undefined;
  /** Whether to open a port. With `false`, only `fetch` of the mock reaches it. @default true */
  listen?: boolean | undefined;
  /**
   * Where clients reach the mock, such as behind a proxy: addresses in answers begin with it. @default what each request's
   * `Host` says
   */
  publicUrl?: string | undefined;
  /** Whether `X-Forwarded-Host` and `X-Forwarded-Proto` go before `Host`. @default false */
  trustProxy?: boolean | undefined;
  /** Whether pages of any origin may send requests. @default true */
  cors?: boolean | undefined;
  /** Assets of your own, by id. @default none */
  assets?: Readonly<Record<Id, OwnAsset>> | undefined;
  /** Draws latencies and errors: the same seed, the same ones, for the same requests of a key. @default one by chance */
  seed?: number | undefined;
  /** Called with each request. The response begins when it returns or resolves; if it throws, the connection ends. */
  onRequest?: ((request: MockRequest) => unknown) | undefined;
}

/** The options, checked and complete. The assets are checked later, because Prism does it. @internal */
export interface CheckedOptions {
  /** Where to listen. Absent: nowhere. */
  place: { host: string; port: number } | undefined;
  publicUrl: string | undefined;
  trustProxy: boolean;
  cors: boolean;
  assets: [id: string, given: unknown][];
  weather: Weather;
  seed: number;
  onRequest: MockServerOptions["onRequest"];
}

const names: Record<keyof MockServerOptions, true> = {
  host: true,
  port: true,
  listen: true,
  publicUrl: true,
  trustProxy: true,
  cors: true,
  assets: true,
  latencyMs: true,
  errorRate: true,
  seed: true,
  onRequest: true,
};

const maxSeed = 2 ** 32 - 1;

/** Checks the options of the mock. @throws {@link ConfigError} when one is wrong or unknown. @internal */
export function checkMockOptions(options: MockServerOptions): CheckedOptions {
  const given: MockServerOptions = checkNames("", options ?? {}, Object.keys(names)); // each value is checked below
  const { listen = true, cors = true, trustProxy = false, assets = {}, seed, onRequest } = given;
  for (const [name, value] of Object.entries({ listen, cors, trustProxy })) {
    if (typeof value !== "boolean") throw new ConfigError(name, "pass true or false.");
  }
  checkCallback("onRequest", onRequest);
  const { latencyMs, errorRate } = given;
  const ownAssets = Object.entries(checkObject("assets", assets));
  if (ownAssets.length > maxOwnAssets) throw new ConfigError("assets", `there are more than ${maxOwnAssets}.`);
  return {
    place: checkPlace(listen, given),
    publicUrl: given.publicUrl === undefined ? undefined : readPublicUrl(given.publicUrl),
    trustProxy,
    cors,
    assets: ownAssets,
    weather: checkWeather({ latencyMs, errorRate }),
    seed: seed === undefined ? randomInt(maxSeed) : checkInteger("seed", seed, 0, maxSeed),
    onRequest,
  };
}

function checkPlace(listen: boolean, { host, port }: MockServerOptions): CheckedOptions["place"] {
  if (listen) {
    if (host === "" || typeof (host ?? "") !== "string") {
      throw new ConfigError("host", "pass a name or an address to listen on.");
    }
    return { host: host ?? "127.0.0.1", port: checkInteger("port", port ?? 0, 0, 65_535) };
  }
  if ((host ?? port) === undefined) return undefined;
  throw new ConfigError("listen", "without a port, there is no host and no port. Leave them out, or listen out.");
}

/** Checks the option `publicUrl`. @returns It without a slash at its end. */
function readPublicUrl(value: unknown): string {
  const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
  const { protocol = "", origin, pathname = "", username, password, search, hash } = url ?? {};
  if (/^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === "") {
    return origin + pathname.replace(/\/+$/, "");
  }
  throw new ConfigError(
    "publicUrl",
    "pass an https: or http: URL of origin and path alone, like https://dev.example/mock.",
  );
}

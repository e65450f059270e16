import { ConfigError } from "../core/errors.ts";
import { isLoopback } from "../core/runtime.ts";
import type { AssetStore } from "./asset-store.ts";
import type { Journal, RequestFilter } from "./journal.ts";
import { resolveOwnAsset } from "./own-asset.ts";
import type { Prism } from "./prism.ts";
import { maxBodyBytes, parseJson, readBody } from "./request-body.ts";
import { textResponse, type MockResponse } from "./response.ts";
import {
  assetsPath,
  healthPath,
  matchAssetId,
  requestsPath,
  resetPath,
  type ReceivedRequest,
  type RequestTarget,
} from "./routes.ts";
import { fingerprintForm } from "./worlds.ts";

/** Answers a request for the mock itself. */
export type Control = (request: ReceivedRequest, target: RequestTarget) => Promise<MockResponse>;

interface Route {
  /** The query parameters that it takes. */
  parameters: ParameterName[];
  answer(filter: RequestFilter, request: ReceivedRequest): MockResponse | Promise<MockResponse>;
}

/** What the requests for the mock itself show and change. */
interface Parts {
  prism: Prism;
  journal: Journal;
  store: AssetStore;
  /** Goes back to the start: for one key, or for all. */
  reset: (key: string | undefined) => void;
}

const assetPath = `${assetsPath}/{asset_id}`;

/** Makes the function that answers what begins with `/__mock/`. */
export function createControl({ prism, journal, store, reset }: Parts): Control {
  const routes: Record<string, Route> = {
    [`GET ${healthPath}`]: {
      parameters: [],
      answer: () => json({ status: "ok" }),
    },
    [`GET ${requestsPath}`]: {
      parameters: ["key", "asset_id", "since"],
      answer(filter) {
        return json({ requests: journal.find(filter), forgotten: journal.countForgotten(filter.key) });
      },
    },
    [`DELETE ${requestsPath}`]: {
      parameters: ["key"],
      answer({ key }) {
        journal.clear(key);
        return noContent;
      },
    },
    [`POST ${resetPath}`]: {
      parameters: ["key"],
      answer({ key }) {
        reset(key);
        return noContent;
      },
    },
    [`GET ${assetsPath}`]: {
      parameters: ["key"],
      answer: ({ key }) => json(store.list(key)),
    },
    [`PUT ${assetPath}`]: {
      parameters: ["key"],
      async answer({ key, assetId }, { body }) {
        const bytes = await readBody(body);
        if (bytes === undefined) return bodyTooLarge;
        const asset = await resolveOwnAsset(prism, assetId!, parseJson(bytes), "request");
        store.put(asset, key);
        return json(asset.shown);
      },
    },
    [`DELETE ${assetPath}`]: {
      parameters: ["key"],
      answer({ key, assetId }) {
        return store.delete(assetId!, key) ? noContent : textResponse(404, "No such asset was put for this key.");
      },
    },
  };
  const names = Object.keys(routes);

  return async (request, { path, query, key }) => {
    const { method, headers } = request;
    const ownId = matchAssetId(path, assetPath);
    const template = ownId === undefined ? path : assetPath;
    const route = routes[`${method === "HEAD" ? "GET" : method} ${template}`];
    const methods = names.flatMap((name) => (name.endsWith(` ${template}`) ? name.split(" ")[0]! : []));
    if (methods.length === 0) return textResponse(404, `Below /__mock/ there is only: ${names.join(", ")}.`);
    if (route === undefined) return textResponse(405, `Use ${methods.join(" or ")}.`, { Allow: methods.join(", ") });
    if (!["GET", "HEAD"].includes(method) && isForeign(headers.origin)) {
      return textResponse(403, "A web page may change the mock only if its own address is on this machine.");
    }
    if (headers.authorization !== undefined && key === undefined) {
      return textResponse(400, "Authorization: pass Bearer and a key, or leave it out.");
    }
    const fault = findFault(query, route.parameters);
    if (fault !== undefined) return textResponse(400, fault);
    const assetId = ownId ?? query.get("asset_id") ?? undefined;
    try {
      return await route.answer({ key: query.get("key") ?? key, assetId, since: Number(query.get("since")) }, request);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return textResponse(400, error.message);
    }
  };
}

function json(body: object): MockResponse {
  return { status: 200, headers: { "Content-Type": "application/json", "Cache-Control": "no-store" }, body };
}

// The connection ends, because the rest of the body is not read.
const bodyTooLarge = textResponse(413, `Send at most ${maxBodyBytes} bytes.`, { Connection: "close" });

const noContent: MockResponse = { status: 204, headers: {} };

/** Whether a page of another machine sent a request. @see https://fetch.spec.whatwg.org/#origin-header */
function isForeign(origin: string | undefined): boolean {
  return origin !== undefined && !(URL.canParse(origin) && isLoopback(new URL(origin).hostname));
}

type ParameterName = "key" | "asset_id" | "since";

const parameters: Record<ParameterName, { form: RegExp; hint: string }> = {
  key: { form: fingerprintForm, hint: "the fingerprint of a key, 12 hexadecimal digits, and never the key itself" },
  asset_id: { form: /./, hint: "the id of an asset" },
  since: { form: /^\d{1,15}$/, hint: "the `sequence` of a request" },
};

/** Says what is wrong with a query, if something is. */
function findFault(query: URLSearchParams, allowed: ParameterName[]): string | undefined {
  for (const [given, value] of query) {
    const name = allowed.find((known) => known === given);
    if (name === undefined) {
      return `There is no parameter ${JSON.stringify(given.slice(0, 40))}. Pass ${allowed.join(", ") || "none"}.`;
    }
    const { form, hint } = parameters[name];
    if (query.getAll(name).length > 1 || !form.test(value)) return `${name}: pass ${hint}, once.`;
  }
  return undefined;
}

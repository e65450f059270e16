import { isLoopback } from "../core/runtime.ts";
import type { Journal, RequestFilter } from "./journal.ts";
import { textResponse, type MockResponse } from "./response.ts";
import { healthPath, requestsPath, resetPath, type RequestHead, type RequestTarget } from "./routes.ts";
import { fingerprintForm, type Worlds } from "./worlds.ts";

/** Answers a request for the mock itself. */
export type Control = (request: RequestHead, target: RequestTarget) => MockResponse;

interface Route {
  /** The query parameters that it takes. */
  parameters: ParameterName[];
  answer(filter: RequestFilter): MockResponse;
}

/** Makes the function that answers what begins with `/__mock/`. */
export function createControl(worlds: Worlds, journal: Journal): Control {
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
        worlds.reset(key);
        journal.clear(key);
        return noContent;
      },
    },
  };
  const names = Object.keys(routes);

  return ({ method, headers }, { path, query, key }) => {
    const route = routes[`${method === "HEAD" ? "GET" : method} ${path}`];
    const methods = names.flatMap((name) => (name.endsWith(` ${path}`) ? name.split(" ")[0]! : []));
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
    const assetId = query.get("asset_id") ?? undefined;
    return route.answer({ key: query.get("key") ?? key, assetId, since: Number(query.get("since")) });
  };
}

function json(body: object): MockResponse {
  return { status: 200, headers: { "Content-Type": "application/json", "Cache-Control": "no-store" }, body };
}

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

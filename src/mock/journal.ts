import type { IncomingHttpHeaders } from "node:http";
import type { TestAsset } from "../../generated/document.ts";
import { withoutQueries } from "../core/redact.ts";
import type { RequestHead, RequestTarget } from "./routes.ts";
import { recall } from "./recall.ts";

/** A request that the mock has answered. */
export interface MockRequest {
  /** Number of the request, from 1. Later ones have higher numbers, also after a reset. */
  sequence: number;
  /** When it arrived, as ISO 8601. */
  time: string;
  method: string;
  /** Without the query, because that of a signed URL is a secret. */
  path: string;
  /** What is in the query. Values that may be secrets, such as a signature, are `…`. */
  query: Record<string, string>;
  /** The headers, by names in small letters. Values that may be secrets, such as the API key, are `…`. */
  headers: Record<string, string>;
  /** Fingerprint of the API key: see {@link keyFingerprint}. A signed URL belongs to the key that looked it up. */
  key: string | undefined;
  /** Id of the asset that was requested, if it was one. */
  assetId: string | undefined;
  /** The test asset that was requested, or the asset of your own, if it was one. */
  testAsset: TestAsset | undefined;
  /** HTTP status of the response. */
  status: number;
  /** Time until the response could begin, in milliseconds. */
  durationMs: number;
  /** Length of the body, as far as it was sent. It grows while a content is sent. */
  bytesSent: number;
}

/** Describes a request, without its secrets. @internal */
export function describeRequest(
  { method, headers }: RequestHead,
  { path, query, key, assetId }: RequestTarget,
): Omit<MockRequest, "sequence" | "time" | "testAsset" | "status" | "durationMs" | "bytesSent"> {
  return {
    method,
    path: withoutQueries(path.replace(encodedQuery, "")),
    query: hideSecrets([...query].filter(([name, value]) => name !== "" && value !== "")),
    headers: hideSecrets(Object.entries(headers)),
    key,
    assetId,
  };
}

/** A query that is in the path, because its `?` was encoded once or twice. It is a secret, too. */
const encodedQuery = /%(25)*(3f|23).*/i;

/** Also those of gateways and of other clouds, like `auth_key`, `OSSAccessKeyId` and `sign`. */
const secretNames =
  /authori[sz]ation|(^|[-_])auth([-_]|$)|cookie|credential|jwt|passw|pwd|secret|session|signature|token|^sign?$|(access|private)[-_]?key|(^|api[-_]?)key$/i;

function hideSecrets(pairs: [name: string, value: IncomingHttpHeaders[string]][]): Record<string, string> {
  return Object.fromEntries(
    pairs.map(([name, value]) => [name, secretNames.test(name) ? "…" : withoutQueries(String(value))]),
  );
}

/** Which requests are meant; what is left out does not matter. @internal */
export interface RequestFilter {
  key?: string | undefined;
  assetId?: string | undefined;
  /** Only requests with higher numbers. */
  since?: number | undefined;
}

/** The last requests: of each key, and of all together. @internal */
export interface Journal {
  /** Of all keys, newest last. Whoever empties this list changes nothing else. */
  requests: readonly MockRequest[];
  add(request: MockRequest): void;
  find(filter: RequestFilter): MockRequest[];
  /** Returns how many requests the journal no longer has, of one key or of all. */
  countForgotten(key: string | undefined): number;
  /** Removes the requests of one key, or of all. */
  clear(key: string | undefined): void;
}

/** Per key, so that a test that sends many requests does not push out those of another one. */
const maxOfKey = 1000;
const maxInAll = 10_000;
/** Of all requests, in characters of JSON. */
const maxSize = 2 ** 24;

/** The requests of one key. */
interface Own {
  requests: MockRequest[];
  forgotten: number;
}

/** @internal */
export function createJournal(): Journal {
  const kept = new Map<MockRequest, { size: number; own: Own }>(); // oldest first
  const owners = new Map<string | undefined, Own>();
  const requests: MockRequest[] = [];
  let size = 0;
  let forgotten = 0;

  function remove(request: MockRequest): void {
    size -= kept.get(request)!.size;
    kept.delete(request);
    const index = requests.indexOf(request);
    if (index >= 0) requests.splice(index, 1);
  }

  /** The oldest of all is the oldest of its key, too. */
  function forgetOldest(own: Own): void {
    remove(own.requests[0]!);
    own.requests.shift();
    own.forgotten += 1;
    forgotten += 1;
  }

  return {
    requests,

    add(request) {
      const own = recall(owners, request.key, maxInAll, () => ({ requests: [], forgotten: 0 }));
      const entry = { size: JSON.stringify(request).length, own };
      kept.set(request, entry);
      requests.push(request);
      own.requests.push(request);
      size += entry.size;
      if (own.requests.length > maxOfKey) forgetOldest(own);
      for (const entry of kept.values()) {
        if (kept.size <= maxInAll && size <= maxSize) break;
        forgetOldest(entry.own);
      }
    },

    find({ key, assetId, since = 0 }) {
      const candidates = key === undefined ? [...kept.keys()] : (owners.get(key)?.requests ?? []);
      return candidates.filter(
        (request) => request.sequence > since && (assetId === undefined || request.assetId === assetId),
      );
    },

    countForgotten: (key) => (key === undefined ? forgotten : (owners.get(key)?.forgotten ?? 0)),

    clear(key) {
      for (const request of this.find({ key })) remove(request);
      if (key === undefined) {
        owners.clear();
        forgotten = 0;
      } else owners.delete(key);
    },
  };
}

import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { answer, startFaultServer, type FaultServer, type Step } from "./fault-server.ts";

/** The API and a content host in one server. Its disposal throws if a request for content had a secret. */
export interface ContentServer extends AsyncDisposable {
  url: string;
  /** The requests for content, in order. */
  requests: ContentRequest[];
  /** How often the asset was looked up. */
  lookUps: () => number;
  /** Extra headers of the response to each look-up. */
  lookUpHeaders: Record<string, string>;
  /** Waits until the connection of every request for content is closed. */
  allClosed(): Promise<void>;
  /** The milliseconds between each request for content and the next. */
  gapsMs(): number[];
  connections: FaultServer["connections"];
}

export interface ContentRequest {
  atMs: number;
  path: string;
  head: string;
  range: string | undefined;
  ifRange: string | undefined;
  /** Whether its connection is closed. */
  isClosed: boolean;
}

/** Decides how one request for content is answered. */
export type ContentStep = (request: ContentRequest) => Step;

/** The API key of the clients in tests. */
export const secretKey = "cy_s3cret_key";

/** Makes the asset that a look-up gives. @param lookUp - The number of the look-up, from 1. */
export type AssetOf = (url: string, lookUp: number, id: string) => object;

/** @param script - One step for each request for content; the last step serves all further requests. */
export async function startContentServer(assetOf: AssetOf, ...script: ContentStep[]): Promise<ContentServer> {
  const requests: ContentRequest[] = [];
  const lookUpHeaders: Record<string, string> = {};
  let lookUps = 0;
  const server = await startFaultServer((socket, head) => {
    const path = head.split(" ")[1]!;
    if (path.startsWith("/api/")) {
      const asset_id = decodeURIComponent(path.split("/").at(-1)!);
      const asset = { asset_id, status: "confirmed", ...assetOf(server.url, ++lookUps, asset_id) };
      return answer(200, JSON.stringify({ code: 0, msg: "", data: asset }), lookUpHeaders)(socket, head);
    }
    const request = {
      atMs: performance.now(),
      path,
      head,
      range: field(head, "range"),
      ifRange: field(head, "if-range"),
      isClosed: false,
    };
    requests.push(request);
    socket.setMaxListeners(0).once("close", () => (request.isClosed = true));
    return script[Math.min(requests.length, script.length) - 1]!(request)(socket, head);
  });
  return {
    url: server.url,
    requests,
    lookUps: () => lookUps,
    lookUpHeaders,
    async allClosed() {
      while (!requests.every(({ isClosed }) => isClosed)) await sleep(5);
    },
    gapsMs: () => requests.slice(1).map(({ atMs }, index) => atMs - requests[index]!.atMs),
    connections: server.connections,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      const leak = requests.find(({ head }) => /authorization|cookie|x-own/i.test(head) || head.includes(secretKey));
      if (leak !== undefined) throw new Error(`the content host received a secret: ${leak.head}`);
    },
  };
}

function field(head: string, name: string): string | undefined {
  return new RegExp(`^${name}: (.*)$`, "im").exec(head)?.[1]?.trim();
}

/** A ready asset with a signed URL, which expires in an hour by default. */
export function readyAsset(size_bytes: number, expiresInS = 3600): (url: string, lookUp: number) => object {
  return (url, lookUp) => {
    const expires = Math.floor(Date.now() / 1000) + expiresInS;
    return { size_bytes, mime_type: "image/png", signed_url: `${url}/file?expires=${expires}&signature=s${lookUp}` };
  };
}

/** Makes bytes that depend on the seed. Every 1021 bytes they hold their position, so that a shift is noticed. */
export function makeBytes(size: number, seed = "a"): Buffer {
  const bytes = Buffer.alloc(size, createHash("sha256").update(seed).digest());
  for (let at = 0; at + 4 <= size; at += 1021) bytes.writeUInt32BE(at, at);
  return bytes;
}

export interface ServeOptions {
  /** `null` for none. @default a hash of the bytes */
  etag?: string | null;
  lastModified?: string;
  /** The whole file is sent, whatever the range. */
  ranges?: "ignored";
  /** How many bytes of the body are sent. @default all */
  sent?: number;
  /** The body is sent in pieces of this size, one every 10 ms. @default all at once */
  pieceBytes?: number;
  /** What happens after `sent` bytes. @default the connection stays open */
  fault?: "end" | "reset" | "stall";
  headers?: Record<string, string | undefined>;
  /** There is no Content-Length; the body ends with the connection. */
  length?: "hidden";
  encoding?: "gzip";
}

/** Serves a file as an object store does, with the faults of the options. */
export function serve(bytes: Buffer, options: ServeOptions = {}): ContentStep {
  const { etag = `"${createHash("sha256").update(bytes).digest("hex").slice(0, 16)}"`, lastModified } = options;
  return ({ range, ifRange }) => {
    const isSame = ifRange === undefined || ifRange === etag || ifRange === lastModified;
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? "") ?? [];
    const isPart = first !== undefined && isSame && options.ranges === undefined;
    const start = isPart ? Number(first) : 0;
    const end = isPart && last !== "" ? Math.min(Number(last) + 1, bytes.length) : bytes.length;
    if (start >= end && isPart) return answer(416, "", { "Content-Range": `bytes */${bytes.length}` });
    const plain = bytes.subarray(start, end);
    const body = options.encoding === undefined ? plain : gzipSync(plain);
    const headers = {
      "Content-Type": "image/png",
      "Content-Length": options.length === undefined ? String(body.length) : undefined,
      "Content-Encoding": options.encoding,
      "Content-Range": isPart ? `bytes ${start}-${end - 1}/${bytes.length}` : undefined,
      ETag: etag ?? undefined,
      "Last-Modified": lastModified,
      Connection: options.length === undefined ? undefined : "close",
      ...options.headers,
    };
    return send(isPart ? 206 : 200, headers, body.subarray(0, options.sent), options);
  };
}

function send(
  status: number,
  headers: Record<string, string | undefined>,
  body: Buffer,
  { fault, length, pieceBytes = body.length }: ServeOptions,
): Step {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : `${name}: ${value}\r\n`,
  );
  return async (socket) => {
    socket.write(`HTTP/1.1 ${status} Status\r\n${lines.join("")}\r\n`);
    let at = 0;
    for (; at + pieceBytes < body.length && !socket.destroyed; at += pieceBytes) {
      socket.write(body.subarray(at, at + pieceBytes));
      await sleep(10);
    }
    socket.write(body.subarray(at), () => {
      if (fault === "end" || (length === "hidden" && fault === undefined)) socket.end();
      if (fault === "reset") setTimeout(() => socket.resetAndDestroy(), 20); // The bytes arrive before.
    });
  };
}

/** Answers with a status, and a body that is not the file. */
export function say(status: number, headers: Record<string, string> = {}, body = ""): ContentStep {
  return () => answer(status, body, { "Content-Type": "application/xml", ...headers });
}

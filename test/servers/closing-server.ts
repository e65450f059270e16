import { setTimeout as sleep } from "node:timers/promises";
import { startContentServer, type ContentServer } from "./content-server.ts";
import type { Step } from "./fault-server.ts";

/** The ways of saying where a body ends that a host has when it closes the connection after each response. */
export const framings = ["length", "http10", "unknown", "chunked"] as const;

export type Framing = (typeof framings)[number];

/** A file of the server. `unknown` has no length, neither in its response nor in its asset. */
export interface ClosingFile {
  id: string;
  bytes: Buffer;
  framing: Framing;
  /** How long the connection stays open after the last byte, in milliseconds. */
  openMs: number;
}

/**
 * Starts a server that closes each connection to its content host after a whole response. Only where the framing is
 * `length`, it sends a part if it is asked for one.
 */
export function startClosingServer(files: ClosingFile[]): Promise<ContentServer> {
  const fileAt = (path: string): ClosingFile => files.find(({ id }) => path.endsWith(`/${id}`))!;
  return startContentServer(
    (url, _lookUp, id) => {
      const { bytes, framing } = fileAt(`/${id}`);
      return { signed_url: `${url}/${id}`, size_bytes: framing === "unknown" ? undefined : bytes.length };
    },
    ({ path, range }) => {
      const file = fileAt(path);
      const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? "") ?? [];
      if (file.framing !== "length" || first === undefined) return sendAndClose(file, "200 OK");
      const bytes = file.bytes.subarray(Number(first), Number(last) + 1);
      const contentRange = `Content-Range: bytes ${first}-${last}/${file.bytes.length}`;
      return sendAndClose({ ...file, bytes }, `206 Partial Content\r\n${contentRange}`);
    },
  );
}

function sendAndClose({ bytes, framing, openMs }: ClosingFile, status: string): Step {
  return async (socket) => {
    const lengthField = `Content-Length: ${bytes.length}\r\n`;
    const heads: Record<Framing, string> = {
      length: `HTTP/1.1 ${status}\r\nConnection: close\r\n${lengthField}\r\n`,
      http10: `HTTP/1.0 200 OK\r\n${lengthField}\r\n`,
      unknown: "HTTP/1.0 200 OK\r\n\r\n",
      chunked: "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n",
    };
    socket.write(heads[framing]);
    socket.write(framing === "chunked" ? chunksOf(bytes) : bytes);
    await sleep(openMs);
    socket.end();
  };
}

/** Encodes a body in chunks of 50,000 bytes. */
function chunksOf(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 50_000) {
    const chunk = bytes.subarray(at, at + 50_000);
    parts.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from("\r\n"));
  }
  return Buffer.concat([...parts, Buffer.from("0\r\n\r\n")]);
}

import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { ConfigError } from "../core/errors.ts";
import type { Handler, ReadyResponse } from "./handler.ts";
import type { ReceivedRequest } from "./routes.ts";

/** A server that listens. */
export interface Listener {
  url: string;
  close(): Promise<void>;
}

/** Where to listen. */
export interface Place {
  port: number;
  host: string;
  /** Whether `X-Forwarded-Host` and `X-Forwarded-Proto` say where the client reaches the mock. */
  trustProxy: boolean;
}

/** Opens a port whose requests a handler answers. @throws {@link ConfigError} when nothing can listen there. */
export async function openPort(handler: Handler, { port, host, trustProxy }: Place): Promise<Listener> {
  let url = "";
  const server = createServer(async (request, response) => {
    try {
      const origin = originOf(request.headers, trustProxy) ?? url;
      await send(response, await handler.handle(receive(request, origin)));
    } catch {
      request.socket.destroy(); // the client has gone, or `onRequest` threw
    }
  });
  await listen(server, port, host);
  url = urlOf(server);
  return {
    url,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (error) {
    const { code } = Object(error);
    if (code === "EADDRINUSE") {
      throw new ConfigError("port", `${port} on ${host} is taken. Pass another one, or 0 for any free one.`);
    }
    if (code === "EACCES") {
      throw new ConfigError("port", `${port} needs more rights. Pass one above 1023, or 0 for any free one.`);
    }
    const fault = `nothing can listen on ${JSON.stringify(host)} (${code})`;
    throw new ConfigError("host", `${fault}. Pass a name or an address of this machine.`);
  }
}

/** An address that means all of the machine's is shown as the loopback address. */
function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo; // not a pipe
  const host = address.replace(/^0\.0\.0\.0$/, "127.0.0.1").replace(/^::$/, "::1");
  return family === "IPv6" ? `http://[${host}]:${port}` : `http://${host}:${port}`;
}

function receive(request: IncomingMessage, origin: string): ReceivedRequest {
  const { method = "", url = "", headers } = request;
  // Whoever stops reading can still send a response.
  return { method, url, headers, origin, body: request.iterator({ destroyOnReturn: false }) };
}

/** Reads where the client reaches the mock; `undefined` if that is no host. */
function originOf(headers: IncomingHttpHeaders, trustProxy: boolean): string | undefined {
  const forwarded = (name: "host" | "proto"): string | undefined =>
    trustProxy
      ? String(headers[`x-forwarded-${name}`] ?? "")
          .split(",")[0]!
          .trim()
      : undefined;
  const protocol = forwarded("proto")?.toLowerCase() === "https" ? "https" : "http";
  const host = forwarded("host") || headers.host || "";
  const isHost = /^[\w.:[\]-]{1,261}$/.test(host) && URL.canParse(`${protocol}://${host}`);
  return isHost ? new URL(`${protocol}://${host}`).origin : undefined;
}

async function send(response: ServerResponse, { status, headers, body, drops }: ReadyResponse): Promise<void> {
  response.writeHead(status, headers);
  if (body === undefined || typeof body === "string") {
    response.end(body);
    return;
  }
  await pipeline(body, response, { end: !drops });
  if (drops) response.req.socket.destroySoon();
}

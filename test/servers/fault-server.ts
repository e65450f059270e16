import { createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** What the server does with one request. @param head - The request line and the headers. */
export type Step = (socket: Socket, head: string) => void | Promise<void>;

export interface FaultServer extends AsyncDisposable {
  url: string;
  /** What arrived, in order. `atMs` is by the server's clock; `connection` counts from 1. */
  requests: { atMs: number; head: string; connection: number }[];
  /** The milliseconds between one request and the next. */
  gapsMs(): number[];
  /** How many connections were opened, and how many are open now. */
  connections: { opened: number; open: number };
}

/** Starts a server that follows a script: one step for each request. The last step serves all further requests. */
export async function startFaultServer(...script: Step[]): Promise<FaultServer> {
  const requests: FaultServer["requests"] = [];
  const connections = { opened: 0, open: 0 };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const connection = ++connections.opened;
    connections.open += 1;
    sockets.add(socket);
    let received = "";
    socket.on("error", () => {});
    socket.on("close", () => {
      connections.open -= 1;
      sockets.delete(socket);
    });
    socket.on("data", (bytes) => {
      received += bytes.toString("latin1");
      const end = received.indexOf("\r\n\r\n");
      if (end === -1) return;
      const head = received.slice(0, end);
      received = received.slice(end + 4);
      const step = script[Math.min(requests.length, script.length - 1)]!;
      requests.push({ atMs: performance.now(), head, connection });
      void step(socket, head);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    gapsMs: () => requests.slice(1).map(({ atMs }, index) => atMs - requests[index]!.atMs),
    connections,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type HeaderFields = Record<string, string>;

function headOf(status: number | string, headers: HeaderFields): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${typeof status === "number" ? `${status} Status` : status}\r\n${lines.join("")}\r\n`;
}

function fieldsOf(body: string, headers: HeaderFields): HeaderFields {
  return { "Content-Type": "application/json", "Content-Length": String(Buffer.byteLength(body)), ...headers };
}

/** Sends a whole answer and keeps the connection. @param status - A number, or a text like `404 Not Found`. */
export function answer(
  status: number | string,
  body: string,
  headers: HeaderFields = {},
  onSent?: (error?: Error | null) => void,
): Step {
  return (socket) => void socket.write(headOf(status, fieldsOf(body, headers)) + body, onSent);
}

/** Sends only the start of the body, then nothing more. */
export function stall(status: number, body: string, sentLength: number, headers: HeaderFields = {}): Step {
  return (socket) => void socket.write(headOf(status, fieldsOf(body, headers)) + body.slice(0, sentLength));
}

/** Sends the start of the body, and the rest after a pause. */
export function late(status: number, body: string, sentLength: number, laterMs: number): Step {
  return async (socket) => {
    socket.write(headOf(status, fieldsOf(body, {})) + body.slice(0, sentLength));
    await sleep(laterMs);
    socket.write(body.slice(sentLength));
  };
}

/** Sends only the start of the body, then ends the connection by FIN (`end`) or RST (`reset`). */
export function cutOff(how: "end" | "reset", status: number, body: string, sentLength: number): Step {
  return (socket) => {
    socket.write(headOf(status, fieldsOf(body, {})) + body.slice(0, sentLength), () => {
      setImmediate(() => (how === "end" ? socket.end() : socket.resetAndDestroy()));
    });
  };
}

/** Sends a whole answer in small pieces, with a pause after each. */
export function trickle(body: string, pieceLength: number, gapMs: number): Step {
  return async (socket) => {
    socket.write(headOf(200, fieldsOf(body, {})));
    for (let at = 0; at < body.length && !socket.destroyed; at += pieceLength) {
      socket.write(body.slice(at, at + pieceLength));
      await sleep(gapMs);
    }
  };
}

/** Sends these bytes, which need not be HTTP, then ends the connection. */
export function garbage(bytes: string): Step {
  return (socket) => void socket.end(bytes, "latin1");
}

/** Sends nothing, and keeps the connection. */
export const silence: Step = () => {};

/** Ends the connection by RST before any answer. */
export const reset: Step = (socket) => void socket.resetAndDestroy();

/** Ends the connection by FIN before any answer. */
export const close: Step = (socket) => void socket.end();

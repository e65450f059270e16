import { once } from "node:events";
import { createServer, request as sendRequest } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";

export interface ProxyServer extends AsyncDisposable {
  /** Without user name and password. */
  host: string;
  /** The requests that it got: method, target, and the credentials, if there are any. */
  requests: string[];
}

/**
 * Starts a proxy of HTTP. It knows no names: each host is this machine.
 *
 * @param credentials - The user name and password that it wants, as `USER:PASSWORD`.
 */
export async function startProxy(credentials?: string): Promise<ProxyServer> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const wanted = credentials && `Basic ${btoa(credentials)}`;

  function note(method: string, target: string, authorization = ""): boolean {
    requests.push(`${method} ${target} ${authorization && atob(authorization.slice("Basic ".length))}`.trim());
    return wanted === undefined || authorization === wanted;
  }

  const server = createServer((request, response) => {
    const { method, headers } = request;
    if (!note(method!, request.url!, headers["proxy-authorization"])) return void response.writeHead(407).end();
    const { port, pathname, search } = new URL(request.url!);
    const forwarded = sendRequest({ method, host: "127.0.0.1", port, path: pathname + search, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    forwarded.on("error", () => response.destroy());
    request.pipe(forwarded);
  });
  server.on("connect", (request, socket: Socket) => {
    if (!note("CONNECT", request.url!, request.headers["proxy-authorization"])) {
      return void socket.end("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n");
    }
    const target = connect(Number(request.url!.split(":").at(-1)), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      target.pipe(socket).pipe(target);
    });
    for (const end of [target, socket]) {
      sockets.add(end);
      end.on("error", () => {});
      end.on("close", () => [target, socket].forEach((other) => other.destroy()));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

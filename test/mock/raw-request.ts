import { connect } from "node:net";

/** Writes a request as it goes over the wire. No client changes its path. */
export function rawRequest(line: string, headers = "", body = ""): string {
  return `${line} HTTP/1.1\r\nHost: mock\r\nAuthorization: Bearer any\r\nConnection: close\r\n${headers}\r\n${body}`;
}

/** Sends bytes (text in Latin-1), and returns what comes back until the connection ends or is silent for some time. */
export async function sendRaw({ url }: { url: string }, text: string, silenceMs: number): Promise<string> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  let received = "";
  socket.setTimeout(silenceMs, () => socket.destroy());
  socket.on("error", () => {});
  socket.on("data", (bytes) => (received += bytes.toString("latin1")));
  socket.write(text, "latin1");
  await new Promise((resolve) => socket.on("close", resolve));
  return received;
}

/** Reads the statuses of all responses. */
export function statusesOf(received: string): number[] {
  return [...received.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
}

/** A static server on loopback, as simple as the hosts that the site is made for. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { createGzip } from "node:zlib";

const types: Record<string, string> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".md": "text/markdown; charset=utf-8",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".yaml": "application/yaml",
};

/** Serves a folder below a base path, such as `/docs/`. Text is compressed, as it is on hosts of pages. */
export async function serveDocs(
  folder: string,
  base = "/",
  port = 0,
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url!, "http://localhost").pathname); // has no `..`
    const name = path.startsWith(base) ? path.slice(base.length) : undefined;
    const file = name === undefined || name.includes("..") ? undefined : await findFile(join(folder, name));
    if (file === undefined) return void response.writeHead(404).end("not found");
    const type = types[extname(file)];
    response.setHeader("content-type", type ?? "application/octet-stream");
    if (type === undefined) return void createReadStream(file).pipe(response);
    response.setHeader("content-encoding", "gzip");
    createReadStream(file).pipe(createGzip()).pipe(response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function findFile(path: string): Promise<string | undefined> {
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isDirectory()) return findFile(join(path, "index.html"));
  return stats?.isFile() ? path : undefined;
}

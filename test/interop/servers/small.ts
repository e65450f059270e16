import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RealServer } from "../real-server.ts";

const lighttpd: RealServer = {
  name: "lighttpd",
  program: "lighttpd",
  packages: { debian: "lighttpd" },
  async configure({ folder, files, port }) {
    const text = `
server.modules = ("mod_accesslog")
server.bind = "127.0.0.1"
server.port = ${port}
server.document-root = "${files}"
mimetype.assign = ("" => "application/octet-stream") # without a type, it sends neither ETag nor date
accesslog.filename = "${folder}/access.log"
accesslog.format = "%r %s key=%{Authorization}i%{Cookie}i"
`;
    await writeFile(join(folder, "lighttpd.conf"), text);
    return ["-D", "-f", join(folder, "lighttpd.conf")];
  },
};

const caddy: RealServer = {
  name: "caddy",
  program: "caddy",
  packages: { debian: "caddy" },
  async configure({ folder, files, port }) {
    const text = `
{
  admin off
  auto_https off
}
http://127.0.0.1:${port} {
  bind 127.0.0.1
  root * ${files}
  encode gzip
  file_server
  log {
    output file ${folder}/access.log
  }
}
`;
    await writeFile(join(folder, "Caddyfile"), text);
    return ["run", "--config", join(folder, "Caddyfile"), "--adapter", "caddyfile"];
  },
};

const busybox: RealServer = {
  name: "busybox httpd",
  program: "busybox",
  packages: { debian: "busybox" },
  configure: async ({ files, port }) => ["httpd", "-f", "-p", `127.0.0.1:${port}`, "-h", files],
  hasNoLog: true,
};

export const smallServers = [lighttpd, caddy, busybox];

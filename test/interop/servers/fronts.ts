import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ProxyAgent } from "undici";
import type { Place, RealServer } from "../real-server.ts";
import { nginx } from "./nginx.ts";

const haproxy: RealServer = {
  name: "haproxy to nginx",
  program: "haproxy",
  packages: { debian: "haproxy" },
  origin: nginx,
  async configure({ folder, port, origin }) {
    const text = `
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend front
  bind 127.0.0.1:${port}
  default_backend origin
backend origin
  server nginx 127.0.0.1:${origin!.port}
`;
    await writeFile(join(folder, "haproxy.conf"), text);
    return ["-db", "-f", join(folder, "haproxy.conf")];
  },
};

const varnish: RealServer = {
  name: "varnish to nginx",
  program: "varnishd",
  packages: { debian: "varnish" },
  origin: nginx,
  async configure({ folder, port, origin }) {
    const addresses = ["-a", `127.0.0.1:${port}`, "-b", `127.0.0.1:${origin!.port}`];
    return ["-F", "-j", "none", "-n", join(folder, "varnish"), "-s", "malloc,256m", ...addresses];
  },
};

/** A proxy that the client knows of. `proxyTunnel` says whether it sees the requests. */
function makeProxy(server: Omit<RealServer, "origin">, proxyTunnel: boolean): RealServer {
  return {
    ...server,
    name: `${server.name}, ${proxyTunnel ? "CONNECT" : "forward"}`,
    origin: nginx,
    addressOf: ({ origin }, name) => `${origin!.url}/${name}`,
    fetchOptions: ({ url }) => ({ dispatcher: new ProxyAgent({ uri: url, proxyTunnel }) }),
    ...(proxyTunnel && { environment: useProxy }),
  };
}

const useProxy = ({ url }: Place): Record<string, string> => ({ NODE_USE_ENV_PROXY: "1", HTTP_PROXY: url });

const squid: Omit<RealServer, "origin"> = {
  name: "squid",
  program: "squid",
  packages: { debian: "squid" },
  async configure({ folder, port }) {
    const text = `
http_port 127.0.0.1:${port}
http_access allow all
visible_hostname tests
pid_filename none
access_log none
cache_log ${folder}/cache.log
cache_mem 256 MB
maximum_object_size_in_memory 100 MB
coredump_dir none
netdb_filename none
shutdown_lifetime 0 seconds
`;
    await writeFile(join(folder, "squid.conf"), text);
    return ["-N", "-f", join(folder, "squid.conf")];
  },
};

const tinyproxy: Omit<RealServer, "origin"> = {
  name: "tinyproxy",
  program: "tinyproxy",
  packages: { debian: "tinyproxy" },
  async configure({ folder, port }) {
    const text = `Port ${port}\nListen 127.0.0.1\nAllow 127.0.0.1\nMaxClients 50\nTimeout 60\n`;
    await writeFile(join(folder, "tinyproxy.conf"), text);
    return ["-d", "-c", join(folder, "tinyproxy.conf")];
  },
};

export const fronts = [haproxy, varnish];

export const proxies = [squid, tinyproxy].flatMap((proxy) => [makeProxy(proxy, true), makeProxy(proxy, false)]);

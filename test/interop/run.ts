/**
 * Downloads from servers that others wrote, and lets clients that others wrote download from the mock. As root on Debian,
 * it installs those that are missing, which stay installed. It skips and counts those that it cannot install.
 *
 *     npm run test:servers
 *     npm run test:servers -- PART_OF_A_NAME
 */
import { rmSync } from "node:fs";
import { chmod, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkServer } from "./check-server.ts";
import { checkClient, clients } from "./clients.ts";
import { installMissing } from "./install.ts";
import { killAll } from "./program.ts";
import { closeReport, skip } from "./report.ts";
import { apacheServers } from "./servers/apache.ts";
import { fronts, proxies } from "./servers/fronts.ts";
import { nginxServers } from "./servers/nginx.ts";
import { makeStores } from "./servers/s3.ts";
import { smallServers } from "./servers/small.ts";

const folder = await mkdtemp(join(tmpdir(), "interop-"));
await chmod(folder, 0o755); // some servers leave root for a user of their own
process.on("exit", () => {
  killAll();
  rmSync(folder, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

const [, , part = ""] = process.argv;
const npmFolder = join(folder, "npm");
const stores = makeStores(npmFolder);
const servers = [...nginxServers, ...apacheServers, ...smallServers, ...fronts, ...proxies, ...stores].filter(
  ({ name }) => name.includes(part),
);
const wantedClients = clients.filter(({ program }) => program.includes(part));
const missing = await installMissing([...servers, ...wantedClients], npmFolder);

for (const [index, server] of servers.entries()) {
  const reason = missing.get(server.program) ?? (server.origin && missing.get(server.origin.program));
  if (reason === undefined) await checkServer(server, join(folder, `server-${index}`));
  else skip(server.name, "all", reason);
}
for (const client of wantedClients) {
  const reason = missing.get(client.program);
  if (reason === undefined) await checkClient(client, join(folder, client.program));
  else skip(client.program, "all", reason);
}
process.exit(closeReport() ? 0 : 1);

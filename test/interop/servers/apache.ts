import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RealServer } from "../real-server.ts";

function makeApache(name: string, directives: string, server: Partial<RealServer> = {}): RealServer {
  return {
    name: `apache2, ${name}`,
    program: "apache2",
    packages: { debian: "apache2" },
    async configure({ folder, files, port }) {
      const modules = ["mpm_event", "authz_core", "filter", "deflate", "headers", "env", "setenvif"];
      const text = `
ServerRoot ${folder}
ServerName 127.0.0.1
Listen 127.0.0.1:${port}
PidFile ${folder}/apache.pid
DefaultRuntimeDir ${folder}
ErrorLog ${folder}/error.log
${modules.map((module) => `LoadModule ${module}_module /usr/lib/apache2/modules/mod_${module}.so`).join("\n")}
User www-data
Group www-data
LogFormat "%r %s key=%{Authorization}i%{Cookie}i" checked
CustomLog ${folder}/access.log checked
DocumentRoot ${files}
<Directory ${files}>
  Require all granted
</Directory>
${directives}
`;
      await writeFile(join(folder, "apache.conf"), text);
      return ["-D", "FOREGROUND", "-f", join(folder, "apache.conf")];
    },
    ...server,
  };
}

const deflate = "SetOutputFilter DEFLATE";
/** As if something on the way did not hand on that the client wants no encoding. */
const forAll = "RequestHeader set Accept-Encoding gzip early";
const forParts = "SetEnvIf Range . part\nRequestHeader set Accept-Encoding gzip env=part";

export const apacheServers: RealServer[] = [
  makeApache("plain", ""),
  makeApache("deflate", deflate),
  makeApache("deflate for all", `${deflate}\n${forAll}`, { afterCut: "NetworkError" }),
  // Its ETag of a part ends with `-gzip`: that is another representation of the file.
  makeApache("deflate for parts", `${deflate}\n${forParts}`, { afterCut: "changed" }),
];

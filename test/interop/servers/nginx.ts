import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { Agent } from "undici";
import { createClient, type FetchOptions } from "../../../src/index.ts";
import { secretKey } from "../../servers/content-server.ts";
import { always, startServer } from "../../servers/server.ts";
import { renameFile, writeOldFile, type Place, type RealServer } from "../real-server.ts";

const secret = "for the tests";

/** Makes an nginx. @param directives - Of the server, after those that all have. */
function makeNginx(name: string, directives: string, server: Partial<RealServer> = {}, listen = ""): RealServer {
  return {
    name: `nginx, ${name}`,
    program: "nginx",
    packages: { debian: "nginx" },
    async configure({ folder, files, port }) {
      const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
      const text = `
daemon off;
pid nginx.pid;
error_log stderr;
events {}
http {
  log_format checked '$request_uri $server_protocol $status key=$http_authorization$http_cookie';
  access_log access.log checked;
  ${temporary.map((kind) => `${kind}_temp_path ${kind};`).join(" ")}
  sendfile on;
  server {
    listen 127.0.0.1:${port}${listen};
    root ${files};
    ${directives}
  }
}
`;
      await writeFile(join(folder, "nginx.conf"), text);
      return ["-p", folder, "-c", join(folder, "nginx.conf")];
    },
    ...server,
  };
}

const secureLink = `
    secure_link $arg_md5,$arg_until;
    secure_link_md5 "$secure_link_expires$uri ${secret}";
    if ($secure_link = "") { return 403; }
    if ($secure_link = "0") { return 410; }`;

/** @see https://nginx.org/en/docs/http/ngx_http_secure_link_module.html */
function signForNginx({ url }: Place, name: string, expiresAtS: number): string {
  const md5 = createHash("md5").update(`${expiresAtS}/${name} ${secret}`).digest("base64url");
  // Not named `expires`, so that the client cannot know when the URL ends.
  return `${url}/${name}?${new URLSearchParams({ md5, until: String(expiresAtS) })}`;
}

const certificate = "ssl_certificate server.pem; ssl_certificate_key server.key;";

const overTls = (allowH2: boolean): Partial<RealServer> => ({
  protocol: "https:",
  async configure(place) {
    await makeCertificates(place.folder);
    return makeNginx("", certificate, {}, allowH2 ? " ssl http2" : " ssl").configure(place);
  },
  fetchOptions: ({ folder }) => makeDispatcher(folder, allowH2),
  checks: { "a certificate that is not trusted": expectNoTrust },
  environment: ({ folder }) => ({ NODE_EXTRA_CA_CERTS: join(folder, "ca.pem") }),
});

function makeDispatcher(folder: string, allowH2: boolean): FetchOptions {
  return { dispatcher: new Agent({ allowH2, connect: { ca: readFileSync(join(folder, "ca.pem")) } }) };
}

/** Makes a certificate for 127.0.0.1, by a certificate authority that nobody knows. */
async function makeCertificates(folder: string): Promise<void> {
  const make = (name: string, ...options: string[]): Promise<unknown> => {
    const files = ["-keyout", `${name}.key`, "-out", `${name}.pem`];
    const request = ["req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-days", "2"];
    return promisify(execFile)("openssl", [...request, ...files, ...options], { cwd: folder });
  };
  await make("ca", "-subj", "/CN=CA of the tests");
  const names = ["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE"];
  await make("server", "-subj", "/CN=127.0.0.1", "-CA", "ca.pem", "-CAkey", "ca.key", ...names);
}

/** Stores a file with a compressed copy, which nginx sends in its place. Not made small, so that it does not come at once. */
async function storeCompressed(place: Place, name: string, bytes: Buffer): Promise<void> {
  await writeOldFile(place, name, bytes);
  await writeOldFile(place, `${name}.gz`, gzipSync(bytes, { level: 0 }));
}

async function moveCompressed(place: Place, from: string, to: string): Promise<void> {
  for (const ending of ["", ".gz"]) await renameFile(place, from + ending, to + ending);
}

/** Without the certificate authority, no request may succeed. */
async function expectNoTrust({ url }: Place): Promise<string> {
  const asset = { asset_id: "asset_1B", status: "confirmed", signed_url: `${url}/1B` };
  await using api = await startServer(always(200, JSON.stringify({ code: 0, msg: "", data: asset })));
  const download = await createClient({ apiKey: secretKey, baseUrl: api.url }).assets.download("asset_1B");
  const error = await download.bytes().catch((thrown: unknown) => thrown);
  const { name, attempts, cause } = Object(error);
  if (name !== "NetworkError") throw new Error(`expected a NetworkError, not ${String(error)}`);
  if (attempts !== 2) throw new Error(`expected one look-up and one request for the content, not ${attempts} requests`);
  return `${cause.cause?.code ?? cause.message} after ${attempts} requests`;
}

async function countProtocols({ folder }: Place): Promise<string> {
  const log = await readFile(join(folder, "access.log"), "utf8");
  const count = (protocol: string): number => log.split(protocol).length - 1;
  const [http1, http2] = [count(" HTTP/1.1 "), count(" HTTP/2.0 ")];
  if (http1 === 0 || http2 === 0) throw new Error(`${http1} requests by HTTP/1.1, ${http2} by HTTP/2`);
  return `${http2} requests by HTTP/2, ${http1} by HTTP/1.1 on the same port`;
}

/** The plainest nginx, for others to stand in front of. */
export const nginx = makeNginx("plain", "");

export const nginxServers: RealServer[] = [
  nginx,
  makeNginx("secure_link", secureLink, { sign: signForNginx }),
  makeNginx("limit_rate", "limit_rate 40m;"),
  makeNginx("gzip", "gzip on; gzip_types *; gzip_min_length 1; gzip_proxied any;"),
  makeNginx("max_ranges 0", "max_ranges 0;"),
  makeNginx("etag off", "etag off;"),
  makeNginx("gzip_static", "gzip_static always;", {
    store: storeCompressed,
    move: moveCompressed,
    afterCut: "NetworkError",
  }),
  makeNginx("TLS", certificate, overTls(false)),
  makeNginx("HTTP/2", certificate, {
    ...overTls(true),
    notKilled: "undici 7.30 may hang by HTTP/2 after a cut",
    checks: { "protocols in its log": countProtocols },
  }),
];

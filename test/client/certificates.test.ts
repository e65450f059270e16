/** A certificate that is not trusted ends a call at once, and the message says what makes Node trust it. */
import { afterEach, expect, test, vi } from "vitest";
import * as undici from "undici";
import { createClient, type Fetch } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { startContentServer } from "../servers/content-server.ts";
import { startTlsServer, type TlsServer } from "../servers/tls-server.ts";
import { assetBody, createTestClient, id } from "./test-client.ts";

afterEach(() => void vi.restoreAllMocks());

/** A `fetch` that trusts the server's certificate, as it would its CA. */
function trust({ certificate }: TlsServer): Fetch {
  const dispatcher = new undici.Agent({ connect: { ca: certificate } });
  return (url, init) => undici.fetch(url, { ...(init as object), dispatcher }) as unknown as Promise<Response>;
}

const final = { name: "NetworkError", retryable: false };

test("a certificate that is trusted ends no call", async () => {
  await using server = await startTlsServer(assetBody);
  expect(await createTestClient(server, { fetch: trust(server) }).assets.get(id)).toMatchObject({ asset_id: id });
});

test("get and a wait end at once when Node does not know the CA", async () => {
  await using server = await startTlsServer(assetBody);
  const { assets } = createTestClient(server);
  const error = await caught(assets.get(id));
  expect(error).toMatchObject({ ...final, cause: { cause: { code: "DEPTH_ZERO_SELF_SIGNED_CERT" } } });
  expect(String(error)).toMatch(/If a proxy or your company signs it, name the file of its CA in NODE_EXTRA_CA_CERTS/);
  expect(await caught(assets.waitUntilReady(id, { intervalMs: 1 }))).toMatchObject(final);
  expect(server.connections()).toBe(2);
});

test("get ends at once when the certificate has expired", async () => {
  await using server = await startTlsServer(assetBody, { endsAt: new Date("2020-01-01T00:00:00Z") });
  const error = await caught(createTestClient(server, { fetch: trust(server) }).assets.get(id));
  expect(error).toMatchObject({ ...final, cause: { cause: { code: "CERT_HAS_EXPIRED" } } });
  expect(String(error)).toContain("Check the clock of this machine; else the host needs a new certificate.");
  expect(String(error)).toContain("NODE_EXTRA_CA_CERTS");
  expect(server.connections()).toBe(1);
});

test("get ends at once when the certificate is that of another host", async () => {
  await using server = await startTlsServer(assetBody, { host: "b.example" });
  const error = await caught(createTestClient(server, { fetch: trust(server) }).assets.get(id));
  expect(error).toMatchObject({ ...final, cause: { cause: { code: "ERR_TLS_CERT_ALTNAME_INVALID" } } });
  expect(String(error)).toContain("that of another host. Check baseUrl, and any proxy on the way; NODE_EXTRA_CA_CERTS");
  expect(server.connections()).toBe(1);
});

test("a download ends at once when Node does not know the CA of the content host", async () => {
  await using contentHost = await startTlsServer("bytes");
  await using server = await startContentServer(() => ({ signed_url: `${contentHost.url}/f?signature=s3cret` }));
  const download = await createTestClient(server).assets.download(id);
  const error = await caught(download.bytes());
  expect(error).toMatchObject(final);
  expect(String(error)).toContain("NODE_EXTRA_CA_CERTS");
  expect(contentHost.connections()).toBe(1);
});

/** The message of a client whose `fetch` rejects with this. */
async function messageOf(error: unknown): Promise<string> {
  const { assets } = createClient({ apiKey: "k", fetch: () => Promise.reject(error), maxRetries: 0 });
  return String(await caught(assets.get(id)));
}

test.each([
  ["names", true],
  ["does not name", false],
])("the message %s --use-system-ca, as Node has it: %s", async (_name, hasFlag) => {
  vi.spyOn(process, "allowedNodeEnvironmentFlags", "get").mockReturnValue(new Set(hasFlag ? ["--use-system-ca"] : []));
  const message = await messageOf(Object.assign(new Error("x"), { code: "SELF_SIGNED_CERT_IN_CHAIN" }));
  expect(message.includes("or start Node with --use-system-ca.")).toBe(hasFlag);
});

test("the message names --use-system-ca once if Node has named it", async () => {
  vi.spyOn(process, "allowedNodeEnvironmentFlags", "get").mockReturnValue(new Set(["--use-system-ca"]));
  const text = "self-signed certificate; try running Node.js with --use-system-ca";
  const message = await messageOf(Object.assign(new Error(text), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" }));
  expect(message.split("--use-system-ca")).toHaveLength(2);
  expect(message).toContain("NODE_EXTRA_CA_CERTS");
});

test.each([
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_UNTRUSTED",
  "CERT_REVOKED",
  "CRL_HAS_EXPIRED",
  "INVALID_CA",
  "HOSTNAME_MISMATCH",
  "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
])("get ends at once after %s, however deep it is", async (code) => {
  const fetch = vi.fn(() => Promise.reject(new Error("a", { cause: new Error("b", { cause: { cause: { code } } }) })));
  const error = await caught(createClient({ apiKey: "k", fetch }).assets.get(id));
  expect(error).toMatchObject(final);
  expect(String(error)).toContain("NODE_EXTRA_CA_CERTS");
});

test("get ends at once after the words of Deno, and names its variable", async () => {
  vi.stubGlobal("Deno", {});
  const message = await messageOf(new TypeError("error sending request: invalid peer certificate: UnknownIssuer"));
  expect(message).toContain("name the file of its CA in DENO_CERT");
  vi.unstubAllGlobals();
});

test.each(["ECONNRESET", "UND_ERR_SOCKET", "ERR_SSL_WRONG_VERSION_NUMBER", 7, undefined])(
  "get makes another attempt after the code %s",
  async (code) => {
    const error: unknown = Object.assign(new Error("x"), { code });
    const fetch = vi.fn<Fetch>().mockRejectedValueOnce(error).mockResolvedValueOnce(new Response(assetBody));
    expect(await createClient({ apiKey: "k", fetch }).assets.get(id)).toMatchObject({ asset_id: id });
  },
);

test("causes in a circle are looked through once", async () => {
  const error = new Error("a");
  error.cause = error;
  expect(await messageOf(error)).toContain("Check the network and baseUrl.");
});

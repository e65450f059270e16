/** Digests of a file: from the option `sha256`, and from the headers of the content host. */
import { createHash } from "node:crypto";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Digest } from "../../src/download/digest.ts";
import {
  checkBytes,
  checkSha256,
  findDigests,
  startDigestCheck,
  throwIfCorrupt,
} from "../../src/download/integrity.ts";
import { caught } from "../helpers/caught.ts";
import { makeBytes, serve, startContentServer, type ServeOptions } from "../servers/content-server.ts";

afterEach(() => void vi.unstubAllGlobals());

const bytes = makeBytes(100_000);
const facts = { id: "asset_1", requests: 2 };

function hash(algorithm: "sha256" | "sha512" | "md5", encoding: "hex" | "base64", of: Uint8Array = bytes): string {
  return createHash(algorithm).update(of).digest(encoding);
}

const other = makeBytes(100_000, "b");
const sha256 = `sha-256=:${hash("sha256", "base64")}:`;
const sha512 = `sha-512=:${hash("sha512", "base64")}:`;
const md5 = hash("md5", "base64");
const wrongSha256 = `sha-256=:${hash("sha256", "base64", other)}:`;
const wrongSha512 = `sha-512=:${hash("sha512", "base64", other)}:`;
const wrongMd5 = hash("md5", "base64", other);

type Headers = Record<string, string>;

/** Hashes the body of a response piece by piece. @returns Which digests were checked, and the error. */
async function checkResponse(headers: Headers, options: ServeOptions = {}, range?: string): Promise<string[]> {
  await using server = await startContentServer(() => ({}), serve(bytes, { ...options, headers }));
  const response = await fetch(`${server.url}/file`, { headers: range === undefined ? {} : { range } });
  const digests = await findDigests(response);
  const check = await startDigestCheck(digests);
  // The caller has the bytes before a range.
  if (range !== undefined) check?.update(bytes.subarray(0, bytes.length / 2));
  for await (const piece of response.body!) check?.update(piece);
  const checked = digests.map(({ from, algorithm }) => `${from} ${algorithm}`);
  try {
    throwIfCorrupt(facts, check?.end());
    return checked;
  } catch (error) {
    return [...checked, String(error)];
  }
}

describe("the digests in the headers of a content host", () => {
  test.concurrent.each<[name: string, headers: Headers, checked: string[]]>([
    ["Repr-Digest with sha-256", { "Repr-Digest": sha256 }, ["Repr-Digest sha-256"]],
    ["Repr-Digest with sha-512", { "Repr-Digest": sha512 }, ["Repr-Digest sha-512"]],
    ["both", { "Repr-Digest": `${sha256},\t${sha512}` }, ["Repr-Digest sha-256", "Repr-Digest sha-512"]],
    [
      "both, in two lines",
      { "Repr-Digest": sha512, "repr-digest": sha256 },
      ["Repr-Digest sha-512", "Repr-Digest sha-256"],
    ],
    ["Content-Digest", { "Content-Digest": sha256 }, ["Content-Digest sha-256"]],
    ["Content-MD5", { "Content-MD5": md5 }, ["Content-MD5 md5"]],
    [
      "all three headers",
      { "Repr-Digest": sha256, "Content-Digest": sha256, "Content-MD5": md5 },
      ["Repr-Digest sha-256", "Content-Digest sha-256", "Content-MD5 md5"],
    ],
  ])("%s: they hold", async (_name, headers, checked) => {
    expect(await checkResponse(headers)).toEqual(checked);
    expect(await checkResponse({ ...headers, "Content-Encoding": "identity" })).toEqual(checked);
    expect(await checkResponse(headers, { length: "hidden" })).toEqual(checked);
  });

  test.concurrent.each<[headers: Headers, giver: string]>([
    [{ "Repr-Digest": wrongSha256 }, "Repr-Digest of the content host says SHA-256"],
    [{ "Repr-Digest": wrongSha512 }, "Repr-Digest of the content host says SHA-512"],
    [{ "Repr-Digest": `${sha256}, ${wrongSha512}` }, "Repr-Digest of the content host says SHA-512"],
    [{ "Repr-Digest": sha256, "repr-digest": wrongSha512 }, "Repr-Digest of the content host says SHA-512"],
    [{ "Content-Digest": wrongSha256 }, "Content-Digest of the content host says SHA-256"],
    [{ "Repr-Digest": sha256, "Content-Digest": wrongSha256 }, "Content-Digest of the content host says SHA-256"],
    [{ "Content-MD5": wrongMd5 }, "Content-MD5 of the content host says MD5"],
  ])("%o do not hold", async (headers, giver) => {
    expect((await checkResponse(headers)).at(-1)).toContain(`DownloadError: asset_1: the ${giver}`);
  });

  test.concurrent.each<[headers: Headers]>([
    [{ "Repr-Digest": wrongSha256.replaceAll(":", "") }],
    [{ "Repr-Digest": wrongSha256.replaceAll(":", '"') }],
    [{ "Repr-Digest": `sha-256=:${hash("sha256", "hex", other)}:` }],
    [{ "Repr-Digest": wrongSha256.replace(/.....:$/, ":") }],
    [{ "Repr-Digest": wrongSha256.replace("=:", "=:-") }],
    [{ "Repr-Digest": `${wrongSha256} ${wrongSha512}` }],
    [{ "Repr-Digest": `x="\\", ${wrongSha256}` }],
    [{ "Repr-Digest": "sha-256" }],
    [{ "Repr-Digest": "sha-256=::, sha-512=:AAAA:" }],
    [{ "Repr-Digest": "" }],
    [{ "Repr-Digest": `md5=:${wrongMd5}:, sha=:AAAA:, x-${wrongSha256}, SHA-256=:AAAA:` }],
    [{ "Content-MD5": hash("md5", "hex", other) }],
    [{ "Content-MD5": `:${wrongMd5}:` }],
    [{ "Content-MD5": wrongMd5, "content-md5": wrongMd5 }],
    [{ Digest: wrongSha256 }],
  ])("%o are passed over: malformed, or of an unknown algorithm", async (headers) => {
    expect(await checkResponse(headers)).toEqual([]);
  });

  test.concurrent("a known algorithm counts beside unknown and malformed ones", async () => {
    const value = `a, b="x, ${wrongSha256}", c=(1 2);d, sha-512=?0, ${sha256};q="a,b" , md5=:AAAA:`;
    expect(await checkResponse({ "Repr-Digest": value })).toEqual(["Repr-Digest sha-256"]);
  });

  test.concurrent("a 206 has only a Repr-Digest, which is of the whole file", async () => {
    const headers = { "Repr-Digest": sha256, "Content-Digest": wrongSha256, "Content-MD5": wrongMd5 };
    expect(await checkResponse(headers, {}, "bytes=50000-")).toEqual(["Repr-Digest sha-256"]);
    const changed = await checkResponse({ "Repr-Digest": wrongSha256 }, {}, "bytes=50000-");
    expect(changed.at(-1)).toContain("DownloadError: asset_1: the Repr-Digest");
  });
});

test("the error names the giver, the algorithm, both values and the fix", async () => {
  const check = await startDigestCheck([await checkSha256(hash("sha256", "hex", other), "file")]);
  check!.update(bytes);
  const error = (await caught(() => throwIfCorrupt(facts, check!.end()))) as Error;
  expect(error).toMatchObject({ name: "DownloadError", kind: "corrupt", attempts: 2, retryable: false });
  const [expected, found] = [hash("sha256", "hex", other), hash("sha256", "hex")];
  const fix = "Check it, and download the file again.";
  expect(error.message).toBe(
    `asset_1: the option sha256 says SHA-256 ${expected}, but the bytes have ${found}. ${fix}`,
  );
});

describe("the option sha256", () => {
  test.each<[value: unknown, fault: string]>([
    ["", '"" has 0 characters'],
    ["ab".repeat(31), `has 62 characters`],
    [` ${"ab".repeat(32)}`, "has 65 characters"],
    [`sha256:${"ab".repeat(32)}`, '"sha256:abab'],
    [hash("sha256", "base64"), "has 44 characters"],
    [`${"ab".repeat(31)}0g`, "has a character that is no hexadecimal digit"],
    [hash("sha512", "hex"), "has 128 characters"],
    [null, "it is null"],
    [new Uint8Array(32), "it is of type object"],
    [1, "it is of type number"],
  ])("%j is refused", async (value, fault) => {
    const error = await caught(checkSha256(value, "file"));
    expect(error).toMatchObject({ name: "ConfigError", option: "sha256", attempts: 0 });
    expect(String(error)).toContain(fault);
    expect(String(error)).toContain("Pass 64 hexadecimal digits");
  });

  test("its digits may be in upper case", async () => {
    const value = hash("sha256", "hex").toUpperCase();
    await checkBytes(facts, bytes, [await checkSha256(value, "memory")]);
  });

  test("is refused for a file where there is no node:crypto", async () => {
    vi.stubGlobal("process", {});
    const error = await caught(checkSha256("ab".repeat(32), "file"));
    expect(error).toMatchObject({ name: "ConfigError", message: expect.stringContaining("there is no node:crypto") });
  });

  test.each([undefined, {}])("is refused for bytes in memory where crypto is %o, not for a file", async (crypto) => {
    vi.stubGlobal("crypto", crypto);
    const error = await caught(checkSha256("ab".repeat(32), "memory"));
    expect(error).toMatchObject({ name: "ConfigError", message: expect.stringContaining("there is no crypto.subtle") });
    expect(await checkSha256("ab".repeat(32), "file")).toMatchObject({ algorithm: "sha-256" });
  });
});

describe("bytes in memory", () => {
  const whole = { "Repr-Digest": `${wrongSha256}, ${wrongSha512}`, "Content-MD5": wrongMd5 };

  function digestsOf(headers: Headers): Promise<Digest[]> {
    return findDigests(new Response(null, { headers }));
  }

  test("are checked by SHA-256 and SHA-512, not by MD5, which crypto.subtle does not have", async () => {
    await checkBytes(
      facts,
      bytes,
      await digestsOf({ "Repr-Digest": `${sha256}, ${sha512}`, "Content-Digest": sha256 }),
    );
    for (const headers of [{ "Repr-Digest": wrongSha256 }, { "Repr-Digest": `${sha256}, ${wrongSha512}` }]) {
      const error = await caught(checkBytes(facts, bytes, await digestsOf(headers)));
      expect(error).toMatchObject({ name: "DownloadError", kind: "corrupt" });
    }
    await checkBytes(facts, bytes, await digestsOf({ "Content-MD5": wrongMd5 }));
    await checkBytes(facts, bytes, []);
  });

  test("are not checked against the host's digests where there is no crypto.subtle", async () => {
    vi.stubGlobal("crypto", undefined);
    await checkBytes(facts, bytes, await digestsOf(whole));
  });

  test("in a browser, they are checked unless their number is not the Content-Length: then the body was encoded", async () => {
    vi.stubGlobal("document", {}).stubGlobal("process", undefined);
    expect(await digestsOf(whole)).toEqual([]);
    await checkBytes(facts, bytes, await digestsOf({ ...whole, "Content-Length": "99999" }));
    await checkBytes(facts, bytes, await digestsOf({ ...whole, "Content-Length": "100000, 100000" }));
    const digests = await digestsOf({ ...whole, "Content-Length": "100000" });
    expect(await caught(checkBytes(facts, bytes, digests))).toMatchObject({ kind: "corrupt" });
    expect(await startDigestCheck(digests)).toBeUndefined();
  });
});

test("where FIPS forbids MD5, it is passed over; any other failure of node:crypto is thrown", async () => {
  const forbid = (pattern: RegExp): void => {
    const create = (name: string): unknown => {
      if (pattern.test(name)) throw new Error("digital envelope routines::unsupported");
      return createHash(name);
    };
    vi.stubGlobal("process", { getBuiltinModule: () => ({ createHash: create }) });
  };
  const digests = await findDigests(
    new Response(null, { headers: { "Content-MD5": wrongMd5, "Repr-Digest": sha256 } }),
  );
  forbid(/md5/);
  const check = await startDigestCheck(digests);
  check!.update(bytes);
  expect(check!.end()).toBeUndefined();
  forbid(/sha/);
  expect(String(await caught(startDigestCheck(digests)))).toContain("unsupported");
});

test("the code that checks digests is not loaded where there is none", async () => {
  vi.resetModules();
  vi.doMock("../../src/download/digest.ts", () => {
    throw new Error("it was loaded");
  });
  const integrity = await import("../../src/download/integrity.ts");
  expect(await integrity.findDigests(new Response(null, { headers: { ETag: '"1"' } }))).toEqual([]);
  expect(await integrity.startDigestCheck([])).toBeUndefined();
  await integrity.checkBytes(facts, bytes, []);
  await expect(integrity.checkSha256("", "file")).rejects.toThrow();
  vi.doUnmock("../../src/download/digest.ts");
});

/** A file is saved only if it has the digest that the caller gives, and those that the host sends. */
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { expect } from "vitest";
import type { ContentStep, ServeOptions } from "../servers/content-server.ts";
import { downloadAll } from "../../src/node.ts";
import { caught } from "../helpers/caught.ts";
import { serve } from "../servers/content-server.ts";
import { bytes, clientFor, dropped, etag, expectFile, half, id, leavePart, otherBytes } from "./downloads.ts";
import { rangesOf, save, size, startFileServer, test, whole } from "./downloads.ts";

const hash = (content: Buffer): string => createHash("sha256").update(content).digest("hex");
const base64 = (algorithm: string, content: Buffer): string => createHash(algorithm).update(content).digest("base64");
const sha256 = hash(bytes);
const wrongSha256 = hash(otherBytes);
const firstHalf = bytes.subarray(0, half);
const damagedHalf = Buffer.from(firstHalf).fill(0, 1000, 1010);

test.concurrent("a file whose sha256 holds is saved", async ({ folder, path }) => {
  await using server = await startFileServer(dropped, whole);
  expect(await save(server, path, { sha256: sha256.toUpperCase() })).toMatchObject({ size, skipped: false });
  await expectFile(path, bytes);
  expect(await folder.names()).toEqual(["a.png"]);
});

test.concurrent("a file whose sha256 does not hold is not saved, and its part goes", async ({ folder, path }) => {
  await writeFile(path, "mine");
  await using server = await startFileServer(whole);
  const error = await caught(save(server, path, { sha256: wrongSha256, overwrite: "replace" }));
  expect(error).toMatchObject({ name: "DownloadError", kind: "corrupt", attempts: 2, retryable: false });
  expect((error as Error).message).toContain(`says SHA-256 ${wrongSha256}, but the bytes have ${sha256}`);
  await expectFile(path, Buffer.from("mine"));
  expect(await folder.names()).toEqual(["a.png"]);
});

test.concurrent.for<[what: string, part: Buffer, kind: string | undefined]>([
  ["first bytes are right", firstHalf, undefined],
  ["first bytes are damaged", damagedHalf, "corrupt"],
  ["bytes are all there", bytes, undefined],
  ["bytes are all there and damaged", Buffer.concat([damagedHalf, bytes.subarray(half)]), "corrupt"],
])("a resumed file whose %s is read again for its sha256", async ([, part, kind], { folder, path }) => {
  await leavePart(path, part);
  await using server = await startFileServer(whole);
  const saving = save(server, path, { sha256 });
  expect(
    await saving.then(
      () => undefined,
      (error) => error.kind,
    ),
  ).toBe(kind);
  expect(rangesOf(server)).toEqual([`bytes=${part.length}-`]);
  expect(await folder.names()).toEqual(kind === undefined ? ["a.png"] : []);
});

test.concurrent("a file that begins anew is hashed anew", async ({ path }) => {
  const unproven: ServeOptions = { etag: null };
  const first = serve(otherBytes, { ...unproven, sent: half, fault: "end" });
  await using server = await startFileServer(first, serve(bytes, unproven));
  expect(await save(server, path, { sha256 })).toMatchObject({ size });
});

const withDigest = (headers: Record<string, string>): ContentStep => serve(bytes, { etag, headers });

test.concurrent.for<[header: string, wrong: string, right: string]>([
  ["Repr-Digest", `sha-256=:${base64("sha256", otherBytes)}:`, `sha-256=:${base64("sha256", bytes)}:`],
  ["Repr-Digest", `sha-512=:${base64("sha512", otherBytes)}:`, `sha-512=:${base64("sha512", bytes)}:`],
  ["Content-Digest", `sha-256=:${base64("sha256", otherBytes)}:`, `sha-256=:${base64("sha256", bytes)}:`],
  ["Content-MD5", base64("md5", otherBytes), base64("md5", bytes)],
])("a file is saved only if the host's %s holds", async ([header, wrong, right], { folder, path }) => {
  await using server = await startFileServer(withDigest({ [header]: wrong }), withDigest({ [header]: right }));
  expect(await caught(save(server, path))).toMatchObject({ kind: "corrupt" });
  expect(await folder.names()).toEqual([]);
  await save(server, path);
  await expectFile(path, bytes);
});

test.concurrent("a damaged part is found by the Repr-Digest of the rest, and goes", async ({ folder, path }) => {
  await leavePart(path, damagedHalf);
  await using server = await startFileServer(withDigest({ "Repr-Digest": `sha-256=:${base64("sha256", bytes)}:` }));
  expect(await caught(save(server, path))).toMatchObject({ kind: "corrupt", attempts: 2 });
  expect(await folder.names()).toEqual([]);
  await save(server, path);
  await expectFile(path, bytes);
});

test.concurrent("a part that is right is resumed, and the Repr-Digest holds for the whole file", async ({ path }) => {
  await leavePart(path, firstHalf);
  await using server = await startFileServer(withDigest({ "Repr-Digest": `sha-256=:${base64("sha256", bytes)}:` }));
  expect(await save(server, path)).toMatchObject({ resumedFrom: half });
  await expectFile(path, bytes);
});

test.concurrent.for(["download", "skip"])(
  "an abort while a file is hashed ends the %s",
  async (how, { folder, path }) => {
    await (how === "skip" ? writeFile(path, bytes) : leavePart(path, bytes));
    await using server = await startFileServer(whole);
    const controller = new AbortController();
    const signal = new Proxy(controller.signal, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (name !== "throwIfAborted") return typeof value === "function" ? value.bind(target) : value;
        return () => {
          if (server.requests.length > 0 || how === "skip") controller.abort("the user left");
          target.throwIfAborted();
        };
      },
    });
    const options = { sha256: wrongSha256, signal, overwrite: how === "skip" ? "skip" : "error" } as const;
    expect(await caught(save(server, path, options))).toBe("the user left");
    expect(await folder.names()).toEqual(how === "skip" ? ["a.png"] : ["a.png.part", "a.png.part.json"]);
  },
);

test.concurrent("the Content-MD5 of a rest is not taken for that of the file", async ({ path }) => {
  await leavePart(path, firstHalf);
  await using server = await startFileServer(withDigest({ "Content-MD5": base64("md5", bytes.subarray(half)) }));
  expect(await save(server, path)).toMatchObject({ resumedFrom: half });
});

test.concurrent("`skip` keeps a file of the right size only if its sha256 holds", async ({ path }) => {
  const skip = { overwrite: "skip" } as const;
  await using server = await startFileServer(whole);
  await writeFile(path, otherBytes);
  const error = await caught(save(server, path, { ...skip, sha256 }));
  expect(error).toMatchObject({ name: "DownloadError", kind: "exists" });
  expect((error as Error).message).toMatch(/They differ: the option sha256 says .* but the bytes have /);
  expect(await save(server, path, { ...skip, sha256: wrongSha256 })).toMatchObject({ skipped: true, size });
  expect(server.requests).toEqual([]);
});

test.concurrent("a wrong sha256 is a ConfigError before any request, and downloadAll takes none", async ({
  folder,
  path,
}) => {
  await using server = await startFileServer(whole);
  for (const value of ["", `${sha256}0`, base64("sha256", bytes), null, 7]) {
    const error = await caught(save(server, path, { sha256: value as string }));
    expect(error).toMatchObject({ name: "ConfigError", option: "sha256" });
  }
  const many = downloadAll(clientFor(server), [id], folder.path, { sha256 } as object);
  expect(await caught(many.next())).toMatchObject({ name: "ConfigError", option: "sha256" });
  expect([server.lookUps(), await folder.names()]).toEqual([0, []]);
});

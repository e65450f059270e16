/** A file whose content nothing identifies: it begins anew when a connection ends, and is never made of two versions. */
import { readFile, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { Progress } from "../../src/index.ts";
import { caught } from "../helpers/caught.ts";
import { expectBackoff, until } from "../helpers/timing.ts";
import {
  makeBytes,
  readyAsset,
  serve,
  startContentServer,
  type ContentStep,
  type ServeOptions,
} from "../servers/content-server.ts";
import { bytes, expectFile, half, id, otherBytes, rangesOf, save, size } from "./downloads.ts";
import { sizeOf, startDownloader, startFileServer, test, waitForPart, withoutRetries } from "./downloads.ts";

const unproven: ServeOptions = { etag: null };
const whole = serve(bytes, unproven);

test.concurrent.for(["end", "reset", "stall"] as const)(
  "after a connection's %s the file is saved from its first byte on",
  async (fault, { folder, path }) => {
    await using server = await startFileServer(serve(otherBytes, { ...unproven, sent: half, fault }), whole);
    const events: Progress[] = [];
    const options = { idleTimeoutMs: 500, onProgress: (event: Progress) => events.push(event) };
    expect(await save(server, path, options)).toMatchObject({ path, size, resumedFrom: 0 });
    await expectFile(path, bytes);
    expect([rangesOf(server), await folder.names()]).toEqual([[undefined, undefined], ["a.png"]]);
    expect(events.at(-1)).toMatchObject({ receivedBytes: size, totalBytes: size, resumes: 0, restarts: 1 });
    expect(server.lookUps()).toBe(1);
  },
);

test.concurrent("a host that always cuts ends after the retries, and leaves nothing", async ({ folder, path }) => {
  await using server = await startFileServer(serve(bytes, { ...unproven, sent: half, fault: "end" }));
  const error = await caught(save(server, path, { maxRetries: 2 }));
  expect(error).toMatchObject({ name: "NetworkError", attempts: 4 });
  expect((error as Error).message).toMatch(/so each try begins at the first byte\. Tries: 3\.$/);
  expect([server.requests.length, await folder.names()]).toEqual([3, []]);
  expectBackoff(server.gapsMs()[0], 1);
  expectBackoff(server.gapsMs()[1], 2);
});

test.concurrent("no byte of a longer first try is left behind a shorter second one", async ({ folder, path }) => {
  const shorter = makeBytes(1000, "shorter");
  await using server = await startContentServer(
    (url) => ({ signed_url: `${url}/f` }),
    serve(bytes, { ...unproven, sent: half, fault: "end" }),
    serve(shorter, unproven),
  );
  expect(await save(server, path)).toMatchObject({ size: 1000 });
  await expectFile(path, shorter);
  expect(await folder.names()).toEqual(["a.png"]);
});

test.concurrent.for([1000, size + 1000])(
  "a file whose size becomes %i is followed, after a break",
  async (newSize, { folder, path }) => {
    const changed = makeBytes(newSize, "changed");
    await using server = await startContentServer(
      (url, lookUp) => ({ signed_url: `${url}/f`, size_bytes: lookUp === 1 ? size : newSize }),
      serve(bytes, { ...unproven, sent: half, fault: "end" }),
      serve(changed, unproven),
    );
    expect(await save(server, path)).toMatchObject({ size: newSize });
    await expectFile(path, changed);
    expect([server.lookUps(), await folder.names()]).toEqual([2, ["a.png"]]);
  },
);

test.concurrent("a try that can be resumed follows one that cannot, also in the next call", async ({
  folder,
  path,
}) => {
  const proven: ServeOptions = { etag: '"v2"' };
  await using server = await startFileServer(
    serve(bytes, { ...unproven, sent: half, fault: "end" }),
    serve(otherBytes, { ...proven, sent: half, fault: "end" }),
    serve(otherBytes, { ...proven, sent: 0, fault: "end" }),
    serve(otherBytes, { ...proven, sent: 0, fault: "end" }),
    serve(otherBytes, proven),
  );
  expect(await caught(save(server, path, { maxRetries: 2 }))).toMatchObject({ name: "NetworkError" });
  expect(JSON.parse(await readFile(`${path}.part.json`, "utf8"))).toMatchObject({ validator: '"v2"' });
  expect(await sizeOf(`${path}.part`)).toBe(half);
  expect(await save(server, path)).toMatchObject({ size, resumedFrom: half });
  await expectFile(path, otherBytes);
  expect(await folder.names()).toEqual(["a.png"]);
});

test
  .runIf(process.platform !== "win32")
  .concurrent(
    "no byte of a first try that could only be written in part stays behind the second one",
    async ({ folder, path }) => {
      const shorter = makeBytes(9000, "shorter");
      await using server = await startContentServer(
        (url) => ({ signed_url: `${url}/f` }),
        serve(bytes, { ...unproven, sent: 500_000, fault: "end" }),
        serve(shorter, unproven),
      );
      const limited = ["sh", "-c", 'ulimit -f 600; exec "$@"', "sh"]; // 600 blocks of 512 bytes: less than the first try
      const task = { baseUrl: server.url, assets: [id], target: path, maxRetries: 1 };
      using downloader = await startDownloader(task, limited);
      expect(await downloader.result).toMatchObject({ size: 9000 });
      await downloader.ended;
      await expectFile(path, shorter);
      expect(await folder.names()).toEqual(["a.png"]);
    },
  );

test.concurrent("a last try that brings less than the one before leaves nothing, either", async ({ folder, path }) => {
  const cut = (sent: number): ContentStep => serve(bytes, { ...unproven, sent, fault: "end" });
  await using server = await startFileServer(cut(half), cut(0));
  expect(await caught(save(server, path, { maxRetries: 1 }))).toMatchObject({ name: "NetworkError" });
  expect(await folder.names()).toEqual([]);
});

test.concurrent("a download that has lost its lock does not begin anew", async ({ path }) => {
  await using server = await startFileServer(serve(bytes, { ...unproven, sent: half, fault: "stall" }), whole);
  const saving = caught(save(server, path, { idleTimeoutMs: 1500 }));
  await waitForPart(path);
  await writeFile(`${path}.part.lock`, "of another process");
  expect(await saving).toMatchObject({ name: "DownloadError", kind: "busy" });
  expect(await sizeOf(`${path}.part`)).toBe(half);
});

test.concurrent("with maxRetries 0 a file does not begin anew", async ({ path }) => {
  await using server = await startFileServer(serve(bytes, { ...unproven, sent: half, fault: "end" }), whole);
  expect(await caught(save(server, path, withoutRetries))).toMatchObject({ name: "NetworkError", attempts: 2 });
});

test.runIf(process.platform !== "win32")("a process that was frozen begins anew", async ({ folder, path }) => {
  const pieces: ServeOptions = { ...unproven, sent: half, pieceBytes: 100_000, fault: "reset" };
  await using server = await startFileServer(serve(bytes, pieces), whole);
  using downloader = await startDownloader({ baseUrl: server.url, assets: [id], target: path, maxRetries: 3 });
  await until(() => server.requests.length === 1);
  downloader.child.kill("SIGSTOP");
  await until(() => server.requests[0]!.isClosed);
  await sleep(200);
  downloader.child.kill("SIGCONT");
  expect(await downloader.result).toMatchObject({ size });
  await expectFile(path, bytes);
  expect(await folder.names()).toEqual(["a.png"]);
});

test.concurrent("the sizes null and -1 are as unknown as a missing one: a part is resumed", async ({ folder }) => {
  const sizes = [undefined, null, -1, 1.5, "3000000"];
  await using server = await startContentServer(
    (url, lookUp) => ({
      ...readyAsset(size)(url, lookUp),
      size_bytes: sizes[Math.floor((lookUp - 1) / 2) % sizes.length],
    }),
    serve(bytes, { etag: '"v1"', sent: half, fault: "end" }),
  );
  for (const [index] of sizes.entries()) {
    const path = folder.at(`${index}.png`);
    expect(await caught(save(server, path, withoutRetries))).toMatchObject({ name: "NetworkError" });
    expect(await save(server, path)).toMatchObject({ size, resumedFrom: half });
    await expectFile(path, bytes);
  }
});

test.concurrent("a part of a known size is resumed when the size is unknown now, and the other way round", async ({
  folder,
}) => {
  const sizes = [size, null, null, size];
  await using server = await startContentServer(
    (url, lookUp) => ({ ...readyAsset(size)(url, lookUp), size_bytes: sizes[lookUp - 1] }),
    serve(bytes, { etag: '"v1"', sent: half, fault: "end" }),
  );
  for (const name of ["a", "b"]) {
    await caught(save(server, folder.at(name), withoutRetries));
    expect(await save(server, folder.at(name))).toMatchObject({ size, resumedFrom: half });
    await expectFile(folder.at(name), bytes);
  }
});

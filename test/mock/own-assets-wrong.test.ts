/** Wrong assets of one's own: each is refused before the mock opens a port, by an error that names the field. */
import { mkdtempSync, truncateSync, writeFileSync } from "node:fs";
import { Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { startMockServer, type OwnAsset } from "../../src/mock.ts";
import { caught } from "../helpers/caught.ts";

const folder = mkdtempSync(join(tmpdir(), "own-assets-"));
const listen = vi.spyOn(Server.prototype, "listen");
afterEach(() => listen.mockClear());

const large = join(folder, "large.bin");
writeFileSync(large, "");
truncateSync(large, 100_000_001);

const circular: Record<string, unknown> = {};
circular.self = circular;

const wrong: [given: unknown, message: string][] = [
  [
    { status: 5 },
    "assets.mine.status: it must be string, not 5. An HTTP status belongs into answers: [{ status: 404 }].",
  ],
  [{ size_bytes: -1 }, "assets.mine.size_bytes: it must be >= 0, not -1."],
  [{ size_bytes: 1.5 }, "assets.mine.size_bytes: it must be integer, not 1.5."],
  [{ size_bytes: "5 MB" }, 'assets.mine.size_bytes: it must be integer, not "5 MB".'],
  [{ expires_at: 3 }, "assets.mine.expires_at: it must be string,null, not 3."],
  [{ persistent: "no" }, 'assets.mine.persistent: it must be boolean, not "no".'],
  [{ url: null }, "assets.mine.url: it must be string, not null."],
  [{ signed_url: 1 }, "assets.mine.signed_url: it must be string, not 1."],
  [{ size_byte: 5 }, "assets.mine.size_byte: it does not exist here. Did you mean size_bytes?"],
  [{ sizeBytes: 5 }, "assets.mine.sizeBytes: it does not exist here. Did you mean size_bytes?"],
  [{ colour: 1 }, "assets.mine.colour: it does not exist here. There is only: asset_id, asset_uri, url,"],
  [{ asset_id: "other" }, "assets.mine.asset_id: it differs from the asset's own id. Leave it out."],
  [{ answers: [] }, "assets.mine.answers: pass an array of 1 to 100 answers."],
  [{ answers: {} }, "assets.mine.answers: pass an array"],
  [{ answers: Array(101).fill({}) }, "assets.mine.answers: pass an array"],
  [{ answers: ["reviewing"] }, "assets.mine.answers[0]: pass an object."],
  [{ answers: [{}, null] }, "assets.mine.answers[1]: pass an object."],
  [{ answers: [{}, { size_bytes: "1" }] }, "assets.mine.answers[1].size_bytes: it must be integer, not"],
  [{ size_bytes: "1", answers: [{}, { status: "a" }] }, "assets.mine.size_bytes: it must be integer, not"],
  [{ answers: [{ statu: "a" }] }, "assets.mine.answers[0].statu: it does not exist here. Did you mean status?"],
  [{ answers: [{ status: 418 }] }, "assets.mine.answers[0].status: pass one of: 200, 400, 401, 403, 404, 429, 500."],
  [{ answers: [{ status: NaN }] }, "assets.mine.answers[0].status: pass one of: 200, 400"],
  [{ answers: [{ status: 404, example: "gone" }] }, "assets.mine.answers[0].example: pass one of: not_found."],
  [
    { answers: [{ status: 418, body: {} }] },
    "assets.mine.answers[0].status: pass one of: 200, 400, 401, 403, 404, 429, 500.",
  ],
  [
    { answers: [{ status: 200, body: { code: 0, msg: "" } }] },
    "assets.mine.answers[0].body: it must have required property 'data'",
  ],
  [{ answers: [{ status: 404, body: { code: 404 } }] }, "assets.mine.answers[0].body: "],
  [
    { answers: [{ status: 404, body: 5, example: "not_found" }] },
    "assets.mine.answers[0]: there is an example and a body",
  ],
  [{ answers: [{ status: 200, body: circular }] }, "assets.mine.answers[0].body: it cannot be written as JSON"],
  [{ answers: [{ status: 200, body: 5n }] }, "assets.mine.answers[0].body: it cannot be written as JSON"],
  [{ expires_at: 5n }, "assets.mine: it cannot be written as JSON: Do not know how to serialize a BigInt."],
  [{ answers: [{ size_bytes: 5n }] }, "assets.mine.answers[0]: it cannot be written as JSON"],
  [{ answers: [{ status: 200, signed_url: "gone" }] }, "assets.mine.answers[0].signed_url: pass one of: expired, "],
  [{ answers: [{ status: 200, size_bytes: 5 }] }, "assets.mine.answers[0].size_bytes: it does not exist here."],
  [{ answers: [{ status: 404, example: "" }] }, "assets.mine.answers[0].example: pass one of: not_found."],
  [{ answers: [{ status: 404, example: 5 }] }, "assets.mine.answers[0].example: pass one of: not_found."],
  [
    { answers: [{ code: 1001 }] },
    'For a failure, write its HTTP status, and an example or a body: { status: 200, example: "expired" }.',
  ],
  [{ signed_url: "expird" }, "assets.mine.signed_url: it is no URL. Did you mean expired?"],
  [{ answers: [{ signed_url: "changin" }] }, "assets.mine.answers[0].signed_url: it is no URL. Did you mean changing?"],
  [{ content: new URL("file:///a%2Fb") }, '"file:///a%2Fb" is no file that can be read (ENOENT)'],
  [{ content: new URL("file:///no/such/file") }, '"/no/such/file" is no file that can be read (ENOENT)'],
  [{ content: new URL("https://cdn.example/a.png?signature=s3cret") }, "is no file that can be read"],
  [{ summary: "" }, "assets.mine.summary: pass one line of text, of at most 200 characters."],
  [{ summary: "x".repeat(201) }, "assets.mine.summary: pass one line"],
  [{ summary: "two\nlines" }, "assets.mine.summary: pass one line"],
  [{ summary: "two\u2028lines" }, "assets.mine.summary: pass one line"],
  [{ summary: "two\u2029lines" }, "assets.mine.summary: pass one line"],
  [{ summary: 5 }, "assets.mine.summary: pass one line"],
  [{ content: "drop" }, '/drop" is no file that can be read (ENOENT), and "drop" is none of: drops, no_ranges,'],
  [{ content: folder }, "is no file that can be read (EISDIR)"],
  [
    { content: large },
    "assets.mine.content: the file has more than 100000000 bytes. Leave it out, and pass size_bytes.",
  ],
  [{ content: "/dev/zero" }, "is no file that can be read (ESPIPE)"],
  [{ content: "cdn.example/a?sign=SECRET" }, '/cdn.example/a?…" is no file that can be read (ENOENT)'],
  [{ content: "a\0b" }, "is no file that can be read (ERR_INVALID_ARG_VALUE)"],
  [{ content: "" }, "assets.mine.content: pass a path, a data: URL, a Uint8Array, or one of: drops,"],
  [{ content: new ArrayBuffer(3) }, "assets.mine.content: pass a path"],
  [{ content: "data:image/png;base64,%%%" }, "assets.mine.content: the data: URL cannot be read."],
  [{ content: "data:image/png;base64,a?b" }, "assets.mine.content: the data: URL cannot be read."],
  [{ content: `data:;${"=".repeat(100_000)}` }, "assets.mine.content: the data: URL cannot be read."],
  [{ content: "data:image/png" }, "assets.mine.content: the data: URL cannot be read."],
  [{ latencyMs: -1 }, "assets.mine.latencyMs: -1 cannot be used. Pass whole milliseconds up to 600000"],
  [{ errorRate: 2 }, "assets.mine.errorRate: 2 cannot be used. Pass a number from 0 to 1."],
  ["ready", "assets.mine: pass an object."],
  [undefined, "assets.mine: pass an object."],
];

test.each(wrong.map(([given, message]) => ({ message, given })))("$message", async ({ given, message }) => {
  const error = await caught(startMockServer({ assets: { mine: given as OwnAsset } }));
  expect(error).toMatchObject({ name: "ConfigError", message: expect.stringContaining(message) });
  expect(String(error)).not.toContain("s3cret");
  expect((error as { option: string }).option).toMatch(/^assets\.mine/);
  expect(listen).not.toHaveBeenCalled();
});

test.each([
  ["a/b", 'assets: "a/b" is not an asset id.'],
  ["..", 'assets: ".." is not an asset id.'],
  ["asset://a", 'assets: "asset://a" is not an asset id.'],
  ["", 'assets: "" is not an asset id.'],
  ["drops", "assets.drops: that is the name of a test asset. To replace it, write its id, asset_7e57"],
])("the id %j is refused", async (id, message) => {
  const error = await caught(startMockServer({ assets: { [id]: {} } }));
  expect(error).toMatchObject({ name: "ConfigError", message: expect.stringContaining(message) });
});

test("a message shows no more than the beginning of a long value", async () => {
  const mine = { size_bytes: "x".repeat(1000) as unknown as number };
  const { message } = (await caught(startMockServer({ assets: { mine } }))) as Error;
  expect(message).toMatch(/^assets\.mine\.size_bytes: it must be integer, not "x{20,60}\.$/);
});

test("more than 1000 assets are refused", async () => {
  const assets = Object.fromEntries(Array.from({ length: 1001 }, (_, count) => [`asset_${count}`, {}]));
  const error = await caught(startMockServer({ assets }));
  expect(error).toMatchObject({
    name: "ConfigError",
    message: expect.stringContaining("assets: there are more than 1000"),
  });
});

test("an id that is a name of Object.prototype is an id like others", async () => {
  const assets = JSON.parse('{"__proto__": {"status": "a"}, "constructor": {"status": "b"}}');
  const mock = await startMockServer({ assets, listen: false });
  for (const [id, status] of [
    ["__proto__", "a"],
    ["constructor", "b"],
    ["toString", "confirmed"],
  ]) {
    const response = await mock.fetch(`${mock.url}/api/open/v2/assets/${id}`, {
      headers: { authorization: "Bearer a" },
    });
    expect((await response.json()).data.status).toBe(status);
  }
  await mock.close();
});

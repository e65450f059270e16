/** Text of the API and of content hosts may be hostile: the time that it takes must not grow faster than its length. */
import { expect, test } from "vitest";
import type { Asset } from "../../generated/schema.ts";
import { describeError } from "../../src/cli/error-message.ts";
import { escapeControls, formatTable } from "../../src/cli/output.ts";
import { findFailure, readEnvelope } from "../../src/client/envelope.ts";
import { readWhole } from "../../src/client/response.ts";
import { parseAssetId } from "../../src/core/asset-ref.ts";
import { ConfigError } from "../../src/core/errors.ts";
import { reasonOf, safeCopy, withoutQueries, withoutSecrets } from "../../src/core/redact.ts";
import { retryAfterMsOf } from "../../src/core/retry.ts";
import { findAddress, findRedirectTarget, hasExpired } from "../../src/download/address.ts";
import { readDigests } from "../../src/download/digest.ts";
import { connectionError, downloadError } from "../../src/download/errors.ts";
import { readHead } from "../../src/download/head.ts";
import { compareVersion, isValidator, readValidator } from "../../src/download/version.ts";
import { fileNameOf, fileNamings, safeFileName } from "../../src/files/name.ts";

/** Repeated up to the length of a text. Each is one that a loop or a pattern could stumble over. */
const pieces = [
  ["\u0301", "\u0301\u0316", "e\u0301\u0323", "\u1100\u1161", "\u{110a5}\u{110ba}", "👍🏽\u200d", "🇨🇳", "\u0915\u094d"],
  ["a", "9", "_", " ", ". ", "\t\n", ".", ".a", ".tar", "con", "/", "../", "a/", "\\", "\u200b", "\ud800", "\u{e0061}"],
  ["&", "a&", "a=b&", "expires&", "expires=1&", "=", "%", "%3f", "+", "?", "#", ";", ":", "@", "资", "é"],
  ['"', '\\"', '",', "'", ",", "gzip,", "sha-256=:a:,", 'W/"', "; etag=", "<", "{", "[", "-", "(", "$&"],
  ["https:", "https://a?b ", "https%3a", "expires: ", 'signature"', "&#58;", "&amp;", "cy_", "cy_key", "a b"],
].flat();

type Work = () => unknown;

/** What is timed. Each gets the text, and returns the work. */
const functions: Record<string, (text: string) => Work> = {
  safeFileName: (text) => () => [text, `a${text}x`].map(safeFileName),
  fileNameOf: (text) => () => fileNamings.map((naming) => fileNameOf(assetOf(text), naming)),
  parseAssetId: (text) => () => parseAssetId(text),
  hasExpired(text) {
    const url = new URL(`https://a.invalid/?${text}`);
    return () => hasExpired(url, 0);
  },
  "findAddress of a path": (text) => () => findAddress({ ...asset, signed_url: `https://a.invalid/${text}` }, facts),
  "findAddress of a host": (text) => () => findAddress({ ...asset, signed_url: `https://${text}` }, facts),
  findRedirectTarget: (text) => () => findRedirectTarget(text, new URL("https://a.invalid/"), facts),
  withoutQueries: (text) => () => withoutQueries(`https://a?${text} https://${text} expires:${text}`),
  withoutSecrets: (text) => () => withoutSecrets(text, "cy_cy_key&<"),
  safeCopy: (text) => () => reasonOf(safeCopy(new Error(text, { cause: new Error(text) }), redact)),
  connectionError: (text) => () => connectionError(facts, 0, new TypeError(text)),
  downloadError: (text) => () => downloadError(facts, "address", text),
  findFailure: (text) => () => findFailure(failed, readEnvelope({ code: text, msg: text })),
  readWhole: (text) => () => readWhole(new Response(text), 60_000, { ...failed, url: "https://a.invalid/" }),
  retryAfterMsOf: (text) => onHeaders(text, ["retry-after", "date"], ({ headers }) => retryAfterMsOf(headers)),
  readHead: (text) => onHeaders(text, headHeaders, (response) => readHead(response, 0)),
  readDigests: (text) => onHeaders(text, digestHeaders, readDigests),
  readValidator: (text) => onHeaders(text, ["etag", "last-modified", "date"], ({ headers }) => readValidator(headers)),
  compareVersion: (text) => onHeaders(text, ["etag", "last-modified"], (response) => compareVersion(text, response)),
  isValidator: (text) => () => isValidator(text),
  describeError: (text) => () => describeError(new ConfigError("", text)),
  escapeControls: (text) => () => escapeControls(text),
  "formatTable of a value": (text) => () => formatTable({ ...asset, a: text, b: [text] } as Asset),
  "formatTable of a name": (text) => () =>
    formatTable({ [text]: "", ...tinyFields(text.length / 256) } as unknown as Asset),
};

const headHeaders = ["content-encoding", "content-range", "content-length"];
const digestHeaders = ["repr-digest", "content-digest", "content-md5", "content-length"];

const asset = { asset_id: "a" } as Asset;
const facts = { id: "a", requests: 1, baseUrl: "https://api.invalid/v1", insecureHosts: ["mock"] };
const redact = (text: string): string => withoutSecrets(text, "cy_key");
const headers = new Headers();
const failed = { ok: true, status: 200, headers, requestLine: "GET /a", attempts: 1, requestId: undefined, redact };

function assetOf(text: string): Asset {
  return { asset_id: text, original_filename: `${text}x`, mime_type: text } as Asset;
}

/** Many fields beside one with a long name. */
function tinyFields(length: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length }, (_, index) => [`field ${index}`, 0]));
}

/** Prepares the work on a response whose headers have the text, as far as headers can. */
function onHeaders(text: string, names: string[], work: (response: Response) => unknown): Work {
  const value = text.replace(/[^\t\x20-\x7e]/g, "a");
  const response = new Response(null, { status: 206, headers: names.map((name): [string, string] => [name, value]) });
  return () => work(response);
}

/** Growing, so that a text for which the time explodes fails while it is short. */
const lengths = [2 << 10, 32 << 10, 512 << 10];
/** From one length to the next. In proportion to the length it would be 16, to its square 256. */
const maxGrowth = 96;
/** Shorter times are not told apart, in milliseconds of the processor. */
const shortestMs = 2;

/** The least time of the processor that the work takes, in milliseconds. */
async function timeOf(work: Work, runs: number): Promise<number> {
  let leastMs = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run++) {
    const before = process.cpuUsage();
    await (async () => work())().catch(throwIfOverflow);
    const { user, system } = process.cpuUsage(before);
    leastMs = Math.min(leastMs, (user + system) / 1000);
  }
  return leastMs;
}

/** An error is an answer, too, unless the stack or a text became too large. */
function throwIfOverflow(error: unknown): void {
  if (error instanceof RangeError) throw error;
}

/** How much longer the work takes for a longer text, at most. */
async function growthOf(prepare: (text: string) => Work, piece: string): Promise<number> {
  let beforeMs = shortestMs;
  let growth = 0;
  for (const length of lengths) {
    const work = prepare(piece.repeat(length / piece.length));
    let ms = await timeOf(work, length === lengths.at(-1) ? 1 : 3);
    if (ms / beforeMs > maxGrowth) ms = await timeOf(work, 3); // others may have used the machine
    growth = Math.max(growth, ms / beforeMs);
    if (growth > maxGrowth) break;
    beforeMs = Math.max(shortestMs, ms);
  }
  return growth;
}

test.each(Object.keys(functions))(
  "the time of %s grows with the length of a text, not faster",
  { timeout: 240_000 },
  async (name) => {
    for (const piece of pieces) {
      expect(await growthOf(functions[name]!, piece), JSON.stringify(piece)).toBeLessThan(maxGrowth);
    }
  },
);

import { createHash } from "node:crypto";
import { makeBytes, say, serve } from "../servers/content-server.ts";
import type { ContentRequest, ContentStep, ServeOptions } from "../servers/content-server.ts";
import { close, reset, silence, type Step } from "../servers/fault-server.ts";

/** An asset whose file changes, on a host that does everything wrong. */
export interface Source {
  id: string;
  /** How large its versions are, in bytes; the last one is served. */
  sizes: number[];
  /** What the host tells the versions by. */
  validator: keyof typeof validators;
  /** Dice of its own, for nobody knows in which order the assets are asked for. */
  random: () => number;
  /** How many signatures were given, and how many of them are good no more. */
  signatures: number;
  revoked: number;
  /** How many times as often as usual something goes wrong; 0 for never. */
  misfortune: number;
}

const validators = {
  ETag: (name: string) => ({ etag: `"${name}"` }),
  date: (_name: string, day: number) => ({ etag: null, lastModified: new Date(Date.UTC(2020, 0, day)).toUTCString() }),
  "weak ETag": (name: string) => ({ etag: `W/"${name}"` }),
  none: () => ({ etag: null }),
};

/** Makes an asset; without a size, it is as often one of `minSize` to ten times that as one of 2 to 20 MB. */
export function makeSource(id: string, seed: string, minSize: number, size?: number): Source {
  const random = makeDice(`${seed} ${id}`);
  const dice = random();
  const validator = dice < 0.75 ? "ETag" : dice < 0.9 ? "date" : dice < 0.95 ? "weak ETag" : "none";
  const sizes = [size ?? drawSize(random, minSize)];
  return { id, sizes, validator, random, signatures: 0, revoked: 0, misfortune: 1 };
}

/** Makes dice that fall the same way for the same seed: numbers from 0 to 1. */
function makeDice(seed: string): () => number {
  let throws = 0;
  return () => createHash("sha256").update(`${seed} ${throws++}`).digest().readUInt32LE() / 2 ** 32;
}

function drawSize(random: () => number, minSize = 1): number {
  return Math.floor(minSize * (20e6 / minSize) ** random());
}

/** The bytes of a version, the first of which is 0. */
export function bytesOf({ id, sizes }: Source, version: number): Buffer {
  return makeBytes(sizes[version]!, `${id} ${version}`);
}

/** What a look-up says of it: a signed URL may be at its end already. */
export function describe(source: Source, url: string): object {
  const dice = source.random() / source.misfortune;
  const secondsLeft = dice < 0.04 ? -10 : dice < 0.08 ? 30 : dice < 0.16 ? 61 : 3600;
  const expires = Math.floor(Date.now() / 1000) + secondsLeft;
  const signed_url = `${url}/${source.id}?expires=${expires}&signature=${++source.signatures}`;
  return { size_bytes: source.sizes.at(-1)!, mime_type: "image/png", signed_url };
}

/** What the host does with a request: says which fault it deals, if any. */
export function deal(source: Source, request: ContentRequest): [name: string, step: Step] {
  const { searchParams } = new URL(request.path, "http://host");
  if (Number(searchParams.get("expires")) * 1000 < Date.now()) return ["URL expired", say(403)(request)];
  if (Number(searchParams.get("signature")) <= source.revoked) return ["URL revoked before", say(403)(request)];
  const possible = request.range === undefined ? faults : [...faults, ...rangeFaults];
  let dice = (source.random() * 100) / source.misfortune;
  const [name, , step] = possible.find(([, percent]) => (dice -= percent) < 0) ?? ["none", 100, () => whole(source)];
  return [name, step(source, request)(request)];
}

type Fault = [name: string, percent: number, step: (source: Source, request: ContentRequest) => ContentStep];

const noValidators = { headers: { ETag: undefined, "Last-Modified": undefined } };

/** Each with its share of the requests, in percent; the rest is answered well. */
const faults: Fault[] = [
  ["closed", 2, () => () => close],
  ["reset", 2, () => () => reset],
  ["silence", 1, () => () => silence],
  ["closed in the body", 8, (source, request) => whole(source, { sent: some(source, request), fault: "end" })],
  ["reset in the body", 8, (source, request) => whole(source, { sent: some(source, request), fault: "reset" })],
  ["stalled in the body", 4, (source, request) => whole(source, { sent: some(source, request), fault: "stall" })],
  ["cut off, no length", 4, (source, request) => whole(source, { sent: some(source, request), length: "hidden" })],
  ["no length", 3, (source) => whole(source, { length: "hidden" })],
  ["validator left out", 4, (source) => whole(source, noValidators)],
  ["URL revoked", 3, revoke],
  ["changed before the answer", 1.5, (source) => (change(source), whole(source))],
  ["changed in the body", 1.5, changeInTheBody],
  ["changed, validator left out", 1.5, (source) => (change(source), whole(source, noValidators))],
  ["503 with Retry-After", 3, () => say(503, { "Retry-After": "1" }, "<Error/>")],
  ["500", 2, () => say(500)],
  ["redirected", 4, (_source, { path }) => say(302, { Location: `${path}&again` })],
  ["redirected off loopback", 0.4, () => say(302, { Location: "http://example.invalid/" })],
  ["gzip", 1.5, (source) => whole(source, { encoding: "gzip" })],
  ["gzip, cut off", 0.5, (source) => whole(source, { encoding: "gzip", sent: source.random() * 1000, fault: "end" })],
];

/** Those that only a request for a part can meet. */
const rangeFaults: Fault[] = [
  ["range ignored", 8, (source) => whole(source, { ranges: "ignored" })],
  ["206 with a wrong total", 1.5, (source, request) => claimRange(source, request, 0, 1)],
  ["206 with a wrong start", 1.5, (source, request) => claimRange(source, request, 1, 0)],
];

function latest(source: Source): Buffer {
  return bytesOf(source, source.sizes.length - 1);
}

function whole(source: Source, options: ServeOptions = {}): ContentStep {
  const { id, sizes, validator } = source;
  const headers = { Date: new Date().toUTCString(), ...options.headers };
  return serve(latest(source), {
    ...validators[validator](`${id}-${sizes.length}`, sizes.length),
    ...options,
    headers,
  });
}

/** How many bytes come of those that were asked for. */
function some({ random, sizes }: Source, { range }: ContentRequest): number {
  return Math.floor(random() * (sizes.at(-1)! - startOf(range) + 1));
}

function startOf(range: string | undefined): number {
  return Number(/\d+/.exec(range ?? "0"));
}

function revoke(source: Source): ContentStep {
  source.revoked = source.signatures;
  return say([401, 403, 410][Math.floor(source.random() * 3)]!);
}

function change({ sizes, random }: Source): void {
  sizes.push(random() < 0.5 ? sizes.at(-1)! : drawSize(random));
}

function changeInTheBody(source: Source, request: ContentRequest): ContentStep {
  const before = whole(source, { sent: some(source, request), length: "hidden" });
  change(source);
  return before;
}

function claimRange(source: Source, { range }: ContentRequest, startShift: number, totalShift: number): ContentStep {
  const size = source.sizes.at(-1)!;
  const claim = `bytes ${startOf(range) + startShift}-${size - 1}/${size + totalShift}`;
  return whole(source, { headers: { "Content-Range": claim } });
}

import { createHash } from "node:crypto";
import { makeBytes, say, serve } from "../servers/content-server.ts";
import type { ContentRequest, ContentStep, ServeOptions } from "../servers/content-server.ts";
import { close, reset, silence, type Step } from "../servers/fault-server.ts";

/** An asset on a host that fails in every way. Its file changes now and then. */
export interface Source {
  id: string;
  /** The size of each version of the file, in bytes. The host serves the last version. */
  sizes: number[];
  /** How the host marks a version. */
  validator: keyof typeof validators;
  /** Gives the next random number, from 0 to 1. Each asset has its own, because the order of requests varies. */
  random: () => number;
  /** How many URLs were signed. */
  signatures: number;
  /** How many of the signed URLs, from the first on, are no longer valid. */
  revoked: number;
  /** Multiplies the share of each fault; 0 means no faults. */
  faultFactor: number;
}

const validators = {
  ETag: (name: string) => ({ etag: `"${name}"` }),
  date: (_name: string, day: number) => ({ etag: null, lastModified: new Date(Date.UTC(2020, 0, day)).toUTCString() }),
  "weak ETag": (name: string) => ({ etag: `W/"${name}"` }),
  both: (name: string, day: number) => ({ ...validators.date(name, day), etag: `W/"${name}"` }),
  none: () => ({ etag: null }),
};

/** Makes an asset. Without a size, every order of magnitude from `minSize` to 20 MB is equally likely. */
export function makeSource(id: string, seed: string, minSize: number, size?: number): Source {
  const random = makeRandom(`${seed} ${id}`);
  const dice = random();
  const validator =
    dice < 0.6 ? "ETag" : dice < 0.75 ? "date" : dice < 0.85 ? "weak ETag" : dice < 0.9 ? "both" : "none";
  const sizes = [size ?? drawSize(random, minSize)];
  return { id, sizes, validator, random, signatures: 0, revoked: 0, faultFactor: 1 };
}

/** Makes a generator of numbers from 0 to 1. The same seed gives the same numbers. */
export function makeRandom(seed: string): () => number {
  let count = 0;
  return () => createHash("sha256").update(`${seed} ${count++}`).digest().readUInt32LE() / 2 ** 32;
}

function drawSize(random: () => number, minSize = 1): number {
  return Math.floor(minSize * (20e6 / minSize) ** random());
}

/** Makes the bytes of a version, counted from 0. */
export function bytesOf({ id, sizes }: Source, version: number): Buffer {
  return makeBytes(sizes[version]!, `${id} ${version}`);
}

/** Makes the asset that a look-up answers with. Its signed URL may have expired, or expire soon. */
export function makeAsset(source: Source, url: string): object {
  const dice = source.random() / source.faultFactor;
  const secondsLeft = dice < 0.04 ? -10 : dice < 0.08 ? 30 : dice < 0.16 ? 61 : 3600;
  const expires = Math.floor(Date.now() / 1000) + secondsLeft;
  const signed_url = `${url}/${source.id}?expires=${expires}&signature=${++source.signatures}`;
  return { size_bytes: source.sizes.at(-1)!, mime_type: "image/png", signed_url };
}

/** Chooses what the host does with a request: one of the faults, or the whole file. */
export function chooseFault(source: Source, request: ContentRequest): [name: string, step: Step] {
  const { searchParams } = new URL(request.path, "http://host");
  if (Number(searchParams.get("expires")) * 1000 < Date.now()) return ["URL expired", say(403)(request)];
  if (Number(searchParams.get("signature")) <= source.revoked) return ["URL revoked before", say(403)(request)];
  const possible = request.range === undefined ? faults : [...faults, ...rangeFaults];
  let dice = (source.random() * 100) / source.faultFactor;
  const [name, , step] = possible.find(([, percent]) => (dice -= percent) < 0) ?? ["none", 100, () => whole(source)];
  return [name, step(source, request)(request)];
}

type Fault = [name: string, percent: number, step: (source: Source, request: ContentRequest) => ContentStep];

const noValidators = { headers: { ETag: undefined, "Last-Modified": undefined } };

/** Each fault with its share of the requests, in percent. All other requests get the file. */
const faults: Fault[] = [
  ["closed", 2, () => () => close],
  ["reset", 2, () => () => reset],
  ["silence", 1, () => () => silence],
  ["closed in the body", 8, (source, request) => incomplete(source, request, { fault: "end" })],
  ["reset in the body", 8, (source, request) => incomplete(source, request, { fault: "reset" })],
  ["stalled in the body", 4, (source, request) => incomplete(source, request, { fault: "stall" })],
  ["cut off, no length", 4, (source, request) => incomplete(source, request, { length: "hidden" })],
  ["no length", 3, (source) => whole(source, { length: "hidden" })],
  ["validator left out", 4, (source) => whole(source, noValidators)],
  ["URL revoked", 3, revoke],
  ["changed before the answer", 1.5, (source) => (change(source), whole(source))],
  ["changed in the body", 1.5, changeInTheBody],
  ["changed, validator left out", 1.5, (source) => (change(source), whole(source, noValidators))],
  ["503 with Retry-After", 3, () => say(503, { "Retry-After": "1" }, "<Error/>")],
  ["500", 2, () => say(500)],
  ["520", 1, () => say(520)],
  ["captive portal", 1, () => say(200, { "Content-Type": "text/html", ETag: '"portal"' }, "<html>Log in</html>")],
  ["unknown encoding", 4, (source) => whole(source, { headers: { "Content-Encoding": "aws-chunked" } })],
  ["wrong digest", 1, (source) => whole(source, { headers: { "Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA==" } })],
  ["redirected", 4, (_source, { path }) => say(302, { Location: `${path}&again` })],
  ["redirected off loopback", 0.4, () => say(302, { Location: "http://example.invalid/" })],
  ["gzip", 1.5, (source) => whole(source, { encoding: "gzip" })],
  ["gzip, cut off", 0.5, (source) => whole(source, { encoding: "gzip", sent: source.random() * 1000, fault: "end" })],
];

/** Faults of requests that have a `Range`. */
const rangeFaults: Fault[] = [
  ["range ignored", 8, (source) => whole(source, { ranges: "ignored" })],
  ["206 with a wrong total", 1.5, (source, request) => claimRange(source, request, 0, 1)],
  ["206 with a wrong start", 1.5, (source, request) => claimRange(source, request, 1, 0)],
  ["416 without a size", 1, () => say(416)],
];

function whole(source: Source, options: ServeOptions = {}): ContentStep {
  const { id, sizes, validator } = source;
  return serve(bytesOf(source, sizes.length - 1), {
    ...validators[validator](`${id}-${sizes.length}`, sizes.length),
    ...options,
    headers: { Date: new Date().toUTCString(), ...options.headers },
  });
}

/** Sends some of the requested bytes; chance decides how many. */
function incomplete(source: Source, { range }: ContentRequest, options: ServeOptions): ContentStep {
  const sent = Math.floor(source.random() * (source.sizes.at(-1)! - startOf(range) + 1));
  return whole(source, { sent, ...options });
}

function startOf(range: string | undefined): number {
  return Number(/\d+/.exec(range ?? "0"));
}

function revoke(source: Source): ContentStep {
  source.revoked = source.signatures;
  return say([400, 401, 403, 404, 410][Math.floor(source.random() * 5)]!);
}

function change({ sizes, random }: Source): void {
  sizes.push(random() < 0.5 ? sizes.at(-1)! : drawSize(random));
}

function changeInTheBody(source: Source, request: ContentRequest): ContentStep {
  const oldVersion = incomplete(source, request, { length: "hidden" });
  change(source);
  return oldVersion;
}

function claimRange(source: Source, { range }: ContentRequest, startShift: number, totalShift: number): ContentStep {
  const size = source.sizes.at(-1)!;
  const claim = `bytes ${startOf(range) + startShift}-${size - 1}/${size + totalShift}`;
  return whole(source, { headers: { "Content-Range": claim } });
}

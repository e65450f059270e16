import type { Asset } from "../../generated/schema.ts";
import { isValidator } from "./head.ts";
import { problem } from "./errors.ts";
import { skewOf } from "./source.ts";
import { readContent, type ContentHost, type Job } from "./read.ts";
import { checkPosition, type DownloadSettings, type ReadOptions } from "./options.ts";
import { unwrapAsset } from "../client/envelope.ts";
import { ConfigError, DownloadError } from "../core/errors.ts";
import { checkOptions } from "../core/options.ts";
import type { LookUp } from "../client/transport.ts";
import { link } from "../core/abort.ts";

export { resolveDownloadSettings } from "./options.ts";

/** The content of an asset, of which nothing is requested until it is read, once. */
export interface Download {
  /** The asset as the look-up gave it. */
  readonly asset: Asset;
  /** How many bytes will come, if that is known. */
  readonly size: number | undefined;
  /** The bytes. Cancel it, or abort the signal, to free the connection before its end. */
  readonly stream: ReadableStream<Uint8Array>;
  /** What tells this version of the file from others: an ETag or a date, once bytes have come, if there is one. */
  readonly validator: string | undefined;
  /** Makes the download of what follows on the first bytes of the file, if it is still the same. */
  resume(first: FirstBytes): Download;
  /** Reads all bytes. @throws {@link DownloadError} when there are more than `maxBytes`. */
  bytes(options?: ReadOptions): Promise<Uint8Array>;
  /** Reads all bytes into a `Blob` of the asset's `mime_type`. @throws As `bytes`. */
  blob(options?: ReadOptions): Promise<Blob>;
  /** Reads all bytes as UTF-8. @throws As `bytes`. */
  text(options?: ReadOptions): Promise<string>;
}

/** The first bytes of a file that somebody has already. */
export interface FirstBytes {
  /** How many. */
  size: number;
  /** The `validator` of the download that they are from. */
  validator: string;
}

const unbegun = { requests: 0, retries: 0, resumes: 0, refreshes: 0, mayRefresh: true, toldAt: -Infinity };

/** Looks the asset up, and makes the download of its content. */
export async function startDownload(
  id: string,
  settings: DownloadSettings,
  host: ContentHost,
  lookUp: LookUp,
): Promise<Download> {
  const response = await lookUp(settings);
  const asset = unwrapAsset(response);
  const size = asset.size_bytes >= 0 && Number.isSafeInteger(asset.size_bytes) ? asset.size_bytes : undefined;
  const { start, end } = settings.range;
  if (size !== undefined && start > size) {
    throw new DownloadError(`${id}: it has ${size} bytes, and range.start is ${start}.`, { kind: "size" });
  }
  const place = { position: start, size, total: size, end: size && Math.min(end ?? size, size), version: undefined };
  return openDownload({ ...settings, ...host, ...unbegun, ...place, id, lookUp, asset, skewMs: skewOf(response) });
}

/** Makes a download that begins where the job is. */
function openDownload(first: Job): Download {
  const job = { ...first };
  const { asset } = job;
  const size = job.end && job.end - job.position;
  let isRead = false;
  const stream = streamOf(job, () => (isRead = true));

  async function readAll(options: ReadOptions = {}): Promise<Uint8Array[]> {
    checkOptions(options);
    const { maxBytes = 100_000_000 } = options;
    checkPosition("maxBytes", maxBytes, 0);
    if (isRead || stream.locked) throw new ConfigError("stream: it is being read. Start another download.");
    const text = `there are more than maxBytes (${maxBytes}) bytes. Read the stream, or raise maxBytes`;
    const tooLarge = (): Error => problem(job, "too_large", text);
    if (size !== undefined && size > maxBytes) throw tooLarge();
    return collect(stream, maxBytes, tooLarge);
  }

  const download: Download = {
    asset,
    size,
    get stream() {
      return stream;
    },
    get validator() {
      // Nobody can go on inside an encoded body.
      return job.version?.isEncoded ? undefined : job.version?.validator;
    },
    resume({ size, validator }) {
      if (!isValidator(validator)) throw new ConfigError("validator: pass that of the download with the first bytes.");
      const position = first.range.start + checkPosition("size", size, 0);
      if (position > (job.end ?? position)) throw new ConfigError(`size: ${size} is more than there are bytes.`);
      return openDownload({ ...first, position, version: { validator, total: first.total, isEncoded: false } });
    },
    async bytes(options) {
      return concat(await readAll(options));
    },
    async blob(options) {
      return new Blob((await readAll(options)) as BlobPart[], { type: asset.mime_type });
    },
    async text(options) {
      return new TextDecoder().decode(concat(await readAll(options)));
    },
  };
  // So that no log shows the signed URL.
  return Object.defineProperty(download, "asset", { enumerable: false });
}

/** Makes a stream that reads nothing ahead, and lets go of all it holds when it ends. */
function streamOf(job: Job, onRead: () => void): ReadableStream<Uint8Array> {
  const ending = new AbortController();
  let chunks: AsyncGenerator<Uint8Array, void> | undefined;
  let unlink = (): void => {};

  function begin(): AsyncGenerator<Uint8Array, void> {
    onRead();
    const { signal } = job;
    signal?.throwIfAborted();
    unlink = signal === undefined ? unlink : link(signal, () => ending.abort(signal.reason));
    return readContent(job, ending);
  }

  async function pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    try {
      chunks ??= begin();
      const { done, value } = await chunks.next();
      if (!done) return controller.enqueue(value);
      unlink();
      controller.close();
    } catch (error) {
      unlink();
      throw error;
    }
  }

  async function cancel(): Promise<void> {
    onRead();
    unlink();
    ending.abort();
    await chunks?.return();
  }

  return new ReadableStream({ pull, cancel }, { highWaterMark: 0 });
}

/** Reads a stream whole, unless it is too large. */
async function collect(
  stream: ReadableStream<Uint8Array>,
  maxBytes: number,
  tooLarge: () => Error,
): Promise<Uint8Array[]> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  for (let length = 0; ;) {
    const { done, value } = await reader.read();
    if (done) return chunks;
    length += value.length;
    if (length > maxBytes) {
      await reader.cancel();
      throw tooLarge();
    }
    chunks.push(value);
  }
}

function concat(chunks: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

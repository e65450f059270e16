import { sizeOf, type Asset } from "../core/asset.ts";
import { isFinal } from "../core/callback.ts";
import { ConfigError, DownloadError } from "../core/errors.ts";
import type { LookUp, LookUpResult, WaitCode } from "../core/look-up.ts";
import { checkOptions, type Settings } from "../core/options.ts";
import { parseHttpDate, withRetries } from "../core/retry.ts";
import { collect, concat } from "./collect.ts";
import { canResume, createCursor, type Cursor } from "./cursor.ts";
import type { Digest } from "./digest.ts";
import { downloadError, type ErrorFacts } from "./errors.ts";
import { checkBytes, checkSha256 } from "./integrity.ts";
import { checkPosition, resolveDownloadSettings, type DownloadOptions, type ReadOptions } from "./options.ts";
import { lookUpSame, refresh, type ContentHost, type Source } from "./source.ts";
import { streamContent } from "./stream.ts";
import { isValidator } from "./version.ts";

/** The content of an asset. Nothing is requested before the first read; it can be read once. */
export interface Download {
  /** The asset, as the look-up returned it. */
  readonly asset: Asset;
  /** Number of bytes that will come, if that is known. */
  readonly size: number | undefined;
  /** The bytes. Cancel it, or abort the signal, to free the connection before its end. */
  readonly stream: ReadableStream<Uint8Array>;
  /** ETag or date that tells this version of the file from others. Known once bytes have come, if there is one. */
  readonly validator: string | undefined;
  /**
   * Reads all bytes. If the connection ends, and nothing proves that the rest would be of the same version, it reads them
   * anew from the first one, within the retries.
   *
   * @param read - Reads a stream to its end. Called again for each new beginning.
   * @internal
   */
  readWhole<T>(read: (stream: ReadableStream<Uint8Array>) => Promise<T>): Promise<T>;
  /** The digests of the content host that are left to check, for whoever has the first bytes. @internal */
  readonly digests: readonly Digest[];
  /** The signal that ends it. @internal */
  readonly signal: AbortSignal | undefined;
  /** The facts for errors. @internal */
  readonly facts: ErrorFacts;
  /** Makes a download of the bytes after the first ones, if the file is still the same. */
  resume(first: FirstBytes): Download;
  /** Reads all bytes. @throws {@link DownloadError} when there are more than `maxBytes`, or `sha256` does not hold. */
  bytes(options?: ReadOptions): Promise<Uint8Array>;
  /** Reads all bytes into a `Blob` of the asset's `mime_type`. @throws As `bytes`. */
  blob(options?: ReadOptions): Promise<Blob>;
  /** Reads all bytes as UTF-8. @throws As `bytes`. */
  text(options?: ReadOptions): Promise<string>;
}

/** The first bytes of a file, which an earlier download has left. */
export interface FirstBytes {
  /** Number of bytes. */
  size: number;
  /** The `validator` of the download that they came from. */
  validator: string;
}

/** Looks the asset up, until it is ready if `wait` says so, and makes the download of its content. @internal */
export async function startDownload(
  id: string,
  options: DownloadOptions,
  clientSettings: Settings,
  host: ContentHost,
  lookUp: LookUp,
  loadWait: () => Promise<WaitCode>,
): Promise<Download> {
  const { sentBefore, startedAt = performance.now() } = options as Partial<Settings>; // of earlier tries, for a file
  const settings = { ...resolveDownloadSettings(options, clientSettings), sentBefore, startedAt };
  if ((options as ReadOptions).sha256 !== undefined)
    throw new ConfigError("sha256", "pass it to bytes(), blob() or text().");
  const { asset, headers, attempts } = await lookUpFirst();
  const size = sizeOf(asset);
  const { start } = settings.range;
  if (size !== undefined && start > size) {
    const text = `it has ${size} bytes, and range.start is ${start}`;
    throw downloadError({ id, requests: attempts }, "size", text);
  }
  const clockSkewMs = parseHttpDate(headers.get("date")) - Date.now() || 0;
  const counts = { requests: attempts, refreshes: 0, startedAt, last: {} };
  const source: Source = { ...host, ...counts, id, settings, lookUp, asset, clockSkewMs };
  return openDownload(source, createCursor(asset, settings.range));

  async function lookUpFirst(): Promise<LookUpResult> {
    const lookUpThis: LookUp = (settings) => lookUpSame(id, lookUp, settings);
    if (settings.wait === false) return lookUpThis(settings);
    const { resolveDownloadWait, waitUntilReady } = await loadWait();
    return waitUntilReady(id, resolveDownloadWait(settings.wait, settings), lookUpThis);
  }
}

/** Makes the download of the bytes from the cursor on. Works on copies, because reading changes them. */
function openDownload(initialSource: Source, initialCursor: Cursor): Download {
  const source = { ...initialSource, last: {} };
  const { asset, settings } = source;
  const { signal } = settings;
  let start = initialCursor;
  let cursor = { ...start };
  const size = cursor.end === undefined ? undefined : cursor.end - cursor.position;
  let isRead = false;
  const onRead = (): void => void (isRead = true);
  const stream = streamContent(source, cursor, onRead);

  async function readWhole<T>(read: (stream: ReadableStream<Uint8Array>) => Promise<T>): Promise<T> {
    if (isRead || stream.locked) throw new ConfigError("stream", "it is being read. Start another download.");
    cursor.mayRestart = true;
    return readTries(read);
  }

  function readTries<T>(read: (stream: ReadableStream<Uint8Array>) => Promise<T>): Promise<T> {
    const maxRetries = settings.maxRetries - cursor.restarts;
    const policy = {
      settings: { ...settings, maxRetries },
      signal,
      last: source.last,
      mayRepeat: () => !canResume(cursor),
    };
    let tries = 0;
    return withRetries(policy, () => {
      if (tries++ === 0 && !isRead) return read(stream);
      const counts = { resumes: cursor.resumes, restarts: cursor.restarts + 1, mayRestart: true };
      cursor = { ...start, ...counts, isRepeated: tries > 1 };
      return read(streamContent(source, cursor, onRead));
    });
  }

  async function readAll(options: ReadOptions = {}): Promise<Uint8Array[]> {
    checkOptions(options);
    const maxBytes = checkPosition("maxBytes", options.maxBytes ?? 100_000_000, 0);
    const text = `there are more than maxBytes (${maxBytes}) bytes. Read the stream, or raise maxBytes`;
    const tooLarge = (): Error => downloadError(source, "too_large", text);
    if (size !== undefined && size > maxBytes) throw tooLarge();
    const digests = await readCallersDigest(options);
    const read = async (stream: ReadableStream<Uint8Array>): Promise<Uint8Array[]> => {
      const chunks = await collect(stream, maxBytes, tooLarge);
      const unchecked = [...digests, ...cursor.digests];
      if (unchecked.length === 0) return chunks;
      const bytes = concat(chunks);
      await checkBytes(source, bytes, unchecked);
      return [bytes];
    };
    let reading = readWhole(read);
    for (;;) {
      try {
        return await reading;
      } catch (error) {
        if (!mayFollowChange(error)) throw error;
        await refresh(source, signal);
        start = createCursor(source.asset, settings.range);
        reading = readTries(read);
      }
    }
  }

  /** Whether the file has changed, and can be read anew. Not if the caller has its first bytes. */
  function mayFollowChange(error: unknown): boolean {
    signal?.throwIfAborted();
    const isChanged = error instanceof DownloadError && error.kind === "changed" && !isFinal(error);
    return isChanged && initialCursor.version === undefined && cursor.restarts < settings.maxRetries;
  }

  async function readCallersDigest({ sha256 }: ReadOptions): Promise<Digest[]> {
    if (sha256 === undefined) return [];
    const { position, range } = initialCursor;
    if (position > 0 || range.end !== undefined) {
      throw new ConfigError(
        "sha256",
        "it is that of the whole file, so it cannot be checked for a part. Leave it out.",
      );
    }
    return [await checkSha256(sha256, "memory")];
  }

  const download: Download = {
    get asset() {
      return asset;
    },
    size,
    get stream() {
      return stream;
    },
    get validator() {
      // No download can go on inside an encoded body.
      return cursor.version?.isEncoded ? undefined : cursor.version?.validator;
    },
    get digests() {
      return cursor.digests;
    },
    get facts() {
      return source;
    },
    readWhole,
    get signal() {
      return signal;
    },
    resume(first) {
      const { size, validator } = Object(first) as FirstBytes; // both are checked
      if (!isValidator(validator)) {
        throw new ConfigError("validator", "pass that of the download with the first bytes.");
      }
      const position = cursor.range.start + checkPosition("size", size, 0);
      if (position > (cursor.end ?? position)) throw new ConfigError("size", `${size} is more than there are bytes.`);
      const version = { validator, total: initialCursor.total, isEncoded: false };
      return openDownload(initialSource, { ...initialCursor, position, version });
    },
    async bytes(options) {
      return concat(await readAll(options));
    },
    async blob(options) {
      const type: unknown = asset.mime_type;
      // A cast for the types of TypeScript 5.9, which tell shared memory apart.
      return new Blob((await readAll(options)) as BlobPart[], { type: typeof type === "string" ? type : "" });
    },
    async text(options) {
      return new TextDecoder().decode(concat(await readAll(options)));
    },
  };
  // So that no log shows the signed URL, or what is internal.
  const hidden = { enumerable: false };
  const names = ["asset", "digests", "facts", "readWhole", "signal"];
  return Object.defineProperties(download, Object.fromEntries(names.map((name) => [name, hidden])));
}

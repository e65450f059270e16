import { onAbort } from "../core/abort.ts";
import { isTransient, withRetries } from "../core/retry.ts";
import { canResume, cutToWanted, endResponse, isWhole, startResponse, type Cursor } from "./cursor.ts";
import type { DigestCheck } from "./digest.ts";
import { connectionError, idleError, unprovenError } from "./errors.ts";
import { checkDecoded, type ContentHead } from "./head.ts";
import { findDigests, startDigestCheck, throwIfCorrupt } from "./integrity.ts";
import { readAhead, type BodyReader } from "./read-ahead.ts";
import { requestContent, type Source } from "./source.ts";

/** Reads a content from one end to the other, over as many requests as it takes. */
export interface ContentReader {
  /** Reads the next bytes; `undefined` at the end. */
  read(): Promise<Uint8Array | undefined>;
  /** Ends the request under way. */
  close(): void;
}

/**
 * Makes a reader. It delivers no byte twice, and no byte of another version of the file: a request that ends too early is
 * followed by one for the rest of the same version.
 *
 * @param signal - Ends the download. It must not outlive it: the reader does not remove its listener.
 */
export function createContentReader(source: Source, cursor: Cursor, signal: AbortSignal): ContentReader {
  const { idleTimeoutMs, maxRetries } = source.settings;
  let request = new AbortController();
  let body: BodyReader | undefined;
  let head: ContentHead | undefined;
  /** Position of the next byte of the response, which may lie before the cursor. */
  let at = 0;
  /** Hashes the file. `undefined` if there is nothing to check, or no way. */
  let digestCheck: DigestCheck | undefined;
  const startedAt = cursor.position;

  // Bytes do not give back the retries that were spent on beginning anew.
  const settings = { ...source.settings, maxRetries: maxRetries - cursor.restarts };
  const policy = {
    settings,
    signal,
    last: source.last,
    mayRepeat: () => canResume(cursor),
    isPart: () => cursor.mayRestart,
  };
  onAbort(signal, () => endRequest(signal.reason));

  function endRequest(reason: unknown): void {
    request.abort(reason);
    // A custom `fetch` may ignore signals.
    void body?.cancel().catch(() => {});
  }

  async function readPiece(): Promise<ReadableStreamReadResult<Uint8Array> | undefined> {
    const onIdle = (): void => endRequest(idleError(source, cursor.position, idleTimeoutMs));
    const timer = setTimeout(onIdle, idleTimeoutMs);
    try {
      const piece = await body?.read();
      request.signal.throwIfAborted(); // the end of a cancelled body looks like the end of the file
      return piece;
    } catch (error) {
      throw request.signal.aborted ? request.signal.reason : await connectionError(source, cursor.position, error);
    } finally {
      clearTimeout(timer);
    }
  }

  async function startCheck(response: Response, { isEncoded }: ContentHead): Promise<void> {
    const { range, position } = cursor;
    const isWholeFile = range.start === 0 && range.end === undefined;
    cursor.digests = isWholeFile && !isEncoded ? await findDigests(response) : [];
    // Whoever has the first bytes of a file that is resumed can check it.
    digestCheck = position === 0 ? await startDigestCheck(cursor.digests) : undefined;
    if (digestCheck !== undefined) cursor.digests = [];
  }

  async function readOnce(): Promise<Uint8Array | undefined> {
    signal.throwIfAborted();
    if (cursor.position === cursor.range.end) return undefined;
    if (head === undefined) {
      const response = await requestContent(source, cursor, request.signal, signal);
      body = response.body?.getReader();
      head = startResponse(cursor, response, source);
      if (head === undefined) return undefined;
      at = head.start;
      const end = response.status === 200 ? cursor.total : cursor.end;
      // Before any other wait, because it protects the process.
      body &&= readAhead(body, head.isEncoded ? Number.NaN : (end ?? Number.NaN) - at);
      if (cursor.position === startedAt) await startCheck(response, head);
    }
    for (let piece = await readPiece(); piece?.done === false; piece = await readPiece()) {
      const bytes = cutToWanted(cursor, head, piece.value, at, source);
      checkDecoded(head, piece.value, at, source);
      at += piece.value.length;
      if (bytes.length === 0) continue;
      cursor.version ??= head;
      cursor.position += bytes.length;
      return bytes;
    }
    endResponse(cursor, head, at, source);
    return undefined;
  }

  return {
    async read() {
      // Each read has retries of its own, so each byte restores them all.
      const bytes = await withRetries(policy, async () => {
        try {
          return await readOnce();
        } catch (error) {
          signal.throwIfAborted();
          endRequest(error);
          [request, body, head] = [new AbortController(), undefined, undefined];
          if (!isTransient(error)) throw error;
          if (isWhole(cursor)) return undefined; // only the end of the response is missing
          if (canResume(cursor)) throw error;
          throw unprovenError(error, cursor.mayRestart ? cursor.restarts + 1 : undefined);
        }
      });
      if (bytes === undefined) throwIfCorrupt(source, digestCheck?.end());
      else digestCheck?.update(bytes);
      return bytes;
    },
    close: () => endRequest(undefined),
  };
}

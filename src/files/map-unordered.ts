import { onAbort } from "../core/abort.ts";
import { childController } from "../core/child-controller.ts";

/**
 * Works on each item, some at a time, and yields each result as soon as it is there. In order, a slow one would hold up
 * all that follow.
 *
 * @param signal - When it aborts, no further item is read, and its reason is thrown after all work has ended.
 * @param work - Must not reject. Its signal also aborts when nobody wants the rest, or when the items throw; the work must
 * end soon after that.
 */
export async function* mapUnordered<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  concurrency: number,
  signal: AbortSignal | undefined,
  work: (item: T, signal: AbortSignal) => Promise<R>,
): AsyncGenerator<R, void> {
  const ending = childController(signal);
  let source: Iterator<T> | AsyncIterator<T> | undefined;
  const running = new Set<Promise<void>>();
  const results: R[] = [];
  let isPulling = false;
  let isExhausted = false;
  let wake!: () => void;
  onAbort(ending.signal, () => wake());

  async function pull(): Promise<void> {
    isPulling = true;
    try {
      source ??= Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
      const { done, value } = await source.next();
      if (done) isExhausted = true;
      else if (!ending.signal.aborted) start(value);
    } catch (error) {
      isExhausted = true;
      ending.abort(error);
    }
    isPulling = false;
    wake();
  }

  function start(item: T): void {
    const job = work(item, ending.signal).then((result) => {
      running.delete(job);
      results.push(result);
      wake();
    });
    running.add(job);
  }

  try {
    while (!ending.signal.aborted) {
      // No `Promise.race`: each race would keep its result until the slowest promise ends.
      const change = new Promise<void>((resolve) => (wake = resolve));
      if (!isPulling && !isExhausted && running.size < concurrency) void pull();
      if (results.length > 0) yield results.shift()!;
      else if (isExhausted && running.size === 0) break;
      else await change;
    }
    ending.signal.throwIfAborted();
  } finally {
    ending.release();
    ending.abort();
    // Not awaited: the source may be one that never settles again.
    if (!isExhausted) void (async () => source?.return?.())().catch(() => {});
    await Promise.all(running);
  }
}

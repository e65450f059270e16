import { link } from "../core/abort.ts";

/**
 * Does the work for each item, some at a time, and gives each result as it comes: in order, a slow one would hold up all
 * that follow.
 *
 * @param ending - Aborted, no item is taken any more, and its reason is thrown when all work has ended. It is aborted when
 * nobody wants the rest, or the items throw.
 * @param work - Must not reject, and must end soon after `ending` has aborted.
 */
export async function* asReady<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  concurrency: number,
  ending: AbortController,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void> {
  const { signal } = ending;
  const source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const running = new Set<Promise<void>>();
  const results: R[] = [];
  let isTaking = false;
  let isOver = false;
  let wake!: () => void;
  const unlink = link(signal, () => wake());

  async function take(): Promise<void> {
    isTaking = true;
    try {
      const { done, value } = await source.next();
      if (done) isOver = true;
      else if (!signal.aborted) start(value);
    } catch (error) {
      isOver = true;
      ending.abort(error);
    }
    isTaking = false;
    wake();
  }

  function start(item: T): void {
    const job = work(item).then((result) => {
      running.delete(job);
      results.push(result);
      wake();
    });
    running.add(job);
  }

  try {
    while (!signal.aborted) {
      // No race of promises, for each would keep what it gave until the slowest of them ends.
      const change = new Promise<void>((resolve) => (wake = resolve));
      if (!isTaking && !isOver && running.size < concurrency) void take();
      if (results.length > 0) yield results.shift()!;
      else if (isOver && running.size === 0) break;
      else await change;
    }
    signal.throwIfAborted();
  } finally {
    unlink();
    ending.abort();
    // Not waited for: it may be one that gives nothing any more.
    if (!isOver) void (async () => source.return?.())().catch(() => {});
    await Promise.all(running);
  }
}

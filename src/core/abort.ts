import { runCallback } from "./callback.ts";

/**
 * Runs the work until it ends, the signal aborts or the time is up. Leaves no timer, listener or socket behind.
 *
 * Not by `AbortSignal.any` and `AbortSignal.timeout`: they cost more, and leave listeners until they are collected.
 *
 * @param onTimeout - Returns the result, or throws, when the time is up.
 */
export async function withDeadline<T>(
  ms: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
  onTimeout: () => T,
): Promise<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  let release!: () => void;
  try {
    return await new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => void Promise.resolve().then(onTimeout).then(resolve, reject), Math.max(0, ms));
      const stop = signal && onAbort(signal, () => reject(signal.reason));
      release = () => {
        clearTimeout(timer);
        stop?.();
      };
      work(controller.signal).then(resolve, reject);
    });
  } catch (error) {
    controller.abort(error);
    throw error;
  } finally {
    release();
  }
}

/** Sleeps. The callback runs meanwhile; if it throws before the end, the sleep rejects, as it does on abort. */
export async function sleep(ms: number, signal: AbortSignal | undefined, callback: () => unknown): Promise<void> {
  const work = async (): Promise<void> => {
    await runCallback(callback);
    await new Promise(() => {}); // never settles: the deadline ends it
  };
  await withDeadline(ms, signal, work, () => {});
}

const listeners = new WeakMap<AbortSignal, { callbacks: Set<() => void>; listener: () => void }>();

/**
 * Calls back when the signal aborts. Returns a function that stops it.
 *
 * One listener serves all callbacks of a signal, because Node 20 warns of a leak at the eleventh.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  let known = listeners.get(signal);
  if (known === undefined) {
    const callbacks = new Set<() => void>();
    known = { callbacks, listener: () => callbacks.forEach((call) => call()) };
    listeners.set(signal, known);
    signal.addEventListener("abort", known.listener);
  }
  const { callbacks, listener } = known;
  callbacks.add(callback);
  return () => {
    if (!callbacks.delete(callback) || callbacks.size > 0) return;
    listeners.delete(signal);
    signal.removeEventListener("abort", listener);
  };
}

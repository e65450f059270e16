/**
 * Runs the work until it ends, the signal aborts or the time is up; leaves no timer, listener or socket behind.
 *
 * By a controller and a timer of its own: `AbortSignal.any` and `AbortSignal.timeout` cost more, and leave listeners
 * until they are collected.
 *
 * @param timeUp - Gives the result, or throws, when the time is up.
 */
export async function within<T>(
  ms: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
  timeUp: () => T,
): Promise<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  let release!: () => void;
  try {
    return await new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => void Promise.resolve().then(timeUp).then(resolve, reject), Math.max(0, ms));
      const unlink = signal && link(signal, () => reject(signal.reason));
      release = () => {
        clearTimeout(timer);
        unlink?.();
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

/** Calls a function of the caller's, and waits for what it gives, but not after an abort. */
export async function tellCaller(tell: () => unknown, signal: AbortSignal): Promise<void> {
  let unlink!: () => void;
  try {
    await new Promise((resolve, reject) => {
      unlink = link(signal, () => reject(signal.reason));
      callCaller(tell).then(resolve, reject);
    });
  } finally {
    unlink();
  }
}

/** Waits, and tells of it meanwhile; what that throws ends the wait, as an abort does. */
export async function pause(ms: number, signal: AbortSignal | undefined, tell: () => unknown): Promise<void> {
  const work = async (): Promise<void> => {
    await callCaller(tell);
    await new Promise(() => {}); // until the time is up
  };
  await within(ms, signal, work, () => {});
}

const callersErrors = new WeakSet<object>();

/** Calls a function of the caller's, and remembers what it throws: that may be an error of ours, from another call. */
export async function callCaller<T>(call: () => T | Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (Object(error) === error) callersErrors.add(error as object);
    throw error;
  }
}

/** Whether a function of the caller's has thrown it. */
export function isCallers(error: unknown): boolean {
  return callersErrors.has(error as object);
}

const links = new WeakMap<AbortSignal, { callbacks: Set<() => void>; handleEvent: () => void }>();

/** Calls back when the signal aborts. One listener serves all calls on it, for Node 20 warns of a leak at the eleventh. */
export function link(signal: AbortSignal, callback: () => void): () => void {
  let shared = links.get(signal);
  if (shared === undefined) {
    const callbacks = new Set<() => void>();
    shared = { callbacks, handleEvent: () => callbacks.forEach((call) => call()) };
    links.set(signal, shared);
    signal.addEventListener("abort", shared);
  }
  const { callbacks } = shared;
  callbacks.add(callback);
  return () => {
    if (!callbacks.delete(callback) || callbacks.size > 0) return;
    links.delete(signal);
    signal.removeEventListener("abort", shared);
  };
}

/** A clock for what comes piece by piece: one timer for many thousand pieces. */
export interface IdleClock {
  /** A piece is waited for. */
  start(): void;
  /** It has come, and nobody asks for the next one yet. */
  pause(): void;
  /** Leaves no timer behind. */
  stop(): void;
}

/** Makes a clock that calls `timeUp` when a piece has been waited for so long. */
export function createIdleClock(ms: number, timeUp: () => void): IdleClock {
  let since: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function check(): void {
    timer = undefined;
    if (since === undefined) return;
    const leftMs = since + ms - performance.now();
    if (leftMs <= 0) timeUp();
    else timer = setTimeout(check, leftMs);
  }

  return {
    start() {
      since = performance.now();
      timer ??= setTimeout(check, ms);
    },
    pause() {
      since = undefined;
    },
    stop() {
      clearTimeout(timer);
    },
  };
}

import { onAbort } from "./abort.ts";

/** Runs the work until it ends or the signal aborts. */
export async function untilAbort<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  let stop!: () => void;
  try {
    return await new Promise<T>((resolve, reject) => {
      stop = onAbort(signal, () => reject(signal.reason));
      work().then(resolve, reject);
    });
  } finally {
    stop();
  }
}

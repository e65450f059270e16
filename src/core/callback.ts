const finalErrors = new WeakSet<object>();

/** Marks an error that no retry may follow, whatever its class says. A primitive is never an error of ours. */
export function markFinal(error: unknown): void {
  finalErrors.add(Object(error));
}

/** Whether an error is marked by {@link markFinal}. */
export function isFinal(error: unknown): boolean {
  return finalErrors.has(Object(error));
}

/** Calls a function of the caller's. What it throws is final: it may be an error of ours that another call has thrown. */
export async function runCallback<T>(callback: () => T | Promise<T>): Promise<T> {
  try {
    return await callback();
  } catch (error) {
    markFinal(error);
    throw error;
  }
}

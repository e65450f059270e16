import { isChenyuError } from "./errors.ts";

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

/**
 * Whether a framework steers by this error, so that nobody may wrap it. Next.js does, for example where a page cannot be
 * static: its errors have a text `digest`, and it looks for them in causes, too.
 *
 * @see https://nextjs.org/docs/app/api-reference/functions/unstable_rethrow
 */
export function isFrameworkError(error: unknown, depth = 3): boolean {
  if (depth === 0 || isChenyuError(error)) return false;
  const { digest, cause } = Object(error) as { digest?: unknown; cause?: unknown }; // both are checked
  return typeof digest === "string" || isFrameworkError(cause, depth - 1);
}

/** Gives what a promise rejects with, or what a function throws. Fails if nothing is thrown. */
export async function caught(action: Promise<unknown> | (() => unknown)): Promise<unknown> {
  try {
    await (typeof action === "function" ? action() : action);
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

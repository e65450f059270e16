/** What a promise rejects with, or a function throws; fails if neither happens. */
export async function caught(action: Promise<unknown> | (() => unknown)): Promise<unknown> {
  try {
    await (typeof action === "function" ? action() : action);
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

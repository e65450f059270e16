import { onAbort } from "./abort.ts";

/** A controller whose signal also aborts with its parent. */
export interface ChildController extends Pick<AbortController, "signal" | "abort"> {
  /** Stops listening to the parent. */
  release(): void;
}

/** Makes a controller that aborts when the parent does, with the same reason. @param parent - Not aborted yet. */
export function childController(parent: AbortSignal | undefined): ChildController {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    release: parent === undefined ? () => {} : onAbort(parent, () => controller.abort(parent.reason)),
  };
}

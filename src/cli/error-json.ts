import type { ChenyuError } from "../core/errors.ts";
import { withoutQueries } from "../core/redact.ts";

const facts = ["kind", "status", "code", "reason", "attempts", "requestId", "host", "retryable"];

/** Describes an error to a program, without secrets and without its stack. */
export function describeAsJson(error: ChenyuError & { toJSON?: () => object }): object {
  if (error.toJSON !== undefined) return error.toJSON();
  const { name, message, cause } = error;
  const known = Object.entries(error).filter(([field]) => facts.includes(field));
  const reason = cause instanceof Error ? withoutQueries(cause.message) : undefined;
  return { name, message, ...Object.fromEntries(known), cause: reason };
}

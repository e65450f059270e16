import { ConfigError } from "../core/errors.ts";
import { suggest } from "../core/suggest.ts";

/** Checks that a value is an object. @param where - The option that it is of. @throws {@link ConfigError} */
export function checkObject(where: string, value: unknown): object {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new ConfigError(where, "pass an object.");
}

/**
 * Checks that a value is an object, and that each of its names is known.
 *
 * @param where - The option that the value is of. Empty for the options themselves.
 * @param advice - What to do about a name that resembles none.
 * @returns A copy without the names whose value is `undefined`.
 * @throws {@link ConfigError} when it is no object, or a name is unknown.
 */
export function checkNames(
  where: string,
  value: unknown,
  known: readonly string[],
  advice = "",
): Record<string, unknown> {
  const entries: [string, unknown][] = Object.entries(checkObject(where || "options", value));
  const [unknown] = entries.map(([name]) => name).filter((name) => !known.includes(name));
  if (unknown !== undefined) {
    const meant = suggest(unknown, known);
    const hint = meant === undefined ? `There is only: ${known.join(", ")}. ${advice}` : `Did you mean ${meant}?`;
    throw new ConfigError(
      [where, unknown.slice(0, 40)].filter(Boolean).join("."),
      `it does not exist here. ${hint}`.trimEnd(),
    );
  }
  return Object.fromEntries(entries.filter(([, field]) => field !== undefined));
}
